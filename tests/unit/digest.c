/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/digest.h"

#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/made-certificate.h"

/* Checked against OpenSSL; the keyed hash against RFC 4231. */

static const struct {
	enum digest_kind kind;
	const char *name;
} kinds[] = {
	{DIGEST_SHA1, "SHA1"},	   {DIGEST_SHA224, "SHA224"}, {DIGEST_SHA256, "SHA256"},
	{DIGEST_SHA384, "SHA384"}, {DIGEST_SHA512, "SHA512"},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

static uint8_t message[300];

static int
set_up_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof message; i++)
		message[i] = (uint8_t)(i * 7 + 1);
	return 0;
}

static struct bytes
openssl_hash(const char *name, struct bytes data, uint8_t out[EVP_MAX_MD_SIZE])
{
	size_t len;

	assert_true(EVP_Q_digest(NULL, name, NULL, data.data, data.len, out, &len));
	return (struct bytes){out, len};
}

static void
hashes_equal_openssls(void **state)
{
	uint8_t ours[DIGEST_SIZE_MAX], theirs[EVP_MAX_MD_SIZE];

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		for (size_t len = 0; len <= sizeof message; len++) {
			struct bytes data = {message, len};
			struct bytes expected = openssl_hash(kinds[k].name, data, theirs);

			assert_int_equal(digest_of(kinds[k].kind, data, ours), expected.len);
			assert_memory_equal(ours, theirs, expected.len);
		}
	}
}

static void
hashing_in_parts_gives_the_same(void **state)
{
	uint8_t whole[DIGEST_SIZE_MAX], parts[DIGEST_SIZE_MAX];
	struct digest d;

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		for (size_t cut = 0; cut <= sizeof message; cut += 13) {
			size_t len = digest_of(kinds[k].kind,
					       (struct bytes){message, sizeof message}, whole);

			digest_init(&d, kinds[k].kind);
			digest_update(&d, (struct bytes){message, cut});
			digest_update(&d, (struct bytes){NULL, 0});
			digest_update(&d, (struct bytes){message + cut, sizeof message - cut});
			assert_int_equal(digest_final(&d, parts), len);
			assert_memory_equal(whole, parts, len);
		}
	}
}

static void
no_hash_is_an_empty_one(void **state)
{
	uint8_t out[DIGEST_SIZE_MAX], info[DIGEST_INFO_MAX];
	struct digest d;

	(void)state;
	digest_init(&d, DIGEST_NONE);
	digest_update(&d, (struct bytes){message, sizeof message});
	assert_int_equal(digest_final(&d, out), 0);
	assert_int_equal(digest_info(DIGEST_NONE, (struct bytes){message, 20}, info), 0);
}

/* What is under the padding of a PKCS#1 v1.5 signature that OpenSSL makes of a message. */
static size_t
openssl_info(EVP_PKEY *key, const char *name, struct bytes data, uint8_t info[256])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY_CTX *recover = EVP_PKEY_CTX_new(key, NULL);
	uint8_t signature[256];
	size_t signature_len = sizeof signature, len = 256;

	assert_true(EVP_DigestSignInit_ex(md, NULL, name, NULL, NULL, key, NULL) > 0);
	assert_true(EVP_DigestSign(md, signature, &signature_len, data.data, data.len) > 0);
	assert_true(EVP_PKEY_verify_recover_init(recover) > 0);
	assert_true(EVP_PKEY_CTX_set_rsa_padding(recover, RSA_PKCS1_PADDING) > 0);
	assert_true(EVP_PKEY_verify_recover(recover, info, &len, signature, signature_len) > 0);
	EVP_PKEY_CTX_free(recover);
	EVP_MD_CTX_free(md);
	return len;
}

static void
digest_info_is_what_openssl_signs(void **state)
{
	EVP_PKEY *key = made_rsa_key(2048);
	uint8_t hash[DIGEST_SIZE_MAX], ours[DIGEST_INFO_MAX], theirs[256];

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		struct bytes data = {message, sizeof message};
		size_t hash_len = digest_of(kinds[k].kind, data, hash);
		size_t len = digest_info(kinds[k].kind, (struct bytes){hash, hash_len}, ours);

		assert_int_equal(openssl_info(key, kinds[k].name, data, theirs), len);
		assert_memory_equal(ours, theirs, len);
	}
}

static void
digest_info_wants_a_hash_of_the_right_length(void **state)
{
	uint8_t out[DIGEST_INFO_MAX];

	(void)state;
	assert_int_equal(digest_info(DIGEST_SHA256, (struct bytes){message, 31}, out), 0);
	assert_int_equal(digest_info(DIGEST_SHA256, (struct bytes){message, 33}, out), 0);
	assert_int_equal(digest_info(DIGEST_SHA1, (struct bytes){NULL, 0}, out), 0);
	assert_int_equal(digest_info(DIGEST_SHA512, (struct bytes){message, 65}, out), 0);
}

