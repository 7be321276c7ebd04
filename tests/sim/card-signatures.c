/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signatures.
 *
 * The simulated card against what is known of the real card. The numbers in the comments are
 * sections of those facts (see doc/REAL-CARDS.md).
 */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

#include "tests/sim/card-help.h"

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
	memset(expected, 0xFF, sizeof expected);
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

static void
p1_00_signs_1_to_245_bytes_as_they_are(void **state)
{
	uint8_t data[255];

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 7);
	for (int k = 0; k < 2; k++) {
		struct sim_card *card = help_jpki("adult");
		static const size_t lengths[] = {1, 6, 51, 83, 245};
		struct answer answer;
		X509 *certificate;

		assert_sw(card, keys[k].verify, 0x9000);
		certificate = read_certificate(card, keys[k].certificate);
		for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
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
	uint8_t message[255], info[sizeof head + 32];
	struct answer answer;
	X509 *certificate;

	(void)state;
	memset(message, 'm', sizeof message);
	memcpy(info, head, sizeof head);
	assert_sw(card, VERIFY_AUTH, 0x9000);
	certificate = read_certificate(card, 0x000A);

	SHA256(message, sizeof message, info + sizeof head);
	answer = sign(card, "01", "97", message, sizeof message);
	assert_type_1(certificate, &answer, info + sizeof head, 32);
	answer = sign(card, "02", "97", info + sizeof head, 32);
	assert_type_1(certificate, &answer, info, sizeof info);
	answer = sign(card, "03", "97", message, sizeof message);
	assert_type_1(certificate, &answer, info, sizeof info);
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
	SHA256(message, sizeof message, digest);
	assert_sw(card, VERIFY_SIGN, 0x9000);
	certificate = read_certificate(card, 0x0001);
	first = sign(card, "04", "9A", digest, 32);
	second = sign(card, "04", "9A", digest, 32);
	third = sign(card, "05", "9A", message, sizeof message);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p1_00_signs_1_to_245_bytes_as_they_are),
		cmocka_unit_test(p1_01_to_03_hash_and_wrap_as_tabled),
		cmocka_unit_test(p1_04_and_05_make_pss_with_a_new_salt_of_32_bytes_each_time),
		cmocka_unit_test(a_selected_key_and_its_short_id_sign_the_same),
		cmocka_unit_test(signing_needs_its_own_pin),
		cmocka_unit_test(a_wrong_signature_command_is_told_apart),
		cmocka_unit_test(many_signatures_follow_one_login),
	};

	return cmocka_run_group_tests(tests, help_begin, help_end);
}
