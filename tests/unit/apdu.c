/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/apdu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The four cases of a short command (ISO 7816-4 5.1), and what does not fit one. */

static uint8_t out[APDU_COMMAND_MAX];
static const uint8_t data[256] = {1, 2, 3};

static void
assert_encoded(const struct apdu *a, const void *expected, size_t len)
{
	memset(out, 0xee, sizeof out);
	assert_int_equal(apdu_encode(a, out), len);
	assert_memory_equal(out, expected, len);
}

static void
a_question_is_exactly_four_bytes(void **state)
{
	(void)state;
	assert_encoded(&(struct apdu){0x00, 0x20, 0x00, 0x80, {NULL, 0}, APDU_NO_LE},
		       "\x00\x20\x00\x80", 4);
}

static void
reading_ends_with_the_length_wanted(void **state)
{
	(void)state;
	assert_encoded(&(struct apdu){0x00, 0xb0, 0x8a, 0x00, {NULL, 0}, 3}, "\x00\xb0\x8a\x00\x03",
		       5);
	assert_encoded(&(struct apdu){0x00, 0xb0, 0x01, 0x00, {NULL, 0}, 255},
		       "\x00\xb0\x01\x00\xff", 5);
	assert_encoded(&(struct apdu){0x00, 0xb0, 0x01, 0x00, {NULL, 0}, 256},
		       "\x00\xb0\x01\x00\x00", 5);
}

static void
data_comes_after_its_length(void **state)
{
	(void)state;
	assert_encoded(&(struct apdu){0x00, 0xa4, 0x02, 0x0c, {data, 2}, APDU_NO_LE},
		       "\x00\xa4\x02\x0c\x02\x01\x02", 7);
	assert_encoded(&(struct apdu){0x80, 0x2a, 0x00, 0x97, {data, 3}, 256},
		       "\x80\x2a\x00\x97\x03\x01\x02\x03\x00", 9);
}

static void
the_longest_command_fits(void **state)
{
	struct apdu a = {0x80, 0x2a, 0x00, 0x97, {data, 255}, 256};

	(void)state;
	assert_int_equal(apdu_encode(&a, out), sizeof out);
	assert_int_equal(out[4], 255);
	assert_memory_equal(out + 5, data, 255);
	assert_int_equal(out[sizeof out - 1], 0);
}

static void
what_does_not_fit_is_not_encoded(void **state)
{
	static const int lengths[] = {0, 257, 65536};
	struct apdu a = {0x00, 0xb0, 0x00, 0x00, {NULL, 0}, 1};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		a.le = lengths[i];
		assert_int_equal(apdu_encode(&a, out), 0);
	}
	a.le = APDU_NO_LE;
	a.data = (struct bytes){data, 256};
	assert_int_equal(apdu_encode(&a, out), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_exactly_four_bytes),
		cmocka_unit_test(reading_ends_with_the_length_wanted),
		cmocka_unit_test(data_comes_after_its_length),
		cmocka_unit_test(the_longest_command_fits),
		cmocka_unit_test(what_does_not_fit_is_not_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
