/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What is typed and what is sent (card fact 5). */

static const struct layout_role *const auth = &layout_roles[LAYOUT_AUTH];
static const struct layout_role *const sign = &layout_roles[LAYOUT_SIGN];

typedef enum result (*reader)(const struct layout_role *, struct bytes, struct secret **);

static struct bytes
typed(const char *text)
{
	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static void
assert_reads(reader read, const struct layout_role *role, const char *text, const char *pin)
{
	struct secret *secret = NULL;

	assert_int_equal(read(role, typed(text), &secret), RESULT_OK);
	assert_int_equal(secret_bytes(secret).len, strlen(pin));
	assert_memory_equal(secret_bytes(secret).data, pin, strlen(pin));
	secret_free(secret);
}

static void
assert_refuses(reader read, const struct layout_role *role, const char *text, enum result why)
{
	struct secret *secret = (struct secret *)(void *)&secret;

	assert_int_equal(read(role, typed(text), &secret), why);
	assert_null(secret);
}

static void
what_is_typed_becomes_what_the_card_wants(void **state)
{
	(void)state;
	assert_reads(pin_read, auth, "0000", "0000");
	assert_reads(pin_read, auth, "９８７６", "9876");
	assert_reads(pin_read, sign, "ABC123", "ABC123");
	assert_reads(pin_read, sign, "azAZ09", "AZAZ09");
	assert_reads(pin_read, sign, "ａｚＡＺ０９", "AZAZ09");
	assert_reads(pin_read, sign, "abcdefghijklmnop", "ABCDEFGHIJKLMNOP");
	assert_reads(pin_read, sign, "１２３４５６７８９０１２３４５６", "1234567890123456");
}

static void
a_typed_pin_of_another_shape_is_none(void **state)
{
	/* Neighbours of the digits and letters, in ASCII and in full width. */
	static const char *const strangers[] = {"/",	":",  "@",    "[",	 "`",  "{",
						"\x7f", "／", "：",   "＠",	 "［", "｀",
						"｛",	"é",  "\xef", "\xef\xbc"};
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
		(void)snprintf(text, sizeof text, "123%s", strangers[i]);
		assert_refuses(pin_read, auth, text, RESULT_PIN_SHAPE);
		(void)snprintf(text, sizeof text, "ABC12%s", strangers[i]);
		assert_refuses(pin_read, sign, text, RESULT_PIN_SHAPE);
		(void)snprintf(text, sizeof text, "%sABC12", strangers[i]);
		assert_refuses(pin_read, sign, text, RESULT_PIN_SHAPE);
	}
	assert_refuses(pin_read, auth, "", RESULT_PIN_SHAPE);
	assert_refuses(pin_read, auth, "123", RESULT_PIN_SHAPE);
	assert_refuses(pin_read, auth, "12345", RESULT_PIN_SHAPE);
	assert_refuses(pin_read, auth, "A234", RESULT_PIN_SHAPE);
	assert_refuses(pin_read, sign, "ABC12", RESULT_PIN_SHAPE);
	assert_refuses(pin_read, sign, "ABCDEFGH123456789", RESULT_PIN_SHAPE);
}

static void
a_nul_inside_is_no_end(void **state)
{
	struct secret *secret;

	(void)state;
	assert_int_equal(pin_read(auth, (struct bytes){(const uint8_t *)"1234\0", 5}, &secret),
			 RESULT_PIN_SHAPE);
	assert_int_equal(pin_read(auth,
				  (struct bytes){(const uint8_t *)"12\0"
								  "4",
						 4},
				  &secret),
			 RESULT_PIN_SHAPE);
}

static void
a_new_pin_keeps_the_issuers_rules(void **state)
{
	(void)state;
	assert_reads(pin_read_new, auth, "１２３４", "1234");
	assert_reads(pin_read_new, sign, "abcde1", "ABCDE1");
	assert_refuses(pin_read_new, auth, "123", RESULT_NEW_PIN_LENGTH);
	assert_refuses(pin_read_new, auth, "12345", RESULT_NEW_PIN_LENGTH);
	assert_refuses(pin_read_new, auth, "123A", RESULT_NEW_PIN_INVALID);
	assert_refuses(pin_read_new, sign, "ABC12", RESULT_NEW_PIN_LENGTH);
	assert_refuses(pin_read_new, sign, "ABCDEFGH123456789", RESULT_NEW_PIN_LENGTH);
	assert_refuses(pin_read_new, sign, "ABCDEF", RESULT_NEW_PIN_INVALID);
	assert_refuses(pin_read_new, sign, "123456", RESULT_NEW_PIN_INVALID);
	assert_refuses(pin_read_new, sign, "ABC 12", RESULT_NEW_PIN_INVALID);
}

static void
the_third_time_in_a_row_what_cannot_be_a_pin_is_a_loop(void **state)
{
	struct pin_repeat last = {0};

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pin_refuse_shape(&last, typed("123")), RESULT_PIN_SHAPE);
	assert_int_equal(pin_refuse_shape(&last, typed("123")), RESULT_PIN_REPEATED);
	assert_int_equal(pin_refuse_shape(&last, typed("123")), RESULT_PIN_REPEATED);
	assert_int_equal(pin_refuse_shape(&last, typed("124")), RESULT_PIN_SHAPE);
	assert_int_equal(pin_refuse_shape(&last, typed("123")), RESULT_PIN_SHAPE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_becomes_what_the_card_wants),
		cmocka_unit_test(a_typed_pin_of_another_shape_is_none),
		cmocka_unit_test(a_nul_inside_is_no_end),
		cmocka_unit_test(a_new_pin_keeps_the_issuers_rules),
		cmocka_unit_test(the_third_time_in_a_row_what_cannot_be_a_pin_is_a_loop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
