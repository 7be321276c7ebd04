/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/bytes.h"

#include <string.h>

bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool
bytes_take(struct bytes *from, size_t len, struct bytes *head)
{
	if (len > from->len)
		return false;
	*head = (struct bytes){from->data, len};
	from->data += len;
	from->len -= len;
	return true;
}

uint32_t
bytes_be(struct bytes b)
{
	uint32_t n = 0;

	for (size_t i = 0; i < b.len; i++)
		n = n << 8 | b.data[i];
	return n;
}

static bool
is_utf8_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

void
bytes_pad_text(uint8_t *field, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len > size) {
		len = size;
		while (len > 0 && is_utf8_continuation(text[len]))
			len--;
	}
	memset(field, ' ', size);
	memcpy(field, text, len); /* NOLINT(bugprone-not-null-terminated-result): padded */
}

void
bytes_to_hex(struct bytes b, char *out)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < b.len; i++) {
		*out++ = digits[b.data[i] >> 4];
		*out++ = digits[b.data[i] & 0x0f];
	}
	*out = '\0';
}
