/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/card-help.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The simulated card's commands against what is known of the real card. The numbers in the
 * comments are sections of those facts (see doc/ARCHITECTURE.md for where they come from).
 */

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
	for (size_t i = 0; i < sizeof(neighbours) / sizeof(*neighbours); i++)
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
	for (size_t i = 0; i < sizeof(there) / sizeof(*there); i++) {
		snprintf(hex, sizeof(hex), "00A4020C 02 %04X", there[i]);
		assert_sw(card, hex, 0x9000);
	}
	for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++) {
		snprintf(hex, sizeof(hex), "00A4020C 02 %04X", missing[i]);
		assert_sw(card, hex, 0x6A82);
	}
	assert_int_not_equal(send_hex(card, "00A4090C 02 0006").sw, 0x9000);
	help_free(card);
}

/* ---- 2, 3.2: files and reading ---- */

static X509 *
read_certificate(struct sim_card *card, unsigned int id)
{
	uint8_t file[4096];
	const unsigned char *cursor = file;
	X509 *certificate;

	read_file(card, id, file, sizeof(file));
	certificate = d2i_X509(NULL, &cursor, sizeof(file));
	assert_non_null(certificate);
	return certificate;
}

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

		assert_int_equal(read_file(card, ids[i], file, sizeof(file)), 3808);
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
	assert_int_equal(read_file(card, 0x0006, info, sizeof(info)), 160);
	assert_memory_equal(info, "JPKIAPICCTOKEN2                 ", 32);
	assert_memory_equal(info + 60, "0001", 4);
	assert_memory_equal(info + 64, "E16R01NJ        ", 16);
	assert_memory_equal(info + 80, "0000000020500003", 16);
	assert_memory_equal(info + 96, flags, sizeof(flags));
	for (size_t i = 124; i < 140; i++)
		assert_int_equal(info[i], 0xFF);
	assert_memory_equal(info + 140, "0301", 4);
	assert_memory_equal(info + 144, "9999999999999999", 16);
	help_free(card);
}

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

/* ---- 3.4: signatures ---- */

/* What the signature holds after the public operation, without padding removed. */
static size_t
open_block(X509 *certificate, const struct answer *answer, uint8_t block[256])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(X509_get0_pubkey(certificate), NULL);
	size_t len = 256;

	assert_int_equal(answer->sw, 0x9000);
	assert_int_equal(answer->len, 256);
	assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
	assert_int_equal(EVP_PKEY_encrypt(ctx, block, &len, answer->data, answer->len), 1);
	EVP_PKEY_CTX_free(ctx);
	return len;
}

/* 00 01 FF … FF 00 and then exactly these bytes. */
static void
assert_type_1(X509 *certificate, const struct answer *answer, const uint8_t *bytes, size_t len)
{
	uint8_t block[256], expected[256];

	assert_int_equal(open_block(certificate, answer, block), 256);
	memset(expected, 0xFF, sizeof(expected));
	expected[0] = 0;
	expected[1] = 1;
	expected[255 - len] = 0;
	memcpy(expected + 256 - len, bytes, len);
	assert_memory_equal(block, expected, 256);
}

static const struct {
	const char *verify;
	unsigned int certificate;
	const char *key_select;
	const char *tail; /* P2 of the short id */
} keys[] = {
	{VERIFY_AUTH, 0x000A, "00A4020C 02 0017", "97"},
	{VERIFY_SIGN, 0x0001, "00A4020C 02 001A", "9A"},
};

static struct answer
sign(struct sim_card *card, const char *p1, const char *p2, const uint8_t *data, size_t len)
{
	char head[9];

	snprintf(head, sizeof(head), "802A%s%s", p1, p2);
	return send_body(card, head, data, len, 1);
}

