/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The behaviour switches, each with what it changes.
 *
 * The simulated card against what is known of the real card. The numbers in the comments are
 * sections of those facts (see doc/REAL-CARDS.md).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/card-help.h"

static void
assert_atr(struct sim_card *card, const char *value, const char *hex)
{
	uint8_t atr[SIM_ATR_MAX];
	char text[2 * SIM_ATR_MAX + 1] = "";
	size_t len;

	set_switch(card, "atr", value);
	len = sim_card_atr(card, atr);
	for (size_t i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02X", atr[i]);
	assert_string_equal(text, hex);
}

static void
each_of_the_nine_atrs_can_be_chosen(void **state)
{
	static const char *const atrs[] = {
		"3BE000FF8131FE4514",
		"3BDA13FF8131FB468012392F31C173C601C03B",
		"3BC5FF8131FB458073C6010000",
		"3BF59100FF918171FE400042000100D1D6",
		"3BF59100FF918171FE4000420001B3A115",
		"3B888001000005E0B381A1007F",
		"3B888001000041E0B381A1003B",
		"3B888001004B51FF0081D100BC",
		"3B888001004B51FFB381D1000F",
	};
	struct sim_card *card = help_card("adult");
	uint8_t atr[SIM_ATR_MAX];
	char value[2] = "1";

	(void)state;
	assert_int_equal(sim_card_atr(card, atr), 13);
	assert_int_equal(atr[6], 0x05); /* number 6 is the default */
	for (size_t i = 0; i < 9; i++) {
		value[0] = (char)('1' + i);
		assert_atr(card, value, atrs[i]);
	}
	help_free(card);
}

static void
switch_short_ids_off_leaves_the_selected_file(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	set_switch(card, "short-ids", "read-only");
	assert_sw(card, "00B08600 00", 0x9000);
	assert_sw(card, VERIFY_AUTH, 0x6A86);
	set_switch(card, "short-ids", "off");
	assert_sw(card, "00B08600 00", 0x6A86);
	assert_sw(card, VERIFY_AUTH, 0x6A86);
	assert_sw(card, "00A4020C 02 0018", 0x9000);
	assert_sw(card, "00200080 04 31323334", 0x9000);
	assert_sw(card, SIGN_AUTH, 0x6A86);
	assert_sw(card, "00A4020C 02 0017", 0x9000);
	assert_sw(card, "802A0080 01 AA 00", 0x9000);
	help_free(card);
}

static void
switch_short_ids_no_signature_leaves_the_others(void **state)
{
	static const char *const words[] = {"6A86", "6986", "6985", "6A88",
					    "6A82", "6981", "6984", "6700"};
	struct sim_card *card = help_jpki("adult");

	(void)state;
	set_switch(card, "short-ids", "no-signature");
	assert_sw(card, "00B08600 00", 0x9000);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		set_switch(card, "refused-short-id", words[i]);
		assert_sw(card, SIGN_AUTH, (unsigned int)strtoul(words[i], NULL, 16));
	}
	assert_sw(card, "00A4020C 02 0017", 0x9000);
	assert_sw(card, "802A0080 01 AA 00", 0x9000);
	help_free(card);
}

static void
switch_pss_off_knows_p1_00_only(void **state)
{
	struct sim_card *card = help_jpki("adult");
	uint8_t digest[32] = {0};

	(void)state;
	set_switch(card, "pss", "off");
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, SIGN_AUTH, 0x9000);
	assert_int_equal(sign(card, "02", "97", digest, 32).sw, 0x6A86);
	assert_int_equal(sign(card, "04", "97", digest, 32).sw, 0x6A86);
	help_free(card);
}

/* Card fact 1.2: the second and the fifth of them. */
static void
switch_contact_atr_chooses_what_get_data_tells(void **state)
{
	static const uint8_t last[] = {0xF5, 0x91, 0x00, 0xFF, 0x91, 0x81, 0x71, 0xFE,
				       0x40, 0x00, 0x42, 0x00, 0x01, 0xB3, 0xA1, 0x15};
	struct sim_card *card = help_card("adult");
	struct answer answer;

	(void)state;
	set_switch(card, "contact-atr", "2");
	assert_int_equal(send_hex(card, "00CA5F51 00").len, 18);
	set_switch(card, "contact-atr", "5");
	answer = send_hex(card, "00CA5F51 00");
	assert_int_equal(answer.len, sizeof last);
	assert_memory_equal(answer.data, last, sizeof last);
	help_free(card);
}

