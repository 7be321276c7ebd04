/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/sw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* What status words mean (ISO 7816-4 5.6, card fact 3.7). */

static void
each_word_that_the_card_is_known_to_say_has_its_meaning(void **state)
{
	static const struct {
		uint16_t sw;
		enum result result;
	} known[] = {
		{0x9000, RESULT_OK},
		{0x6282, RESULT_OK},
		{0x63c3, RESULT_PIN_WRONG},
		{0x63c1, RESULT_PIN_WRONG},
		{0x63cf, RESULT_PIN_WRONG},
		{0x63c0, RESULT_PIN_BLOCKED},
		{0x6983, RESULT_PIN_BLOCKED},
		{0x6984, RESULT_PIN_BLOCKED},
		{0x6700, RESULT_WRONG_LENGTH},
		{0x6982, RESULT_SECURITY_STATUS},
		{0x6985, RESULT_CONDITIONS},
		{0x6986, RESULT_NO_CURRENT_FILE},
		{0x6a80, RESULT_BAD_DATA},
		{0x6a82, RESULT_NOT_FOUND},
		{0x6a86, RESULT_WRONG_P1P2},
		{0x6b00, RESULT_PAST_END},
		{0x6d00, RESULT_NO_SUCH_COMMAND},
		{0x6e00, RESULT_NO_SUCH_COMMAND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		assert_int_equal(sw_result(known[i].sw), known[i].result);
}

/* Over all words: a try is only ever counted as lost by a word that says so. */
static void
no_other_word_is_a_wrong_pin_or_a_locked_one(void **state)
{
	(void)state;
	for (uint32_t sw = 0; sw <= 0xffff; sw++) {
		const enum result r = sw_result((uint16_t)sw);

		if (r == RESULT_PIN_WRONG)
			assert_in_range(sw, 0x63c1, 0x63cf);
		if (r == RESULT_PIN_BLOCKED)
			assert_true(sw == 0x63c0 || sw == 0x6983 || sw == 0x6984);
		if (r == RESULT_OK)
			assert_true(sw == 0x9000 || sw == 0x6282);
	}
}

/* Checking errors say that nothing was done; anything else may have been. */
static void
an_unknown_word_is_a_refusal_where_the_standard_says_so_and_an_error_elsewhere(void **state)
{
	static const uint16_t refusals[] = {0x6701, 0x6881, 0x69ff, 0x6a81, 0x6b01, 0x6d01, 0x6e01};
	static const uint16_t errors[] = {0x0000, 0x6200, 0x6300, 0x6381, 0x6400, 0x6581,
					  0x6600, 0x6c10, 0x6f00, 0x9001, 0x9100, 0xffff};

	(void)state;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		assert_int_equal(sw_result(refusals[i]), RESULT_DECLINED);
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		assert_int_equal(sw_result(errors[i]), RESULT_CARD_ERROR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_that_the_card_is_known_to_say_has_its_meaning),
		cmocka_unit_test(no_other_word_is_a_wrong_pin_or_a_locked_one),
		cmocka_unit_test(
			an_unknown_word_is_a_refusal_where_the_standard_says_so_and_an_error_elsewhere),
	};

	return cmocka_run_group_tests_name("unit-sw", tests, NULL, NULL);
}