/* RFC 4231 4.3 (test case 2) and 4.7 (case 6, a key longer than a block). */
static void
keyed_hash_is_hmac_sha256(void **state)
{
	static const uint8_t expected2[] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e,
					    0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7,
					    0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
					    0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
	static const uint8_t expected6[] = {0x60, 0xe4, 0x31, 0x59, 0x1e, 0xe0, 0xb6, 0x7f,
					    0x0d, 0x8a, 0x26, 0xaa, 0xcb, 0xf5, 0xb7, 0x7f,
					    0x8e, 0x0b, 0xc6, 0x21, 0x37, 0x28, 0xc5, 0x14,
					    0x05, 0x46, 0x04, 0x0f, 0x0e, 0xe3, 0x7f, 0x54};
	static const char text2[] = "what do ya want for nothing?";
	static const char text6[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	uint8_t long_key[131], out[SHA256_DIGEST_SIZE];

	(void)state;
	memset(long_key, 0xaa, sizeof long_key);
	digest_keyed((struct bytes){(const uint8_t *)"Jefe", 4},
		     (struct bytes){(const uint8_t *)text2, sizeof text2 - 1}, out);
	assert_memory_equal(out, expected2, sizeof out);
	digest_keyed((struct bytes){long_key, sizeof long_key},
		     (struct bytes){(const uint8_t *)text6, sizeof text6 - 1}, out);
	assert_memory_equal(out, expected6, sizeof out);
}

/* PSS. */

struct pss_recipe {
	const char *hash, *mgf_hash;
	int salt;
	int padding;
};

static const struct pss_recipe right = {"SHA256", "SHA256", 32, RSA_PKCS1_PSS_PADDING};

struct signed_hash {
	uint8_t modulus[512], exponent[4], hash[64], signature[512];
	struct bytes n, e, h, s;
};

static struct bytes
get_number(EVP_PKEY *key, const char *name, uint8_t *room)
{
	BIGNUM *number = NULL;
	int len;

	assert_true(EVP_PKEY_get_bn_param(key, name, &number));
	len = BN_bn2bin(number, room);
	BN_free(number);
	return (struct bytes){room, (size_t)len};
}

static void
sign(struct signed_hash *out, EVP_PKEY *key, const struct pss_recipe *recipe)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	EVP_MD *hash = EVP_MD_fetch(NULL, recipe->hash, NULL);
	EVP_MD *mgf_hash = EVP_MD_fetch(NULL, recipe->mgf_hash, NULL);
	size_t len = sizeof out->signature;

	out->n = get_number(key, OSSL_PKEY_PARAM_RSA_N, out->modulus);
	out->e = get_number(key, OSSL_PKEY_PARAM_RSA_E, out->exponent);
	out->h = openssl_hash(recipe->hash, (struct bytes){message, sizeof message}, out->hash);
	assert_true(EVP_PKEY_sign_init(ctx) > 0);
	assert_true(EVP_PKEY_CTX_set_rsa_padding(ctx, recipe->padding) > 0);
	assert_true(EVP_PKEY_CTX_set_signature_md(ctx, hash) > 0);
	if (recipe->padding == RSA_PKCS1_PSS_PADDING) {
		assert_true(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, mgf_hash) > 0);
		assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, recipe->salt) > 0);
	}
	assert_true(EVP_PKEY_sign(ctx, out->signature, &len, out->hash, out->h.len) > 0);
	out->s = (struct bytes){out->signature, len};
	EVP_MD_free(mgf_hash);
	EVP_MD_free(hash);
	EVP_PKEY_CTX_free(ctx);
}

static bool
verify(const struct signed_hash *h)
{
	return digest_verify_pss(h->n, h->e, h->h, h->s);
}

static void
pss_signatures_of_openssl_verify(void **state)
{
	struct signed_hash h;

	(void)state;
	for (int i = 0; i < 20; i++) {
		sign(&h, made_rsa_key(2048), &right);
		assert_true(verify(&h));
	}
	sign(&h, made_rsa_key(3072), &right);
	assert_true(verify(&h));
}

