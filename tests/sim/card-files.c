/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Applications, files and what can be read of them; and the small commands.
 *
 * The simulated card against what is known of the real card. The numbers in the comments are
 * sections of those facts (see doc/REAL-CARDS.md).
 */
#include <stdio.h>

#include "tests/sim/card-help.h"

/* ---- 1.1, 3.1: selecting ---- */

static void
after_power_on_no_application_is_current(void **state)
{
	struct sim_card *card = help_card("adult");

	(void)state;
	assert_sw(card, "00A40000", 0x6A86);
	assert_sw(card, "00A4020C 02 0006", 0x6A82);
	assert_sw(card, "00B0000000", 0x6986);
	assert_sw(card, "00200080", 0x6986);
	help_free(card);
}

static void
the_application_is_selected_by_its_whole_name_or_the_beginning(void **state)
{
	struct sim_card *card = help_card("adult");

	(void)state;
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, "00A4020C 02 0006", 0x9000);
	sim_card_power_off(card);
	sim_card_power_on(card);
	assert_sw(card, "00A4040C 03 D392F0", 0x9000);
	assert_sw(card, "00A4020C 02 0006", 0x9000);
	assert_sw(card, "00A4040C 0B D392F00026010000000100", 0x6A82);
	help_free(card);
}

static void
the_next_application_of_a_prefix_can_be_selected(void **state)
{
	struct sim_card *card = help_card("adult");
	struct answer first, second;

	(void)state;
	first = send_hex(card, "00A40400 04 D3921000 00");
	second = send_hex(card, "00A40402 04 D3921000 00");
	assert_int_equal(first.sw, 0x9000);
	assert_int_equal(second.sw, 0x9000);
	assert_int_equal(first.len, second.len);
	assert_memory_not_equal(first.data, second.data, first.len);
	help_free(card);
}

static void
all_five_neighbours_can_be_selected(void **state)
{
	static const char *const neighbours[] = {
		SELECT_ISD,
		SELECT_TEXT,
		"00A4040C 0A D3921000310001010402",
		"00A4040C 0A D3921000310001010401",
		"00A4040C 0A D3921000310001010100",
	};
	struct sim_card *card = help_card("adult");

	(void)state;
	for (size_t i = 0; i < sizeof neighbours / sizeof neighbours[0]; i++)
		assert_sw(card, neighbours[i], 0x9000);
	help_free(card);
}

static void
a_foreign_card_does_not_have_the_application(void **state)
{
	struct sim_card *card = help_card("foreign");

	(void)state;
	assert_sw(card, SELECT_JPKI, 0x6A82);
	assert_sw(card, SELECT_TEXT, 0x6A82);
	help_free(card);
}

static void
there_is_no_master_file(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, "00A4000C 02 3F00", 0x6A82);
	assert_sw(card, "00A4020C 02 3F00", 0x6A82);
	assert_sw(card, "00A4020C 02 0006", 0x9000);
	assert_sw(card, "00A40000", 0x9000); /* and changes nothing: */
	assert_int_equal(send_hex(card, "00B0000000").len, 160);
	help_free(card);
}

static void
files_keys_and_pins_are_selected_by_number(void **state)
{
	static const unsigned int there[] = {0x01, 0x02, 0x06, 0x08, 0x09, 0x0A, 0x0B,
					     0x10, 0x16, 0x17, 0x18, 0x1A, 0x1B};
	static const unsigned int missing[] = {0x03, 0x07, 0x0C, 0x19, 0x1C, 0x1E, 0x100, 0x2F00};
	struct sim_card *card = help_jpki("adult");
	char hex[40];

	(void)state;
	for (size_t i = 0; i < sizeof there / sizeof there[0]; i++) {
		snprintf(hex, sizeof hex, "00A4020C 02 %04X", there[i]);
		assert_sw(card, hex, 0x9000);
	}
	for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
		snprintf(hex, sizeof hex, "00A4020C 02 %04X", missing[i]);
		assert_sw(card, hex, 0x6A82);
	}
	assert_int_not_equal(send_hex(card, "00A4090C 02 0006").sw, 0x9000);
	help_free(card);
}

/* ---- 2, 3.2: files and reading ---- */