/* Card facts 1.2 and 3.6: what a card with contacts says of itself there is what it is. */
static void
a_card_with_contacts_tells_its_own_atr_unless_it_is_told_another(void **state)
{
	static const struct {
		const char *atr;
		size_t len; /* but for the first byte */
	} rows[] = {{"1", 8}, {"2", 18}, {"3", 12}, {"4", 16}, {"6", 8}, {"9", 8}};
	struct sim_card *card = help_card("adult");

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		set_switch(card, "atr", rows[i].atr);
		assert_int_equal(send_hex(card, "00CA5F51 00").len, rows[i].len);
	}
	set_switch(card, "contact-atr", "2");
	assert_int_equal(send_hex(card, "00CA5F51 00").len, 18);
	help_free(card);
}

static void
switch_check_order_hides_unknown_p1_while_locked(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	set_switch(card, "check-order", "pin-first");
	assert_sw(card, "802A7F97 01 AA 00", 0x6982);
	assert_sw(card, "802A0497 01 AA 00", 0x6982);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, "802A7F97 01 AA 00", 0x6A86);
	assert_sw(card, "802A0497 01 AA 00", 0x6700);
	help_free(card);
}

static void
switches_choose_the_answers_of_a_blocked_pin(void **state)
{
	struct sim_card *card = help_jpki("locked-both");

	(void)state;
	assert_sw(card, "00200098", 0x63C0);
	assert_sw(card, VERIFY_SIGN, 0x6984);
	set_switch(card, "blocked-query", "6983");
	set_switch(card, "blocked-attempt", "6983");
	assert_sw(card, "00200098", 0x6983);
	assert_sw(card, VERIFY_SIGN, 0x6983);
	set_switch(card, "blocked-query", "6984");
	assert_sw(card, "0020009B", 0x6984);
	help_free(card);
}

static void
switch_malformed_pin_refuses_for_nothing(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	set_switch(card, "malformed-pin", "is-refused");
	assert_sw(card, "00200098 03 313233", 0x6700);
	assert_sw(card, "00200098 04 31323341", 0x6A80);
	assert_sw(card, "0020009B 06 616263313233", 0x6A80);
	assert_sw(card, "00200098", 0x63C3);
	assert_sw(card, WRONG_AUTH, 0x63C2);
	help_free(card);
}

static void
switch_failed_verify_keeps_the_login(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	set_switch(card, "failed-verify", "keeps-login");
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, WRONG_AUTH, 0x63C2);
	assert_sw(card, SIGN_AUTH, 0x9000);
	help_free(card);
}

static void
switch_both_logins_excludes_the_other(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	set_switch(card, "both-logins", "exclude");
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, VERIFY_SIGN, 0x9000);
	assert_sw(card, SIGN_AUTH, 0x6982);
	assert_sw(card, SIGN_SIGN, 0x9000);
	help_free(card);
}

static void
a_card_torn_out_while_verifying_loses_a_try_only_if_it_writes_first(void **state)
{
	struct sim_card *card = help_jpki("adult");
	const uint8_t verify[] = {0x00, 0x20, 0x00, 0x98, 0x04, '1', '2', '3', '4'};

	(void)state;
	sim_card_tear(card, verify, sizeof verify);
	assert_int_equal(sim_card_tries(card, SIM_PIN_AUTH), 3);
	assert_sw(card, SELECT_JPKI, 0x6F00); /* it is out */
	sim_card_power_on(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	set_switch(card, "counter-written", "before-comparison");
	sim_card_tear(card, verify, sizeof verify);
	assert_int_equal(sim_card_tries(card, SIM_PIN_AUTH), 2);
	sim_card_power_on(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, "00200098", 0x63C2);
	assert_sw(card, WRONG_AUTH, 0x63C1); /* counted once when nothing is torn */
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, "00200098", 0x63C3);
	help_free(card);
}

