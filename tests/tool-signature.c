/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CMS signatures (RFC 5652) as jpki-tool makes and checks them, with keys and times made here:
 * what a real card or an honest clock would not give; and that no changed byte goes unseen.
 */
#include "tool/cms.h"
#include "tool/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#define FROM INT64_C(1735657200) /* 2025-01-01 00:00 in Japan */
#define TO INT64_C(1893423599)	 /* 2029-12-31 23:59:59 in Japan */
#define SIGNED (FROM + 1000000)

static const uint8_t content[] = "what is signed";
static EVP_PKEY *key;
static X509 *certificate;

static X509 *
make(long serial)
{
	X509 *made = X509_new();
	X509_NAME *name = X509_get_subject_name(made);

	assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
						    (const unsigned char *)"signer", -1, -1, 0),
			 1);
	assert_int_equal(X509_set_issuer_name(made, name), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(made), serial), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(made), FROM));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(made), TO));
	assert_int_equal(X509_set_pubkey(made, key), 1);
	assert_true(X509_sign(made, key, EVP_sha256()) > 0);
	return made;
}

/* What the card does: RSASSA-PKCS1-v1_5 over a SHA-256 hash. */
static void
sign_hash(const uint8_t hash[32], uint8_t signature[256])
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	size_t len = 256;

	assert_int_equal(EVP_PKEY_sign_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), 1);
	assert_int_equal(EVP_PKEY_sign(context, signature, &len, hash, 32), 1);
	assert_int_equal(len, 256);
	EVP_PKEY_CTX_free(context);
}

/* An enclosed signature made at that time; `swapped`, if not NULL, then takes the signer's place.
 */
static size_t
make_signature(time_t now, X509 *swapped, uint8_t **der)
{
	uint8_t hash[32], to_sign[32], signature[256];
	CMS_ContentInfo *cms;
	size_t len;

	assert_int_equal(EVP_Digest(content, sizeof content, hash, NULL, EVP_sha256(), NULL), 1);
	cms = cms_prepare(certificate, NULL, hash, now, to_sign);
	assert_non_null(cms);
	sign_hash(to_sign, signature);
	if (swapped) {
		CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
		ASN1_INTEGER *serial;

		assert_int_equal(CMS_SignerInfo_get0_signer_id(info, NULL, NULL, &serial), 1);
		assert_int_equal(ASN1_INTEGER_set(serial, 2), 1);
		assert_int_equal(CMS_add1_cert(cms, swapped), 1);
	}
	assert_true(cms_complete(cms, signature, content, sizeof content, der, &len));
	CMS_ContentInfo_free(cms);
	return len;
}

/* The one signer of a signature that has to be one. */
static struct signer
signer_of(struct signature *signature, const uint8_t *der, size_t len)
{
	assert_true(signature_open(signature, der, len));
	assert_true(signature_check(signature));
	assert_int_equal(signature->count, 1);
	return signature->signers[0];
}

static void
assert_times(time_t made, int64_t now, bool good_then, bool good_now)
{
	struct signature signature;
	struct signer signer;
	uint8_t *der;
	size_t len = make_signature(made, NULL, &der);

	signer = signer_of(&signature, der, len);
	assert_int_equal(signer.answer, SIGNATURE_FITS);
	assert_true(signer.is_timed);
	assert_int_equal(signer.time, made);
	assert_int_equal(signer_time_is_good(&signer, now), good_then);
	assert_int_equal(signer_in_term(&signer, now), good_now);
	signature_close(&signature);
	OPENSSL_free(der);
}

static void
the_claimed_time_and_now_both_count(void **state)
{
	(void)state;
	assert_times(SIGNED, SIGNED + 60, true, true);
	assert_times(FROM, FROM, true, true);
	assert_times(TO, TO, true, true);
	assert_times(FROM - 1, SIGNED, false, true);
	assert_times(TO + 1, TO + 60, false, false);
	assert_times(SIGNED, TO + 1, true, false);
	/* the future: a clock may be five minutes ahead, not more */
	assert_times(SIGNED + 300, SIGNED, true, true);
	assert_times(SIGNED + 301, SIGNED, false, true);
}

/* A certificate of the same key with other data in it must not take the signer's place. */
static void
the_signer_named_the_certificate(void **state)
{
	X509 *other = make(2);
	struct signature signature;
	uint8_t *der;
	size_t len = make_signature(SIGNED, other, &der);

	(void)state;
	assert_int_equal(signer_of(&signature, der, len).answer, SIGNATURE_OTHER_CERTIFICATE);
	signature_close(&signature);
	OPENSSL_free(der);
	X509_free(other);
}

/* Where the content, the attributes or the signature are, a changed bit is never taken for fine. */
static bool
is_covered(const uint8_t *der, size_t len, size_t at, const uint8_t *part, size_t part_len)
{
	const uint8_t *found = memmem(der, len, part, part_len);

	assert_non_null(found);
	return at >= (size_t)(found - der) && at < (size_t)(found - der) + part_len;
}