static void
other_parameters_do_not_verify(void **state)
{
	static const struct pss_recipe wrong[] = {
		{"SHA256", "SHA1", 32, RSA_PKCS1_PSS_PADDING},
		{"SHA256", "SHA256", 0, RSA_PKCS1_PSS_PADDING},
		{"SHA256", "SHA256", 20, RSA_PKCS1_PSS_PADDING},
		{"SHA256", "SHA256", 222, RSA_PKCS1_PSS_PADDING},
		{"SHA384", "SHA384", 32, RSA_PKCS1_PSS_PADDING},
		{"SHA1", "SHA1", 20, RSA_PKCS1_PSS_PADDING},
		{"SHA256", "SHA256", 32, RSA_PKCS1_PADDING},
	};
	struct signed_hash h;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		sign(&h, made_rsa_key(2048), &wrong[i]);
		if (verify(&h))
			fail_msg("row %zu verified", i);
		/* Nor when the hash is passed off as one of the right length. */
		h.h.len = 32;
		if (verify(&h))
			fail_msg("row %zu verified when cut", i);
	}
}

static void
any_flipped_bit_breaks_the_signature(void **state)
{
	struct signed_hash h;

	(void)state;
	sign(&h, made_rsa_key(2048), &right);
	for (size_t i = 0; i < h.s.len; i++) {
		h.signature[i] ^= (uint8_t)(1U << (i % 8));
		assert_false(verify(&h));
		h.signature[i] ^= (uint8_t)(1U << (i % 8));
	}
	for (size_t i = 0; i < h.h.len; i++) {
		h.hash[i] ^= 0x10;
		assert_false(verify(&h));
		h.hash[i] ^= 0x10;
	}
	assert_true(verify(&h));
}

static void
another_key_does_not_verify(void **state)
{
	EVP_PKEY *other = EVP_RSA_gen(2048);
	struct signed_hash h;

	(void)state;
	sign(&h, made_rsa_key(2048), &right);
	h.n = get_number(other, OSSL_PKEY_PARAM_RSA_N, h.modulus);
	assert_false(verify(&h));
	EVP_PKEY_free(other);
}

static void
lengths_that_are_wrong_are_refused(void **state)
{
	struct signed_hash h, changed;
	uint8_t longer[257] = {0};

	(void)state;
	sign(&h, made_rsa_key(2048), &right);
	changed = h;
	changed.s.len = 255;
	assert_false(verify(&changed));
	/* The same number, a byte too long. */
	memcpy(longer + 1, h.signature, 256);
	changed.s = (struct bytes){longer, sizeof longer};
	assert_false(verify(&changed));
	changed.s = (struct bytes){NULL, 0};
	assert_false(verify(&changed));
	changed = h;
	changed.h.len = 31;
	assert_false(verify(&changed));
	changed.h = (struct bytes){NULL, 0};
	assert_false(verify(&changed));
	changed = h;
	changed.n = (struct bytes){NULL, 0};
	assert_false(verify(&changed));
	changed.n = changed.s = (struct bytes){h.modulus, 1};
	assert_false(verify(&changed));
	changed = h;
	changed.e = (struct bytes){NULL, 0};
	assert_false(verify(&changed));
}

static void
numbers_that_are_no_key_or_signature_are_refused(void **state)
{
	struct signed_hash h;

	(void)state;
	sign(&h, made_rsa_key(2048), &right);
	memset(h.signature, 0, 256);
	assert_false(verify(&h));
	memset(h.signature, 0xff, 256);
	assert_false(verify(&h));
	/* Equal to the modulus: zero when reduced. */
	memcpy(h.signature, h.modulus, 256);
	assert_false(verify(&h));
	sign(&h, made_rsa_key(2048), &right);
	h.modulus[255] ^= 1;
	assert_false(verify(&h));
	memset(h.modulus, 0, 256);
	assert_false(verify(&h));
	sign(&h, made_rsa_key(2048), &right);
	memset(h.exponent, 0, sizeof h.exponent);
	assert_false(verify(&h));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_equal_openssls),
		cmocka_unit_test(hashing_in_parts_gives_the_same),
		cmocka_unit_test(no_hash_is_an_empty_one),
		cmocka_unit_test(digest_info_is_what_openssl_signs),
		cmocka_unit_test(digest_info_wants_a_hash_of_the_right_length),
		cmocka_unit_test(keyed_hash_is_hmac_sha256),
		cmocka_unit_test(pss_signatures_of_openssl_verify),
		cmocka_unit_test(other_parameters_do_not_verify),
		cmocka_unit_test(any_flipped_bit_breaks_the_signature),
		cmocka_unit_test(another_key_does_not_verify),
		cmocka_unit_test(lengths_that_are_wrong_are_refused),
		cmocka_unit_test(numbers_that_are_no_key_or_signature_are_refused),
	};

	return cmocka_run_group_tests_name("digest", tests, set_up_message, NULL);
}