static void
p1_00_signs_1_to_245_bytes_as_they_are(void **state)
{
	uint8_t data[255];

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (int k = 0; k < 2; k++) {
		struct sim_card *card = help_jpki("adult");
		static const size_t lengths[] = {1, 6, 51, 83, 245};
		struct answer answer;
		X509 *certificate;

		assert_sw(card, keys[k].verify, 0x9000);
		certificate = read_certificate(card, keys[k].certificate);
		for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
			answer = sign(card, "00", keys[k].tail, data, lengths[i]);
			assert_type_1(certificate, &answer, data, lengths[i]);
		}
		assert_int_equal(sign(card, "00", keys[k].tail, data, 246).sw, 0x6700);
		X509_free(certificate);
		help_free(card);
	}
}

static void
p1_01_to_03_hash_and_wrap_as_tabled(void **state)
{
	static const uint8_t head[] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
				       0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
	struct sim_card *card = help_jpki("adult");
	uint8_t message[255], info[sizeof(head) + 32];
	struct answer answer;
	X509 *certificate;

	(void)state;
	memset(message, 'm', sizeof(message));
	memcpy(info, head, sizeof(head));
	assert_sw(card, VERIFY_AUTH, 0x9000);
	certificate = read_certificate(card, 0x000A);

	SHA256(message, sizeof(message), info + sizeof(head));
	answer = sign(card, "01", "97", message, sizeof(message));
	assert_type_1(certificate, &answer, info + sizeof(head), 32);
	answer = sign(card, "02", "97", info + sizeof(head), 32);
	assert_type_1(certificate, &answer, info, sizeof(info));
	answer = sign(card, "03", "97", message, sizeof(message));
	assert_type_1(certificate, &answer, info, sizeof(info));
	assert_int_equal(sign(card, "02", "97", message, 31).sw, 0x6700);
	assert_int_equal(sign(card, "02", "97", message, 33).sw, 0x6700);
	X509_free(certificate);
	help_free(card);
}

static void
assert_pss(X509 *certificate, const struct answer *answer, const uint8_t digest[32])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(X509_get0_pubkey(certificate), NULL);

	assert_int_equal(answer->sw, 0x9000);
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 32), 1);
	assert_int_equal(EVP_PKEY_verify(ctx, answer->data, answer->len, digest, 32), 1);
	EVP_PKEY_CTX_free(ctx);
}

static void
p1_04_and_05_make_pss_with_a_new_salt_of_32_bytes_each_time(void **state)
{
	struct sim_card *card = help_jpki("adult");
	const uint8_t message[] = "a message";
	uint8_t digest[32];
	struct answer first, second, third;
	X509 *certificate;

	(void)state;
	SHA256(message, sizeof(message), digest);
	assert_sw(card, VERIFY_SIGN, 0x9000);
	certificate = read_certificate(card, 0x0001);
	first = sign(card, "04", "9A", digest, 32);
	second = sign(card, "04", "9A", digest, 32);
	third = sign(card, "05", "9A", message, sizeof(message));
	assert_pss(certificate, &first, digest);
	assert_pss(certificate, &second, digest);
	assert_pss(certificate, &third, digest);
	assert_memory_not_equal(first.data, second.data, 256);
	assert_int_equal(sign(card, "04", "9A", message, 9).sw, 0x6700);
	X509_free(certificate);
	help_free(card);
}

static void
a_selected_key_and_its_short_id_sign_the_same(void **state)
{
	(void)state;
	for (int k = 0; k < 2; k++) {
		struct sim_card *card = help_jpki("adult");
		struct answer by_id, selected;

		assert_sw(card, keys[k].verify, 0x9000);
		by_id = sign(card, "00", keys[k].tail, (const uint8_t *)"same", 4);
		assert_sw(card, keys[k].key_select, 0x9000);
		selected = sign(card, "00", "80", (const uint8_t *)"same", 4);
		assert_int_equal(by_id.sw, 0x9000);
		assert_int_equal(selected.sw, 0x9000);
		assert_memory_equal(by_id.data, selected.data, 256);
		help_free(card);
	}
}

static void
signing_needs_its_own_pin(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, SIGN_AUTH, 0x6982);
	assert_sw(card, SIGN_SIGN, 0x6982);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, SIGN_AUTH, 0x9000);
	assert_sw(card, SIGN_SIGN, 0x6982);
	help_free(card);
}