static void
switch_login_at_reset_drops_it(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	set_switch(card, "login-at-reset", "dropped");
	assert_sw(card, VERIFY_AUTH, 0x9000);
	sim_card_reset(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, SIGN_AUTH, 0x6982);
	help_free(card);
}

static void
switch_login_at_power_loss_keeps_it(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	for (int kept = 0; kept < 2; kept++) {
		set_switch(card, "login-at-power-loss", kept ? "kept" : "dropped");
		assert_sw(card, VERIFY_AUTH, 0x9000);
		sim_card_power_off(card);
		sim_card_power_on(card);
		assert_sw(card, SELECT_JPKI, 0x9000);
		assert_sw(card, SIGN_AUTH, kept ? 0x9000 : 0x6982);
	}
	help_free(card);
}

static void
switch_login_after_leaving_is_kept_but_by_the_issuers_application(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	set_switch(card, "login-after-leaving", "kept");
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, SELECT_TEXT, 0x9000);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, SIGN_AUTH, 0x9000);
	assert_sw(card, SELECT_ISD, 0x9000);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, SIGN_AUTH, 0x6982);
	help_free(card);
}

static void
switch_other_applications_takes_the_neighbours_away(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	set_switch(card, "other-applications", "isd-only");
	assert_sw(card, SELECT_TEXT, 0x6A82);
	assert_sw(card, SELECT_ISD, 0x9000);
	set_switch(card, "other-applications", "absent");
	assert_sw(card, SELECT_ISD, 0x6A82);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, SELECT_TEXT, 0x6A82);
	assert_sw(card, SIGN_AUTH, 0x9000); /* a SELECT that fails logs nobody out */
	help_free(card);
}

static void
switch_first_command_loses_one_after_each_power_on(void **state)
{
	struct sim_card *card = help_card("adult");

	(void)state;
	set_switch(card, "first-command", "6F00");
	assert_sw(card, SELECT_JPKI, 0x6F00);
	assert_sw(card, SELECT_JPKI, 0x9000);
	sim_card_reset(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	sim_card_power_off(card);
	sim_card_power_on(card);
	assert_sw(card, SELECT_JPKI, 0x6F00);
	assert_sw(card, SELECT_JPKI, 0x9000);
	help_free(card);
}

static void
switch_filler_is_what_stands_behind_a_certificate(void **state)
{
	struct sim_card *card = help_jpki("adult");
	uint8_t file[4096];

	(void)state;
	set_switch(card, "filler", "00");
	assert_int_equal(read_file(card, 0x000A, file, sizeof file), 3808);
	assert_int_equal(file[3807], 0x00);
	assert_int_equal(file[0], 0x30);
	help_free(card);
}

static void
switches_take_files_away(void **state)
{
	struct sim_card *card = help_jpki("child");

	(void)state;
	assert_sw(card, "00A4020C 02 0001", 0x9000);
	set_switch(card, "absent-certificate", "missing");
	assert_sw(card, "00A4020C 02 0001", 0x6A82);
	assert_sw(card, "00A4020C 02 000A", 0x9000);
	set_switch(card, "ef-0008", "missing");
	assert_sw(card, "00A4020C 02 0008", 0x6A82);
	assert_sw(card, "00B08800 00", 0x6A82);
	help_free(card);
}

static void
switch_read_past_end_warns_with_data(void **state)
{
	struct sim_card *card = help_jpki("adult");
	struct answer answer;

	(void)state;
	set_switch(card, "read-past-end", "6282");
	answer = send_hex(card, "00B08600 00");
	assert_int_equal(answer.sw, 0x6282);
	assert_int_equal(answer.len, 160);
	assert_sw(card, "00B08600 A0", 0x9000);
	help_free(card);
}

static void
extended_length_is_refused_unless_switched_on(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, "00A4020C 02 0006", 0x9000);
	assert_sw(card, "00B00000 00 0EE0", 0x6700);
	assert_sw(card, "00200098 00 0004 31323334", 0x6700);
	set_switch(card, "extended-length", "on");
	assert_int_equal(send_hex(card, "00B00000 00 0EE0").len, 160);
	assert_sw(card, "00A4020C 02 000A", 0x9000);
	assert_int_equal(send_hex(card, "00B00000 00 0EE0").len, 256);
	assert_sw(card, "00200098 00 0004 31323334", 0x9000);
	assert_sw(card, "00200098 00 0005 31323334", 0x6700);
	help_free(card);
}

