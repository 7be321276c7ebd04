/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What is typed and what is sent (card fact 5), and the memory of refused PINs. */

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

static enum pin_verdict
ask(struct pin_memory *m, const char *pin)
{
	struct secret *secret;
	enum pin_verdict verdict;

	assert_int_equal(pin_read(sign, typed(pin), &secret), RESULT_OK);
	verdict = pin_memory_ask(m, secret);
	secret_free(secret);
	return verdict;
}

static void
refuse(struct pin_memory *m, const char *pin)
{
	struct secret *secret;

	assert_int_equal(pin_read(sign, typed(pin), &secret), RESULT_OK);
	pin_memory_add(m, secret);
	secret_free(secret);
}

static void
a_refused_pin_is_known_again(void **state)
{
	struct pin_memory *m = pin_memory_new();

	(void)state;
	assert_non_null(m);
	assert_int_equal(ask(m, "WRONG1"), PIN_UNTRIED);
	refuse(m, "WRONG1");
	assert_int_equal(ask(m, "wrong1"), PIN_REFUSED);
	assert_int_equal(ask(m, "WRONG1"), PIN_REFUSED_AGAIN);
	assert_int_equal(ask(m, "WRONG1"), PIN_REFUSED_AGAIN);
	assert_int_equal(ask(m, "WRONG2"), PIN_UNTRIED);
	assert_int_equal(ask(m, "WRONG1"), PIN_REFUSED);
	pin_memory_forget(m);
	assert_int_equal(ask(m, "WRONG1"), PIN_UNTRIED);
	pin_memory_free(m);
	pin_memory_free(NULL);
}

static void
as_many_as_lock_a_card_are_remembered(void **state)
{
	struct pin_memory *m = pin_memory_new();
	char pin[] = "WRONG0";

	(void)state;
	for (int i = 0; i < 5; i++, pin[5]++)
		refuse(m, pin);
	for (int i = 0; i < 5; i++) {
		pin[5]--;
		assert_int_equal(ask(m, pin), PIN_REFUSED);
	}
	pin[5] = '9';
	for (int i = 0; i < 100; i++) {
		pin[0] = (char)('A' + i % 26);
		refuse(m, pin);
		assert_int_equal(ask(m, pin), PIN_REFUSED);
	}
	pin_memory_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_becomes_what_the_card_wants),
		cmocka_unit_test(a_typed_pin_of_another_shape_is_none),
		cmocka_unit_test(a_nul_inside_is_no_end),
		cmocka_unit_test(a_new_pin_keeps_the_issuers_rules),
		cmocka_unit_test(a_refused_pin_is_known_again),
		cmocka_unit_test(as_many_as_lock_a_card_are_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