static void
no_changed_byte_goes_unseen(void **state)
{
	struct signature signature;
	uint8_t *der, hash[32], value[256];
	size_t len = make_signature(SIGNED, NULL, &der), seen = 0;
	CMS_SignerInfo *info;

	(void)state;
	assert_int_equal(EVP_Digest(content, sizeof content, hash, NULL, EVP_sha256(), NULL), 1);
	assert_int_equal(signer_of(&signature, der, len).answer, SIGNATURE_FITS);
	info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(signature.cms), 0);
	memcpy(value, ASN1_STRING_get0_data(CMS_SignerInfo_get0_signature(info)), sizeof value);
	signature_close(&signature);
	for (size_t i = 0; i < len; i++) {
		bool covered = is_covered(der, len, i, content, sizeof content) ||
			       is_covered(der, len, i, hash, sizeof hash) ||
			       is_covered(der, len, i, value, sizeof value);
		uint8_t *changed = malloc(len); /* of just that size, for a sanitizer to watch */

		assert_non_null(changed);
		memcpy(changed, der, len);
		changed[i] ^= 1u << (i % 8);
		if (signature_open(&signature, changed, len) && signature_check(&signature) &&
		    covered) {
			assert_false(signature_fits(&signature));
			seen++;
		}
		signature_close(&signature);
		free(changed);
	}
	assert_int_equal(seen, sizeof content + sizeof hash + sizeof value);
	OPENSSL_free(der);
}

static void
no_beginning_of_one_is_one(void **state)
{
	struct signature signature;
	uint8_t *der;
	size_t len = make_signature(SIGNED, NULL, &der);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		uint8_t *cut = malloc(i + 1);

		assert_non_null(cut);
		memcpy(cut, der, i);
		assert_false(signature_open(&signature, cut, i));
		signature_close(&signature);
		free(cut);
	}
	OPENSSL_free(der);
}

/* A file may list any number of hashes; each that the library followed would cost stack and time.
 */
static void
a_long_list_of_hashes_costs_nothing(void **state)
{
	/* ContentInfo { signedData, [0] SignedData { 1, SET of n hashes, data, SET {} } } */
	static const uint8_t head[] = {0x30, 0x83, 0,	 0,    0,    0x06, 0x09, 0x2A, 0x86,
				       0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02, 0xA0, 0x83,
				       0,    0,	   0,	 0x30, 0x83, 0,	   0,	 0,    0x02,
				       0x01, 0x01, 0x31, 0x83, 0,    0,	   0};
	static const uint8_t one[] = {0x30, 0x0B, 0x06, 0x09, 0x60, 0x86, 0x48,
				      0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
	static const uint8_t tail[] = {0x30, 0x12, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
				       0xF7, 0x0D, 0x01, 0x07, 0x01, 0xA0, 0x05, 0x24,
				       0x03, 0x04, 0x01, 0x78, 0x31, 0x00};
	static const size_t lengths[] = {2, 18, 23,
					 31}; /* where their three bytes are in the head */
	const size_t count = 400000, set = count * sizeof one,
		     len = sizeof head + set + sizeof tail;
	struct signature signature;
	uint8_t *der = malloc(len);

	(void)state;
	assert_non_null(der);
	memcpy(der, head, sizeof head);
	for (size_t i = 0; i < 4; i++) {
		size_t rest = i < 3 ? len - lengths[i] - 3 : set;

		der[lengths[i]] = (uint8_t)(rest >> 16);
		der[lengths[i] + 1] = (uint8_t)(rest >> 8);
		der[lengths[i] + 2] = (uint8_t)rest;
	}
	for (size_t i = 0; i < count; i++)
		memcpy(der + sizeof head + i * sizeof one, one, sizeof one);
	memcpy(der + sizeof head + set, tail, sizeof tail);
	assert_true(signature_open(&signature, der, len));
	assert_true(signature_check(&signature));
	assert_false(signature_fits(&signature));
	signature_close(&signature);
	free(der);
}

static int
prepare(void **state)
{
	(void)state;
	key = EVP_RSA_gen(2048);
	if (!key)
		return -1;
	certificate = make(1);
	return 0;
}

static int
clean_up(void **state)
{
	(void)state;
	X509_free(certificate);
	EVP_PKEY_free(key);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_claimed_time_and_now_both_count),
		cmocka_unit_test(the_signer_named_the_certificate),
		cmocka_unit_test(no_changed_byte_goes_unseen),
		cmocka_unit_test(no_beginning_of_one_is_one),
		cmocka_unit_test(a_long_list_of_hashes_costs_nothing),
	};

	return cmocka_run_group_tests(tests, prepare, clean_up);
}