static void
delays_are_told_per_exchange_and_per_signature(void **state)
{
	struct sim_card *card = help_card("adult");
	const uint8_t select[] = {0x00, 0xA4, 0x04, 0x0C};
	const uint8_t signature[] = {0x80, 0x2A, 0x00, 0x97};

	(void)state;
	assert_int_equal(sim_card_delay_us(card, select, sizeof select), 0);
	set_switch(card, "delay-exchange", "12ms");
	set_switch(card, "delay-signature", "500us");
	assert_int_equal(sim_card_delay_us(card, select, sizeof select), 12000);
	assert_int_equal(sim_card_delay_us(card, signature, sizeof signature), 12500);
	set_switch(card, "delay-signature", "2s");
	assert_int_equal(sim_card_delay_us(card, signature, sizeof signature), 2012000);
	help_free(card);
}

static void
an_unknown_switch_or_value_is_refused_with_the_choices(void **state)
{
	static const char *const bad[][2] = {
		{"filler", "EE"},	  {"filler", ""},
		{"filler", "F"},	  {"filler", "FF 00"},
		{"delay-exchange", "-1"}, {"delay-exchange", "61s"},
		{"delay-exchange", ""},	  {"delay-exchange", "99999999999999999999s"},
		{"no-such-switch", "on"},
	};
	struct sim_card *card = help_card("adult");

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char *error = NULL;

		assert_false(sim_card_set_switch(card, bad[i][0], bad[i][1], &error));
		assert_non_null(error);
		assert_non_null(strstr(error, bad[i][0]));
		free(error);
	}
	help_free(card);
}

static void
switches_are_kept_in_the_folder(void **state)
{
	struct sim_card *card = help_jpki("adult");
	char *error = NULL;

	(void)state;
	set_switch(card, "pss", "off");
	help_free(card);
	card = sim_card_open(help_last_dir(), &error);
	assert_non_null(card);
	sim_card_power_on(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, "802A0497 01 AA 00", 0x6A86);
	help_free(card);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_of_the_nine_atrs_can_be_chosen),
		cmocka_unit_test(switch_short_ids_off_leaves_the_selected_file),
		cmocka_unit_test(switch_short_ids_no_signature_leaves_the_others),
		cmocka_unit_test(switch_pss_off_knows_p1_00_only),
		cmocka_unit_test(switch_contact_atr_chooses_what_get_data_tells),
		cmocka_unit_test(a_card_with_contacts_tells_its_own_atr_unless_it_is_told_another),
		cmocka_unit_test(switch_check_order_hides_unknown_p1_while_locked),
		cmocka_unit_test(switches_choose_the_answers_of_a_blocked_pin),
		cmocka_unit_test(switch_malformed_pin_refuses_for_nothing),
		cmocka_unit_test(switch_failed_verify_keeps_the_login),
		cmocka_unit_test(switch_both_logins_excludes_the_other),
		cmocka_unit_test(
			a_card_torn_out_while_verifying_loses_a_try_only_if_it_writes_first),
		cmocka_unit_test(switch_login_at_reset_drops_it),
		cmocka_unit_test(switch_login_at_power_loss_keeps_it),
		cmocka_unit_test(switch_login_after_leaving_is_kept_but_by_the_issuers_application),
		cmocka_unit_test(switch_other_applications_takes_the_neighbours_away),
		cmocka_unit_test(switch_first_command_loses_one_after_each_power_on),
		cmocka_unit_test(switch_filler_is_what_stands_behind_a_certificate),
		cmocka_unit_test(switches_take_files_away),
		cmocka_unit_test(switch_read_past_end_warns_with_data),
		cmocka_unit_test(extended_length_is_refused_unless_switched_on),
		cmocka_unit_test(delays_are_told_per_exchange_and_per_signature),
		cmocka_unit_test(an_unknown_switch_or_value_is_refused_with_the_choices),
		cmocka_unit_test(switches_are_kept_in_the_folder),
	};

	return cmocka_run_group_tests(tests, help_begin, help_end);
}
