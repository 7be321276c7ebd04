/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/pin.h"

#include <stdbool.h>
#include <string.h>

/* Folded text longer than any PIN is only known to be too long. */
#define FOLDED_MAX (LAYOUT_PIN_MAX + 1)

/* U+FF01..U+FF5E, the full-width forms of ! to ~, are EF BC 81 .. EF BD 9E in UTF-8. */
static bool
take_full_width(struct bytes *from, uint8_t *ascii)
{
	uint32_t code;

	if (from->len < 3 || from->data[0] != 0xef || (from->data[1] & 0xc0) != 0x80 ||
	    (from->data[2] & 0xc0) != 0x80)
		return false;
	code = 0xf000U | (uint32_t)(from->data[1] & 0x3f) << 6 | (from->data[2] & 0x3f);
	if (code < 0xff01 || code > 0xff5e)
		return false;
	*ascii = (uint8_t)(code - 0xff01 + '!');
	from->data += 3;
	from->len -= 3;
	return true;
}

static uint8_t
take_character(struct bytes *from)
{
	uint8_t c;

	if (!take_full_width(from, &c)) {
		c = *from->data++;
		from->len--;
	}
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

/* Folds into a secret, which then holds FOLDED_MAX bytes at most. */
static struct secret *
fold(struct bytes typed)
{
	struct secret *s = secret_new(FOLDED_MAX);

	if (!s)
		return NULL;
	while (typed.len > 0 && s->len < FOLDED_MAX)
		s->data[s->len++] = take_character(&typed);
	return s;
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
length_fits(const struct layout_role *role, const struct secret *s)
{
	return s->len >= role->pin_min && s->len <= role->pin_max;
}

static bool
characters_fit(const struct layout_role *role, const struct secret *s)
{
	for (size_t i = 0; i < s->len; i++)
		if (!is_digit(s->data[i]) && !(role->pin_letters && is_letter(s->data[i])))
			return false;
	return true;
}

/* A new signature password needs at least one letter and one digit (card fact 5). */
static bool
mix_fits(const struct layout_role *role, const struct secret *s)
{
	bool digit = false, letter = false;

	for (size_t i = 0; i < s->len; i++) {
		digit |= is_digit(s->data[i]);
		letter |= is_letter(s->data[i]);
	}
	return !role->pin_letters || (digit && letter);
}

static enum result
keep_or_free(enum result r, struct secret *s, struct secret **pin)
{
	*pin = r == RESULT_OK ? s : NULL;
	if (r != RESULT_OK)
		secret_free(s);
	return r;
}

enum result
pin_read(const struct layout_role *role, struct bytes typed, struct secret **pin)
{
	struct secret *s = fold(typed);
	enum result r = RESULT_OK;

	if (!s)
		r = RESULT_NO_MEMORY;
	else if (!length_fits(role, s) || !characters_fit(role, s))
		r = RESULT_PIN_SHAPE;
	return keep_or_free(r, s, pin);
}

enum result
pin_read_new(const struct layout_role *role, struct bytes typed, struct secret **pin)
{
	struct secret *s = fold(typed);
	enum result r = RESULT_OK;

	if (!s)
		r = RESULT_NO_MEMORY;
	else if (!length_fits(role, s))
		r = RESULT_NEW_PIN_LENGTH;
	else if (!characters_fit(role, s) || !mix_fits(role, s))
		r = RESULT_NEW_PIN_INVALID;
	return keep_or_free(r, s, pin);
}

enum result
pin_refuse_shape(struct pin_repeat *last, struct bytes typed)
{
	struct secret *s = fold(typed);
	uint8_t hash[REFUSED_HASH_SIZE];

	if (s && refused_hash(secret_bytes(s), hash)) {
		if (last->times == 0 || memcmp(last->hash, hash, sizeof hash) != 0)
			last->times = 0;
		memcpy(last->hash, hash, sizeof hash);
		last->times++;
	}
	secret_free(s);
	return last->times > 2 ? RESULT_PIN_REPEATED : RESULT_PIN_SHAPE;
}
