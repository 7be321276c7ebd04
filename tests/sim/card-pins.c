/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PINs, their tries, and how long a login lasts.
 *
 * The simulated card against what is known of the real card. The numbers in the comments are
 * sections of those facts (see doc/REAL-CARDS.md).
 */
#include "tests/sim/card-help.h"

/* ---- 3.3: PINs ---- */

static void
a_query_spends_no_try_and_does_not_tell_of_a_login(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_sw(card, "00200098", 0x63C3);
		assert_sw(card, "0020009B", 0x63C5);
	}
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, "00200098", 0x63C3);
	assert_sw(card, "0020009800", 0x6700);
	assert_sw(card, "00A4020C 02 001B", 0x9000);
	assert_sw(card, "00200080", 0x63C5);
	help_free(card);
}

static void
a_wrong_pin_reports_the_tries_left(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, WRONG_AUTH, 0x63C2);
	assert_sw(card, WRONG_AUTH, 0x63C1);
	assert_int_equal(sim_card_tries(card, SIM_PIN_AUTH), 1);
	assert_sw(card, "00200098", 0x63C1);
	assert_sw(card, "0020009B", 0x63C5); /* the other is untouched */
	for (unsigned int left = 4; left > 0; left--)
		assert_sw(card, WRONG_SIGN, 0x63C0 + left);
	help_free(card);
}

static void
the_last_wrong_pin_blocks_even_the_right_one(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, WRONG_AUTH, 0x63C2);
	assert_sw(card, WRONG_AUTH, 0x63C1);
	assert_sw(card, WRONG_AUTH, 0x63C0);
	assert_sw(card, VERIFY_AUTH, 0x6984);
	assert_sw(card, "00200098", 0x63C0);
	assert_false(sim_card_is_open(card, SIM_PIN_AUTH));
	assert_sw(card, SIGN_AUTH, 0x6982);
	assert_sw(card, VERIFY_SIGN, 0x9000); /* the other key goes on working */
	assert_sw(card, SIGN_SIGN, 0x9000);
	help_free(card);
}

static void
the_right_pin_restores_the_tries(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, WRONG_AUTH, 0x63C2);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, "00200098", 0x63C3);
	assert_sw(card, WRONG_SIGN, 0x63C4);
	assert_sw(card, VERIFY_SIGN, 0x9000);
	assert_sw(card, "0020009B", 0x63C5);
	help_free(card);
}

static void
spent_tries_outlive_power_and_the_program(void **state)
{
	struct sim_card *card = help_jpki("adult");
	char *error = NULL;

	(void)state;
	assert_sw(card, WRONG_AUTH, 0x63C2);
	sim_card_power_off(card);
	sim_card_power_on(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, "00200098", 0x63C2);
	help_free(card);
	card = sim_card_open(help_last_dir(), &error);
	assert_non_null(card);
	assert_int_equal(sim_card_tries(card, SIM_PIN_AUTH), 2);
	help_free(card);
}

static void
a_pin_is_presented_to_the_selected_file_or_by_short_id(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, "00200080 04 31323334", 0x6986);
	assert_sw(card, "00A4020C 02 0018", 0x9000);
	assert_sw(card, "00200080 04 31323334", 0x9000);
	assert_sw(card, "00A4020C 02 0006", 0x9000);
	assert_sw(card, "00200080 04 31323334", 0x6981);
	assert_sw(card, "00200180 04 31323334", 0x6A86);
	assert_sw(card, "00200000 04 31323334", 0x6A86);
	assert_sw(card, "00200083 04 31323334", 0x6A82);
	help_free(card);
}

static void
the_same_short_id_is_no_pin_in_another_application(void **state)
{
	struct sim_card *card = help_card("adult");

	(void)state;
	assert_sw(card, SELECT_TEXT, 0x9000);
	assert_sw(card, VERIFY_AUTH, 0x6A82);
	assert_sw(card, "00200091", 0x63C3);
	assert_sw(card, "00200092", 0x63C0);
	help_free(card);
}

static void
a_malformed_pin_spends_a_try(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, "00200098 03 313233", 0x63C2);
	assert_sw(card, "0020009B 06 616263313233", 0x63C4); /* abc123 */
	help_free(card);
}

/* ---- 3.5: change ---- */