static void
certificate_files_have_3808_bytes_with_filler_behind(void **state)
{
	static const unsigned int ids[] = {0x0001, 0x000A};
	struct sim_card *card = help_jpki("adult");
	uint8_t file[4096];

	(void)state;
	assert_sw(card, VERIFY_SIGN, 0x9000);
	for (int i = 0; i < 2; i++) {
		size_t len;

		assert_int_equal(read_file(card, ids[i], file, sizeof file), 3808);
		assert_int_equal(file[0], 0x30);
		assert_int_equal(file[1], 0x82);
		len = (size_t)(file[2] << 8 | file[3]) + 4;
		assert_true(len >= 1400 && len <= 1900);
		for (; len < 3808; len++)
			assert_int_equal(file[len], 0xFF);
	}
	help_free(card);
}

static void
a_read_over_the_end_gives_the_rest_and_one_beyond_6B00(void **state)
{
	struct sim_card *card = help_jpki("adult");
	struct answer answer;

	(void)state;
	assert_sw(card, "00A4020C 02 000A", 0x9000);
	answer = send_hex(card, "00B00ED0 00"); /* 3792 */
	assert_int_equal(answer.sw, 0x9000);
	assert_int_equal(answer.len, 16);
	assert_sw(card, "00B00EE0 00", 0x6B00); /* 3808 */
	assert_sw(card, "00B07FFF 01", 0x6B00);
	assert_int_equal(send_hex(card, "00B00000 05").len, 5);
	help_free(card);
}

static void
a_read_by_short_id_makes_the_file_current(void **state)
{
	struct sim_card *card = help_jpki("adult");
	struct answer by_id, by_offset;

	(void)state;
	by_id = send_hex(card, "00B08610 10");
	by_offset = send_hex(card, "00B00010 10");
	assert_int_equal(by_id.sw, 0x9000);
	assert_int_equal(by_offset.sw, 0x9000);
	assert_int_equal(by_id.len, 16);
	assert_memory_equal(by_id.data, by_offset.data, 16);
	assert_sw(card, "00B08300 00", 0x6A82);
	help_free(card);
}

static void
reading_without_a_current_file_is_6986(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, "00B00000 00", 0x6986);
	help_free(card);
}

static void
the_signing_certificate_is_selectable_but_readable_only_with_its_pin(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, "00A4020C 02 0001", 0x9000);
	assert_sw(card, "00B00000 00", 0x6982);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, "00B08100 00", 0x6982);
	assert_sw(card, VERIFY_SIGN, 0x9000);
	assert_sw(card, "00B08100 00", 0x9000);
	help_free(card);
}

static void
everything_else_is_readable_without_pin_except_0009(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, "00B08200 00", 0x9000);
	assert_sw(card, "00B08600 00", 0x9000);
	assert_sw(card, "00B08800 00", 0x9000);
	assert_sw(card, "00B08A00 00", 0x9000);
	assert_sw(card, "00B08B00 00", 0x9000);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, VERIFY_SIGN, 0x9000);
	assert_sw(card, "00B08900 00", 0x6982);
	assert_sw(card, "00B09800 00", 0x6981); /* a PIN is no file to read */
	assert_sw(card, "00B09700 00", 0x6981);
	help_free(card);
}

/* 2.4 */
static void
token_information_is_160_bytes_as_surveyed(void **state)
{
	struct sim_card *card = help_jpki("adult");
	uint8_t info[256];
	static const uint8_t flags[] = {0, 0, 4, 0x0D, 0, 0, 0, 1, 0, 0,  0, 0, 0, 0,
					0, 1, 0, 0,    0, 0, 0, 0, 0, 16, 0, 0, 0, 6};

	(void)state;
	assert_int_equal(read_file(card, 0x0006, info, sizeof info), 160);
	assert_memory_equal(info, "JPKIAPICCTOKEN2                 ", 32);
	assert_memory_equal(info + 60, "0001", 4);
	assert_memory_equal(info + 64, "E16R01NJ        ", 16);
	assert_memory_equal(info + 80, "0000000020500003", 16);
	assert_memory_equal(info + 96, flags, sizeof flags);
	for (size_t i = 124; i < 140; i++)
		assert_int_equal(info[i], 0xFF);
	assert_memory_equal(info + 140, "0301", 4);
	assert_memory_equal(info + 144, "9999999999999999", 16);
	help_free(card);
}

/* ---- 3.6: the rest ---- */

static void
a_challenge_has_exactly_the_length_asked_for(void **state)
{
	struct sim_card *card = help_card("adult");
	struct answer one, two;

	(void)state;
	one = send_hex(card, "00840000 08");
	two = send_hex(card, "00840000 08");
	assert_int_equal(one.len, 8);
	assert_memory_not_equal(one.data, two.data, 8);
	assert_int_equal(send_hex(card, "00840000 00").len, 256);
	assert_sw(card, "00840000 00 0010", 0x6985);
	help_free(card);
}

