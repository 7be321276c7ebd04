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

/* The length of the character at `p` (RFC 3629); 0 if it is none, or a control character. */
static size_t
character(const unsigned char *p)
{
	static const struct {
		unsigned char mask, lead;
		unsigned long least;
	} forms[] = {
		{0x80, 0x00, 0x20}, {0xe0, 0xc0, 0xa0}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t n = 0; n < sizeof forms / sizeof forms[0]; n++) {
		unsigned long code = p[0] & (unsigned char)~forms[n].mask;

		if ((p[0] & forms[n].mask) != forms[n].lead)
			continue;
		for (size_t i = 1; i <= n; i++) {
			if ((p[i] & 0xc0) != 0x80)
				return 0;
			code = code << 6 | (p[i] & 0x3f);
		}
		if (code < forms[n].least || code == 0x7f || code > 0x10ffff ||
		    (code >= 0xd800 && code <= 0xdfff) || code == 0x2028 || code == 0x2029)
			return 0;
		return n + 1;
	}
	return 0;
}

void
bytes_clean_text(char *out, size_t size, const char *text)
{
	const size_t len = strlen(text);
	const char *from = len < size ? text : text + len - (size - 1 - 3);
	size_t n = 0;

	while (from > text && *from && ((unsigned char)*from & 0xc0) == 0x80)
		from++;
	if (from > text) {
		memcpy(out, "...", 3);
		n = 3;
	}
	while (*from) {
		size_t c = character((const unsigned char *)from);

		if (c)
			memcpy(out + n, from, c);
		else
			out[n] = '?';
		n += c ? c : 1;
		from += c ? c : 1;
	}
	out[n] = '\0';
}
