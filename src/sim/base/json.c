/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/json.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "sim/base/memory.h"

json_t *
sim_json_bytes(const uint8_t *bytes, size_t len)
{
	unsigned char *text = sim_alloc(4 * ((len + 2) / 3) + 1);
	json_t *value;

	(void)EVP_EncodeBlock(text, bytes, (int)len);
	value = json_string((const char *)text);
	free(text);
	return value;
}

uint8_t *
sim_json_get_bytes(const json_t *value, size_t *len)
{
	const char *text = json_string_value(value);
	size_t text_len = json_string_length(value);
	uint8_t *bytes;
	int got;

	if (!text || text_len == 0 || text_len % 4 != 0 || text_len > INT_MAX / 2)
		return NULL;
	bytes = sim_alloc(text_len / 4 * 3);
	got = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)text_len);
	if (got < 0) {
		free(bytes);
		return NULL;
	}
	/* EVP_DecodeBlock counts the padding as zero bytes. */
	*len = (size_t)got - (text[text_len - 1] == '=') - (text[text_len - 2] == '=');
	return bytes;
}

const char *
sim_json_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

json_int_t
sim_json_number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}
