/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ready-made people's cards, and what a card keeps in its folder.
 *
 * The simulated card against what is known of the real card. The numbers in the comments are
 * sections of those facts (see doc/REAL-CARDS.md).
 */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/card-help.h"

/* ---- 2.3, 2.4, 7: people ---- */

static void
assert_person(const char *person, const char *label, unsigned int sign, unsigned int auth)
{
	struct sim_card *card = help_jpki(person);
	uint8_t file[256];
	char padded[33];

	snprintf(padded, sizeof padded, "%-32s", label);
	assert_int_equal(read_file(card, 0x0006, file, sizeof file), 160);
	assert_memory_equal(file, padded, 32);
	assert_int_equal(read_file(card, 0x0008, file, sizeof file), 3);
	assert_int_equal(file[0], sign);
	assert_int_equal(file[1], auth);
	assert_int_equal(file[2], 0);
	help_free(card);
}

static void
people_have_the_labels_and_certificates_of_their_cards(void **state)
{
	(void)state;
	assert_person("adult", "JPKIAPICCTOKEN2", 0x8F, 0x8F);
	assert_person("child", "JPKIAPICCTOKEN2", 0x00, 0x8F);
	assert_person("opted-out", "JPKIAPICCTOKEN2", 0x00, 0x00);
	assert_person("phone", "JPKIAPGPSETOKEN", 0x8F, 0x8F);
	assert_person("juki", "JPKIAPICCTOKEN", 0x8F, 0x00);
}

static void
a_phone_shows_its_authentication_certificate_after_the_pin(void **state)
{
	struct sim_card *card = help_jpki("phone");

	(void)state;
	assert_sw(card, "00A4020C 02 000A", 0x9000);
	assert_sw(card, "00B00000 00", 0x6982);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, "00B00000 00", 0x9000);
	help_free(card);
}

static void
a_child_has_only_filler_for_a_signing_certificate_and_no_password(void **state)
{
	struct sim_card *card = help_jpki("child");

	(void)state;
	assert_sw(card, "0020009B", 0x63C0);
	assert_sw(card, VERIFY_SIGN, 0x6984);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, SIGN_AUTH, 0x9000);
	help_free(card);
}

static void
spoilt_cards_hold_what_their_name_says(void **state)
{
	struct sim_card *card = help_jpki("cert-length-past-end-auth");
	struct answer answer = send_hex(card, "00B08A00 04");
	X509 *certificate;

	(void)state;
	assert_true((answer.data[2] << 8 | answer.data[3]) > 3808);
	help_free(card);
	card = help_jpki("key-rsa1024-auth");
	certificate = read_certificate(card, 0x000A);
	assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(certificate)), 1024);
	X509_free(certificate);
	help_free(card);
	card = help_jpki("key-ec-auth");
	certificate = read_certificate(card, 0x000A);
	assert_true(EVP_PKEY_is_a(X509_get0_pubkey(certificate), "EC"));
	X509_free(certificate);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, SIGN_AUTH, 0x6985);
	assert_sw(card, VERIFY_SIGN, 0x9000);
	assert_sw(card, SIGN_SIGN, 0x9000); /* the other key is sound */
	help_free(card);
	card = help_jpki("cert-random-bytes-auth");
	answer = send_hex(card, "00B08A00 00");
	assert_false(answer.data[0] == 0x30 && answer.data[1] == 0x82);
	help_free(card);
}

/* ---- the folder ---- */

static void
tries_can_be_set_within_what_the_card_allows(void **state)
{
	struct sim_card *card = help_jpki("adult");
	char *error = NULL;

	(void)state;
	assert_int_equal(sim_card_tries_allowed(SIM_PIN_AUTH), 3);
	assert_int_equal(sim_card_tries_allowed(SIM_PIN_SIGN), 5);
	assert_true(sim_card_set_tries(card, SIM_PIN_AUTH, 0, &error));
	assert_sw(card, VERIFY_AUTH, 0x6984);
	assert_true(sim_card_set_tries(card, SIM_PIN_AUTH, 1, &error));
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_false(sim_card_set_tries(card, SIM_PIN_AUTH, 4, &error));
	assert_non_null(error);
	free(error);
	help_free(card);
}

static void
two_readers_of_one_folder_share_the_tries(void **state)
{
	struct sim_card *one = help_jpki("adult");
	char *error = NULL;
	struct sim_card *two = sim_card_open(help_last_dir(), &error);

	(void)state;
	assert_non_null(two);
	sim_card_power_on(two);
	assert_sw(two, SELECT_JPKI, 0x9000);
	assert_sw(one, WRONG_AUTH, 0x63C2);
	assert_sw(two, WRONG_AUTH, 0x63C1);
	assert_sw(one, WRONG_AUTH, 0x63C0);
	assert_sw(two, VERIFY_AUTH, 0x6984);
	help_free(one);
	help_free(two);
}