static void
a_wrong_signature_command_is_told_apart(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, "802A0497 01 AA 00", 0x6982); /* known P1, locked */
	assert_sw(card, "802A7F97 01 AA 00", 0x6A86); /* unknown P1, locked */
	assert_sw(card, VERIFY_AUTH, 0x9000);
	assert_sw(card, "802A0697 01 AA 00", 0x6A86);
	assert_sw(card, "802A0080 01 AA 00", 0x6986); /* no current file */
	assert_sw(card, "802A0098 01 AA 00", 0x6981); /* a PIN, not a key */
	assert_sw(card, "802A0097 01 AA", 0x6700);    /* no Le */
	assert_sw(card, "802A009700", 0x6700);	      /* no data */
	assert_sw(card, "002A0097 01 AA 00", 0x6D00);
	help_free(card);
}

static void
many_signatures_follow_one_login(void **state)
{
	struct sim_card *card = help_jpki("adult");

	(void)state;
	assert_sw(card, VERIFY_SIGN, 0x9000);
	for (int i = 0; i < 20; i++)
		assert_sw(card, SIGN_SIGN, 0x9000);
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
	assert_true(sim_card_pin_is(card, SIM_PIN_AUTH, "5678"));
	assert_sw(card, "00200080 04 31323334", 0x63C2);
	assert_sw(card, "00200080 04 35363738", 0x9000);
	help_free(card);
	card = sim_card_open(help_last_dir(), &error);
	assert_non_null(card);
	assert_true(sim_card_pin_is(card, SIM_PIN_AUTH, "5678"));
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
	for (size_t i = 0; i < sizeof(bad_sign) / sizeof(*bad_sign); i++)
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
	assert_int_equal(answer.len, sizeof(atr));
	assert_memory_equal(answer.data, atr, sizeof(atr));
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

/* ---- 1.2, 13: behaviour switches ---- */

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
	sim_card_tear(card, verify, sizeof(verify));
	assert_int_equal(sim_card_tries(card, SIM_PIN_AUTH), 3);
	assert_sw(card, SELECT_JPKI, 0x6F00); /* it is out */
	sim_card_power_on(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	set_switch(card, "counter-written", "before-comparison");
	sim_card_tear(card, verify, sizeof(verify));
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
	assert_int_equal(read_file(card, 0x000A, file, sizeof(file)), 3808);
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
	assert_int_equal(sim_card_delay_us(card, select, sizeof(select)), 0);
	set_switch(card, "delay-exchange", "12ms");
	set_switch(card, "delay-signature", "500us");
	assert_int_equal(sim_card_delay_us(card, select, sizeof(select)), 12000);
	assert_int_equal(sim_card_delay_us(card, signature, sizeof(signature)), 12500);
	set_switch(card, "delay-signature", "2s");
	assert_int_equal(sim_card_delay_us(card, signature, sizeof(signature)), 2012000);
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
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
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

/* ---- 2.3, 2.4, 7: people ---- */

static void
assert_person(const char *person, const char *label, unsigned int sign, unsigned int auth)
{
	struct sim_card *card = help_jpki(person);
	uint8_t file[256];
	char padded[33];

	snprintf(padded, sizeof(padded), "%-32s", label);
	assert_int_equal(read_file(card, 0x0006, file, sizeof(file)), 160);
	assert_memory_equal(file, padded, 32);
	assert_int_equal(read_file(card, 0x0008, file, sizeof(file)), 3);
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
	snprintf(path, sizeof(path), "%s/pins.json", help_last_dir());
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

	snprintf(path, sizeof(path), "%s/%s", help_last_dir(), name);
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
	for (size_t i = 0; i < sizeof(damage) / sizeof(*damage); i++) {
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

		for (size_t j = 0; j < sizeof(command); j++) {
			seed = seed * 1664525u + 1013904223u;
			command[j] = (uint8_t)(seed >> 24);
		}
		len = (size_t)command[299] * 300 / 256;
		command[0] = classes[command[0] % sizeof(classes)];
		command[1] = codes[command[1] % sizeof(codes)];
		if (i == 10000)
			set_switch(card, "extended-length", "on");
		if (i % 2) /* a sound length now and then */
			command[4] = (uint8_t)(len > 5 ? len - 5 : 0);
		send_bytes(card, command, len); /* checks the length of the answer */
	}
	help_free(card);
}

static int
begin(void **state)
{
	(void)state;
	help_begin();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	help_end();
	return 0;
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
		cmocka_unit_test(a_query_spends_no_try_and_does_not_tell_of_a_login),
		cmocka_unit_test(a_wrong_pin_reports_the_tries_left),
		cmocka_unit_test(the_last_wrong_pin_blocks_even_the_right_one),
		cmocka_unit_test(the_right_pin_restores_the_tries),
		cmocka_unit_test(spent_tries_outlive_power_and_the_program),
		cmocka_unit_test(a_pin_is_presented_to_the_selected_file_or_by_short_id),
		cmocka_unit_test(the_same_short_id_is_no_pin_in_another_application),
		cmocka_unit_test(a_malformed_pin_spends_a_try),
		cmocka_unit_test(p1_00_signs_1_to_245_bytes_as_they_are),
		cmocka_unit_test(p1_01_to_03_hash_and_wrap_as_tabled),
		cmocka_unit_test(p1_04_and_05_make_pss_with_a_new_salt_of_32_bytes_each_time),
		cmocka_unit_test(a_selected_key_and_its_short_id_sign_the_same),
		cmocka_unit_test(signing_needs_its_own_pin),
		cmocka_unit_test(a_wrong_signature_command_is_told_apart),
		cmocka_unit_test(many_signatures_follow_one_login),
		cmocka_unit_test(a_pin_is_changed_after_it_was_verified),
		cmocka_unit_test(a_new_pin_of_the_wrong_form_is_refused_and_the_old_one_stays),
		cmocka_unit_test(a_login_lasts_until_another_application_is_selected),
		cmocka_unit_test(a_login_outlives_reset_but_not_power),
		cmocka_unit_test(a_wrong_pin_ends_the_login_with_that_pin_only),
		cmocka_unit_test(a_challenge_has_exactly_the_length_asked_for),
		cmocka_unit_test(the_contact_atr_is_a_data_object),
		cmocka_unit_test(the_common_application_tells_the_card_number),
		cmocka_unit_test(unknown_commands_get_their_own_answers),
		cmocka_unit_test(malformed_commands_are_refused_without_harm),
		cmocka_unit_test(a_card_without_power_says_nothing),
		cmocka_unit_test(each_of_the_nine_atrs_can_be_chosen),
		cmocka_unit_test(switch_short_ids_off_leaves_the_selected_file),
		cmocka_unit_test(switch_short_ids_no_signature_leaves_the_others),
		cmocka_unit_test(switch_pss_off_knows_p1_00_only),
		cmocka_unit_test(switch_check_order_hides_unknown_p1_while_locked),
		cmocka_unit_test(switches_choose_the_answers_of_a_blocked_pin),
		cmocka_unit_test(switch_malformed_pin_refuses_for_nothing),
		cmocka_unit_test(switch_failed_verify_keeps_the_login),
		cmocka_unit_test(switch_both_logins_excludes_the_other),
		cmocka_unit_test(
			a_card_torn_out_while_verifying_loses_a_try_only_if_it_writes_first),
		cmocka_unit_test(switch_login_at_reset_drops_it),
		cmocka_unit_test(switch_other_applications_takes_the_neighbours_away),
		cmocka_unit_test(switch_first_command_loses_one_after_each_power_on),
		cmocka_unit_test(switch_filler_is_what_stands_behind_a_certificate),
		cmocka_unit_test(switches_take_files_away),
		cmocka_unit_test(switch_read_past_end_warns_with_data),
		cmocka_unit_test(extended_length_is_refused_unless_switched_on),
		cmocka_unit_test(delays_are_told_per_exchange_and_per_signature),
		cmocka_unit_test(an_unknown_switch_or_value_is_refused_with_the_choices),
		cmocka_unit_test(switches_are_kept_in_the_folder),
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

	return cmocka_run_group_tests(tests, begin, end);
}