static void
the_contact_atr_is_a_data_object(void **state)
{
	struct sim_card *card = help_card("adult");
	struct answer answer = send_hex(card, "00CA5F51 00");
	static const uint8_t atr[] = {0xE0, 0x00, 0xFF, 0x81, 0x31, 0xFE, 0x45, 0x14};

	(void)state;
	assert_int_equal(answer.sw, 0x9000);
	assert_int_equal(answer.len, sizeof atr);
	assert_memory_equal(answer.data, atr, sizeof atr);
	assert_sw(card, "00CA0001 00", 0x6A88);
	help_free(card);
}

static void
the_common_application_tells_the_card_number(void **state)
{
	struct sim_card *card = help_card("adult");
	struct answer answer;

	(void)state;
	assert_sw(card, "00A4040C 0A D3921000310001010100", 0x9000);
	answer = send_hex(card, "00B2010C 00");
	assert_int_equal(answer.sw, 0x9000);
	assert_int_equal(answer.len, 29);
	assert_int_equal(answer.data[0], 0x1C);
	for (int i = 1; i < 29; i++)
		assert_true(answer.data[i] >= '0' && answer.data[i] <= '9');
	assert_sw(card, "00B2020C 00", 0x6A83);
	help_free(card);
}

static void
unknown_commands_get_their_own_answers(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, "00EE0000", 0x6D00);
	assert_sw(card, "80EE0000", 0x6D00);
	assert_sw(card, "F0A40000", 0x6E00);
	assert_sw(card, "01A4020C 02 0006", 0x6881);
	assert_sw(card, "08B00000 00", 0x69FC);
	assert_sw(card, "80AE0000 01 00", 0x6982);
	assert_sw(card, "80A20000 01 00", 0x6A86);
	assert_sw(card, "80FC0000 01 00", 0x6700);
	help_free(card);
}

static void
malformed_commands_are_refused_without_harm(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, "00B00000 00 00", 0x6700);
	assert_sw(card, "00A4020C 02 00", 0x6700);
	assert_sw(card, "00A4020C 02 0006 00 00", 0x6700);
	assert_sw(card, "00200098 04 313233", 0x6700);
	assert_sw(card, "00200098 05 31323334", 0x6700);
	assert_sw(card, "00200098", 0x63C3); /* none of it was a try */
	assert_int_equal(send_hex(card, "00").len, 0);
	assert_int_equal(send_hex(card, "").len, 0);
	help_free(card);
}

static void
a_card_without_power_says_nothing(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	sim_card_power_off(card);
	assert_sw(card, SELECT_JPKI, 0x6F00);
	help_free(card);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_power_on_no_application_is_current),
		cmocka_unit_test(the_application_is_selected_by_its_whole_name_or_the_beginning),
		cmocka_unit_test(the_next_application_of_a_prefix_can_be_selected),
		cmocka_unit_test(all_five_neighbours_can_be_selected),
		cmocka_unit_test(a_foreign_card_does_not_have_the_application),
		cmocka_unit_test(there_is_no_master_file),
		cmocka_unit_test(files_keys_and_pins_are_selected_by_number),
		cmocka_unit_test(certificate_files_have_3808_bytes_with_filler_behind),
		cmocka_unit_test(a_read_over_the_end_gives_the_rest_and_one_beyond_6B00),
		cmocka_unit_test(a_read_by_short_id_makes_the_file_current),
		cmocka_unit_test(reading_without_a_current_file_is_6986),
		cmocka_unit_test(
			the_signing_certificate_is_selectable_but_readable_only_with_its_pin),
		cmocka_unit_test(everything_else_is_readable_without_pin_except_0009),
		cmocka_unit_test(token_information_is_160_bytes_as_surveyed),
		cmocka_unit_test(a_challenge_has_exactly_the_length_asked_for),
		cmocka_unit_test(the_contact_atr_is_a_data_object),
		cmocka_unit_test(the_common_application_tells_the_card_number),
		cmocka_unit_test(unknown_commands_get_their_own_answers),
		cmocka_unit_test(malformed_commands_are_refused_without_harm),
		cmocka_unit_test(a_card_without_power_says_nothing),
	};

	return cmocka_run_group_tests(tests, help_begin, help_end);
}