static void
a_counter_that_cannot_be_written_gives_no_login(void **state)
{
	struct sim_card *card = help_jpki("adult");
	char path[300];

	(void)state;
	assert_sw(card, WRONG_AUTH, 0x63C2);
	snprintf(path, sizeof path, "%s/pins.json", help_last_dir());
	assert_int_equal(unlink(path), 0);
	assert_sw(card, VERIFY_AUTH, 0x6581);
	assert_sw(card, SIGN_AUTH, 0x6982);
	help_free(card);
}

static void
write_file(const char *name, const char *text)
{
	char path[300];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", help_last_dir(), name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

#define PINS(pin, tries)                                                                           \
	"{\"auth\":{\"pin\":" pin ",\"tries\":" tries "},"                                         \
	"\"sign\":{\"pin\":\"ABC123\",\"tries\":5}}"

static void
a_damaged_folder_is_refused_with_a_sentence(void **state)
{
	static const char *const damage[][2] = {
		{"card.json", ""},
		{"card.json", "{\"kind\":\"card\"}"},
		{"card.json", "[]"},
		{"pins.json", "{}"},
		{"pins.json", PINS("\"1234\"", "4")},
		{"pins.json", PINS("\"1234\"", "-1")},
		{"pins.json", PINS("\"1234\"", "\"3\"")},
		{"pins.json", PINS("\"12345678901234567\"", "3")},
		{"pins.json", PINS("1234", "3")},
		{"switches.json", "{\"filler\":1}"},
		{"switches.json", "{\"colour\":\"red\"}"},
		{"switches.json", "[]"},
	};

	struct sim_card *card;

	(void)state;
	for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
		char *error = NULL;

		help_free(help_card("adult"));
		write_file(damage[i][0], damage[i][1]);
		assert_null(sim_card_open(help_last_dir(), &error));
		assert_non_null(error);
		assert_non_null(strstr(error, damage[i][0]));
		free(error);
	}
	help_free(help_card("adult"));
	write_file("pins.json", PINS("\"1234\"", "3")); /* what is meant to be sound is */
	card = sim_card_open(help_last_dir(), NULL);
	assert_non_null(card);
	help_free(card);
	assert_null(sim_card_open("/nonexistent/card", NULL));
}

static void
a_reload_keeps_the_power_state_and_takes_the_new_files(void **state)
{
	struct sim_card *card = help_jpki("adult");
	char *error = NULL;

	(void)state;
	assert_sw(card, VERIFY_AUTH, 0x9000);
	write_file("switches.json", "{\"filler\":\"00\"}");
	assert_true(sim_card_reload(card, &error));
	assert_sw(card, SIGN_AUTH, 0x9000);
	assert_int_equal(send_hex(card, "00B08AFF 00").sw, 0x9000);
	assert_sw(card, "00A4020C 02 000A", 0x9000);
	assert_int_equal(send_hex(card, "00B00EDF 01").data[0], 0x00);
	write_file("card.json", "{}");
	assert_false(sim_card_reload(card, &error)); /* and goes on with what it has */
	free(error);
	assert_sw(card, SIGN_AUTH, 0x9000);
	help_free(card);
}

static void
random_commands_never_break_the_card(void **state)
{
	struct sim_card *card = help_jpki("adult");
	uint32_t seed = 20261121;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		static const uint8_t classes[] = {0x00, 0x00, 0x00, 0x80, 0x08, 0xFF};
		static const uint8_t codes[] = {0xA4, 0xB0, 0xB2, 0x20, 0x24, 0x84, 0xCA, 0x2A};
		uint8_t command[300];
		size_t len;

		for (size_t j = 0; j < sizeof command; j++) {
			seed = seed * 1664525u + 1013904223u;
			command[j] = (uint8_t)(seed >> 24);
		}
		len = (size_t)command[299] * 300 / 256;
		command[0] = classes[command[0] % sizeof classes];
		command[1] = codes[command[1] % sizeof codes];
		if (i == 10000)
			set_switch(card, "extended-length", "on");
		if (i % 2) /* a sound length now and then */
			command[4] = (uint8_t)(len > 5 ? len - 5 : 0);
		send_bytes(card, command, len); /* checks the length of the answer */
	}
	help_free(card);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_have_the_labels_and_certificates_of_their_cards),
		cmocka_unit_test(a_phone_shows_its_authentication_certificate_after_the_pin),
		cmocka_unit_test(a_child_has_only_filler_for_a_signing_certificate_and_no_password),
		cmocka_unit_test(spoilt_cards_hold_what_their_name_says),
		cmocka_unit_test(tries_can_be_set_within_what_the_card_allows),
		cmocka_unit_test(two_readers_of_one_folder_share_the_tries),
		cmocka_unit_test(a_counter_that_cannot_be_written_gives_no_login),
		cmocka_unit_test(a_damaged_folder_is_refused_with_a_sentence),
		cmocka_unit_test(a_reload_keeps_the_power_state_and_takes_the_new_files),
		cmocka_unit_test(random_commands_never_break_the_card),
	};

	return cmocka_run_group_tests(tests, help_begin, help_end);
}