static void
a_pin_is_changed_after_it_was_verified(void **state)
{
	struct sim_card *card = help_jpki("adult");
	char *error = NULL;

	(void)state;
	assert_sw(card, "00A4020C 02 0018", 0x9000);
	assert_sw(card, "00240180 04 35363738", 0x6982);
	assert_sw(card, "00200080 04 31323334", 0x9000);
	assert_sw(card, "00240180 04 35363738", 0x9000);
	assert_true(help_pin_is(card, SIM_PIN_AUTH, "5678"));
	assert_sw(card, "00200080 04 31323334", 0x63C2);
	assert_sw(card, "00200080 04 35363738", 0x9000);
	help_free(card);
	card = sim_card_open(help_last_dir(), &error);
	assert_non_null(card);
	assert_true(help_pin_is(card, SIM_PIN_AUTH, "5678"));
	help_free(card);
}

static void
a_new_pin_of_the_wrong_form_is_refused_and_the_old_one_stays(void **state)
{
	struct sim_card *card = help_jpki("adult");
	static const char *const bad_sign[] = {
		"0024019B 05 4142433132",			  /* too short */
		"0024019B 11 4142433132334142433132334142433132", /* 17 */
		"0024019B 06 616263313233",			  /* lower case */
		"0024019B 06 414243444546",			  /* letters only */
		"0024019B 06 313233343536",			  /* digits only */
	};

	(void)state;
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_int_not_equal(send_hex(card, "00240198 05 3132333435").sw, 0x9000);
	assert_int_not_equal(send_hex(card, "00240198 04 41424344").sw, 0x9000);
	assert_sw(card, VERIFY_SIGN, 0x9000);
	for (size_t i = 0; i < sizeof bad_sign / sizeof bad_sign[0]; i++)
		assert_int_not_equal(send_hex(card, bad_sign[i]).sw, 0x9000);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, VERIFY_SIGN, 0x9000);
	assert_sw(card, "0024019B 10 41424331323341424331323341424331", 0x9000);
	help_free(card);
}

/* ---- 4: how long a login lasts ---- */

static void
a_login_outlives(struct sim_card *card, const char *command, bool expected)
{
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, VERIFY_SIGN, 0x9000);
	send_hex(card, command);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_int_equal(sim_card_is_open(card, SIM_PIN_AUTH), expected);
	assert_sw(card, SIGN_AUTH, expected ? 0x9000 : 0x6982);
	assert_sw(card, SIGN_SIGN, expected ? 0x9000 : 0x6982);
}

static void
a_login_lasts_until_another_application_is_selected(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	a_login_outlives(card, "00A4020C 02 0006", true);
	a_login_outlives(card, SIGN_SIGN, true);
	a_login_outlives(card, SELECT_JPKI, true);
	a_login_outlives(card, "00A4040C 0A D3921000310001010499", true); /* there is none such */
	a_login_outlives(card, SELECT_TEXT, false);
	a_login_outlives(card, "00A4040C 0A D3921000310001010100", false);
	a_login_outlives(card, SELECT_ISD, false);
	help_free(card);
}

static void
a_login_outlives_reset_but_not_power(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, VERIFY_AUTH, 0x9000);
	sim_card_reset(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, SIGN_AUTH, 0x9000);
	sim_card_power_off(card);
	assert_false(sim_card_is_open(card, SIM_PIN_AUTH));
	sim_card_power_on(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, SIGN_AUTH, 0x6982);
	help_free(card);
}

static void
a_wrong_pin_ends_the_login_with_that_pin_only(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, VERIFY_SIGN, 0x9000);
	assert_sw(card, WRONG_AUTH, 0x63C2);
	assert_sw(card, SIGN_AUTH, 0x6982);
	assert_sw(card, SIGN_SIGN, 0x9000);
	help_free(card);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_spends_no_try_and_does_not_tell_of_a_login),
		cmocka_unit_test(a_wrong_pin_reports_the_tries_left),
		cmocka_unit_test(the_last_wrong_pin_blocks_even_the_right_one),
		cmocka_unit_test(the_right_pin_restores_the_tries),
		cmocka_unit_test(spent_tries_outlive_power_and_the_program),
		cmocka_unit_test(a_pin_is_presented_to_the_selected_file_or_by_short_id),
		cmocka_unit_test(the_same_short_id_is_no_pin_in_another_application),
		cmocka_unit_test(a_malformed_pin_spends_a_try),
		cmocka_unit_test(a_pin_is_changed_after_it_was_verified),
		cmocka_unit_test(a_new_pin_of_the_wrong_form_is_refused_and_the_old_one_stays),
		cmocka_unit_test(a_login_lasts_until_another_application_is_selected),
		cmocka_unit_test(a_login_outlives_reset_but_not_power),
		cmocka_unit_test(a_wrong_pin_ends_the_login_with_that_pin_only),
	};

	return cmocka_run_group_tests(tests, help_begin, help_end);
}
