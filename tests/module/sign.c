/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/module/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * Signatures, each checked by OpenSSL with the key of the certificate that the simulator put on
 * the card; and the operations around them (PKCS#11 2.40 5.13, 3.0 5.13.1).
 */

#ifndef CKG_MGF1_SHA256
#define CKG_MGF1_SHA256 0x00000002UL
#endif
#define GARBAGE (~0UL - 7)

static CK_FUNCTION_LIST *f;
static CK_SESSION_HANDLE session;
static CK_OBJECT_HANDLE key;

static const char *const pins[] = {PIN_AUTH, PIN_SIGN};
static const char *const names[] = {"auth", "sign"};

static CK_RSA_PKCS_PSS_PARAMS pss_params = {CKM_SHA256, CKG_MGF1_SHA256, 32};
static CK_MECHANISM as_given = {CKM_RSA_PKCS, NULL, 0};
static CK_MECHANISM sha256 = {CKM_SHA256_RSA_PKCS, NULL, 0};
static CK_MECHANISM pss_hash = {CKM_RSA_PKCS_PSS, &pss_params, sizeof pss_params};
static CK_MECHANISM pss_sha256 = {CKM_SHA256_RSA_PKCS_PSS, &pss_params, sizeof pss_params};

static int
set_up(void **state)
{
	(void)state;
	f = harness_module("jpki-pkcs11");
	harness_reset();
	p11_start(f);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)f->C_Finalize(NULL);
	assert_false(harness_is_open("auth"));
	assert_false(harness_is_open("sign"));
	return 0;
}

/* A session on a token, logged in, with its key. */
static void
enter(CK_SLOT_ID slot)
{
	session = p11_open(f, slot);
	assert_int_equal(p11_login(f, session, pins[slot]), CKR_OK);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
}

static EVP_PKEY *
true_key(CK_SLOT_ID slot)
{
	X509 *x = harness_certificate("adult", names[slot]);
	EVP_PKEY *public_key = X509_get_pubkey(x);

	assert_non_null(public_key);
	X509_free(x);
	return public_key;
}

/* In pieces of the given size, 0 for one call. */
static CK_RV
sign_in_pieces(CK_MECHANISM *mechanism, const uint8_t *data, size_t len, size_t piece,
	       uint8_t signature[256])
{
	CK_ULONG signature_len = 256;
	CK_RV rv;

	if (piece == 0)
		return p11_sign(f, session, key, mechanism, data, len, signature);
	rv = f->C_SignInit(session, mechanism, key);
	for (size_t at = 0; at < len && rv == CKR_OK; at += piece)
		rv = f->C_SignUpdate(session, (CK_BYTE *)(uintptr_t)data + at,
				     piece < len - at ? piece : len - at);
	if (rv == CKR_OK)
		rv = f->C_SignFinal(session, signature, &signature_len);
	if (rv == CKR_OK)
		assert_int_equal(signature_len, 256);
	return rv;
}

static const size_t pieces[] = {0, 1, 7, 100};
#define PIECES (sizeof pieces / sizeof pieces[0])

static void
each_digest_signs_in_one_call_and_in_pieces(void **state)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		const char *digest;
	} rows[] = {
		{CKM_SHA1_RSA_PKCS, "SHA1"},	 {CKM_SHA224_RSA_PKCS, "SHA224"},
		{CKM_SHA256_RSA_PKCS, "SHA256"}, {CKM_SHA384_RSA_PKCS, "SHA384"},
		{CKM_SHA512_RSA_PKCS, "SHA512"},
	};
	uint8_t data[300], signature[256];
	CK_MECHANISM mechanism = {0};
	EVP_PKEY *public_key;

	(void)state;
	memset(data, 0x5a, sizeof data);
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		enter(slot);
		public_key = true_key(slot);
		for (size_t i = 0; i < 5 * PIECES; i++) {
			mechanism.mechanism = rows[i / PIECES].type;
			data[0] = (uint8_t)i;
			assert_int_equal(sign_in_pieces(&mechanism, data, sizeof data,
							pieces[i % PIECES], signature),
					 CKR_OK);
			assert_true(verify_v15(public_key, rows[i / PIECES].digest, data,
					       sizeof data, signature));
		}
		EVP_PKEY_free(public_key);
	}
}

static void
a_digest_of_nothing_and_of_much_can_be_signed(void **state)
{
	const size_t size = 3 << 20;
	uint8_t *data = calloc(1, size), signature[256];
	EVP_PKEY *public_key = true_key(SLOT_SIGN);

	(void)state;
	enter(SLOT_SIGN);
	assert_int_equal(sign_in_pieces(&sha256, data, 0, 0, signature), CKR_OK);
	assert_true(verify_v15(public_key, "SHA256", data, 0, signature));
	assert_int_equal(sign_in_pieces(&sha256, data, 0, 1, signature), CKR_OK);
	assert_true(verify_v15(public_key, "SHA256", data, 0, signature));
	assert_int_equal(sign_in_pieces(&sha256, data, size, 0, signature), CKR_OK);
	assert_true(verify_v15(public_key, "SHA256", data, size, signature));
	EVP_PKEY_free(public_key);
	free(data);
}

static void
data_as_given_may_have_any_length_that_fits(void **state)
{
	/* 51 and 83: DigestInfos of SHA-256 and SHA-512; 35: pkcs11-tool --test. */
	static const size_t lengths[] = {1, 35, 51, 83, 244, 245};
	uint8_t data[245], signature[256];
	EVP_PKEY *public_key;

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 7);
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		enter(slot);
		public_key = true_key(slot);
		for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
			assert_int_equal(sign_in_pieces(&as_given, data, lengths[i], 0, signature),
					 CKR_OK);
			assert_true(verify_v15(public_key, NULL, data, lengths[i], signature));
			assert_int_equal(sign_in_pieces(&as_given, data, lengths[i], 20, signature),
					 CKR_OK);
			assert_true(verify_v15(public_key, NULL, data, lengths[i], signature));
		}
		EVP_PKEY_free(public_key);
	}
}

static void
data_of_no_length_that_fits_never_reaches_the_card(void **state)
{
	uint8_t data[4096] = {0}, signature[256];
	unsigned long before;
	CK_ULONG len = 256;

	(void)state;
	enter(SLOT_AUTH);
	before = harness_exchanges();
	assert_int_equal(sign_in_pieces(&as_given, data, 246, 0, signature), CKR_DATA_LEN_RANGE);
	assert_int_equal(sign_in_pieces(&as_given, data, 4096, 0, signature), CKR_DATA_LEN_RANGE);
	assert_int_equal(sign_in_pieces(&as_given, data, 246, 123, signature), CKR_DATA_LEN_RANGE);
	assert_int_equal(sign_in_pieces(&as_given, data, 246, 100, signature), CKR_DATA_LEN_RANGE);
	assert_int_equal(sign_in_pieces(&as_given, data, 0, 0, signature), CKR_DATA_LEN_RANGE);
	assert_int_equal(sign_in_pieces(&as_given, data, 0, 1, signature), CKR_DATA_LEN_RANGE);
	assert_int_equal(harness_exchanges(), before);
	/* Each of them ended the operation. */
	assert_int_equal(f->C_Sign(session, data, 1, signature, &len),
			 CKR_OPERATION_NOT_INITIALIZED);
}

static CK_ULONG
list_mechanisms(CK_SLOT_ID slot, CK_MECHANISM_TYPE list[16])
{
	CK_ULONG count = 16;

	assert_int_equal(f->C_GetMechanismList(slot, list, &count), CKR_OK);
	return count;
}

static bool
has_pss(CK_SLOT_ID slot)
{
	CK_MECHANISM_TYPE list[16];
	CK_ULONG count = list_mechanisms(slot, list);
	CK_MECHANISM_INFO info;
	bool has = false;

	for (CK_ULONG i = 0; i < count; i++)
		has |= list[i] == CKM_RSA_PKCS_PSS || list[i] == CKM_SHA256_RSA_PKCS_PSS;
	/* All ways to ask agree. */
	assert_int_equal(count, has ? 13 : 11);
	assert_int_equal(f->C_GetMechanismInfo(slot, CKM_RSA_PKCS_PSS, &info),
			 has ? CKR_OK : CKR_MECHANISM_INVALID);
	assert_int_equal(f->C_GetMechanismInfo(slot, CKM_SHA256_RSA_PKCS_PSS, &info),
			 has ? CKR_OK : CKR_MECHANISM_INVALID);
	return has;
}

static void
mechanisms_that_sign_come_first_the_plain_one_before_all(void **state)
{
	static const CK_MECHANISM_TYPE expected[] = {
		CKM_RSA_PKCS,	     CKM_SHA1_RSA_PKCS,	      CKM_SHA224_RSA_PKCS,
		CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS,     CKM_SHA512_RSA_PKCS,
		CKM_RSA_PKCS_PSS,    CKM_SHA256_RSA_PKCS_PSS,
	};
	CK_MECHANISM_TYPE list[16];
	CK_MECHANISM_INFO info;
	CK_ULONG count;

	(void)state;
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		assert_int_equal(list_mechanisms(slot, list), 13);
		assert_memory_equal(list, expected, sizeof expected);
		for (size_t i = 0; i < 8; i++) {
			assert_int_equal(f->C_GetMechanismInfo(slot, list[i], &info), CKR_OK);
			assert_int_equal(info.flags, CKF_HW | CKF_SIGN);
			assert_int_equal(info.ulMinKeySize, 2048);
			assert_int_equal(info.ulMaxKeySize, 2048);
		}
		count = 3;
		assert_int_equal(f->C_GetMechanismList(slot, list, &count), CKR_BUFFER_TOO_SMALL);
		assert_int_equal(count, 13);
	}
}

static void
mechanisms_that_nobody_has_are_invalid(void **state)
{
	static const CK_MECHANISM_TYPE others[] = {CKM_RSA_X_509,
						   CKM_MD5_RSA_PKCS,
						   CKM_RIPEMD160_RSA_PKCS,
						   CKM_RSA_PKCS_OAEP,
						   CKM_SHA384_RSA_PKCS_PSS,
						   CKM_SHA512_RSA_PKCS_PSS,
						   CKM_MD5,
						   CKM_ECDSA,
						   ~0UL};
	CK_MECHANISM mechanism = {0, &pss_params, sizeof pss_params};
	CK_MECHANISM_INFO info;

	(void)state;
	enter(SLOT_AUTH);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		mechanism.mechanism = others[i];
		assert_int_equal(f->C_SignInit(session, &mechanism, key), CKR_MECHANISM_INVALID);
		assert_int_equal(f->C_GetMechanismInfo(SLOT_AUTH, others[i], &info),
				 CKR_MECHANISM_INVALID);
	}
}

static void
assert_pss_signs(CK_SLOT_ID slot)
{
	static const uint8_t text[] = "TLS 1.3, client CertificateVerify";
	EVP_PKEY *public_key = true_key(slot);
	uint8_t hash[32], signature[256], second[256];

	assert_int_equal(EVP_Digest(text, sizeof text, hash, NULL, EVP_sha256(), NULL), 1);
	assert_int_equal(sign_in_pieces(&pss_hash, hash, 32, 0, signature), CKR_OK);
	assert_true(verify_pss(public_key, text, sizeof text, signature));
	assert_int_equal(sign_in_pieces(&pss_hash, hash, 32, 16, second), CKR_OK);
	assert_true(verify_pss(public_key, text, sizeof text, second));
	assert_memory_not_equal(signature, second, 256); /* the salt is random */
	assert_int_equal(sign_in_pieces(&pss_sha256, text, sizeof text, 0, signature), CKR_OK);
	assert_true(verify_pss(public_key, text, sizeof text, signature));
	assert_int_equal(sign_in_pieces(&pss_sha256, text, sizeof text, 5, signature), CKR_OK);
	assert_true(verify_pss(public_key, text, sizeof text, signature));
	EVP_PKEY_free(public_key);
}

static void
pss_signs_with_both_keys(void **state)
{
	(void)state;
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		enter(slot);
		assert_pss_signs(slot);
	}
}

/* The parameters of TLS 1.3's rsa_pss_rsae_sha256, and none but these. */
static void
pss_takes_the_parameters_of_tls_and_no_others(void **state)
{
	static const struct {
		CK_RSA_PKCS_PSS_PARAMS params;
		CK_ULONG len;
	} rows[] = {
		{{CKM_SHA_1, CKG_MGF1_SHA256, 32}, sizeof pss_params},
		{{CKM_SHA384, CKG_MGF1_SHA256, 32}, sizeof pss_params},
		{{CKM_SHA256, 1, 32}, sizeof pss_params}, /* MGF1 with SHA-1 */
		{{CKM_SHA256, CKG_MGF1_SHA256, 20}, sizeof pss_params},
		{{CKM_SHA256, CKG_MGF1_SHA256, 0}, sizeof pss_params},
		{{CKM_SHA256, CKG_MGF1_SHA256, 33}, sizeof pss_params},
		{{CKM_SHA256, CKG_MGF1_SHA256, 32}, sizeof pss_params - 1},
		{{CKM_SHA256, CKG_MGF1_SHA256, 32}, sizeof pss_params + 1},
		{{CKM_SHA256, CKG_MGF1_SHA256, 32}, 0},
	};
	CK_RSA_PKCS_PSS_PARAMS params[2];
	CK_MECHANISM mechanism = {0};

	(void)state;
	enter(SLOT_AUTH);
	for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
		params[0] = rows[i / 2].params;
		mechanism = (CK_MECHANISM){i % 2 ? CKM_RSA_PKCS_PSS : CKM_SHA256_RSA_PKCS_PSS,
					   params, rows[i / 2].len};
		assert_int_equal(f->C_SignInit(session, &mechanism, key),
				 CKR_MECHANISM_PARAM_INVALID);
	}
	mechanism = (CK_MECHANISM){CKM_RSA_PKCS_PSS, NULL, 0};
	assert_int_equal(f->C_SignInit(session, &mechanism, key), CKR_MECHANISM_PARAM_INVALID);
	mechanism = (CK_MECHANISM){CKM_RSA_PKCS_PSS, NULL, sizeof pss_params};
	assert_int_equal(f->C_SignInit(session, &mechanism, key), CKR_MECHANISM_PARAM_INVALID);
	/* And the plain ones take none. */
	mechanism = (CK_MECHANISM){CKM_SHA256_RSA_PKCS, params, sizeof params[0]};
	assert_int_equal(f->C_SignInit(session, &mechanism, key), CKR_MECHANISM_PARAM_INVALID);
}

static void
pss_signs_a_hash_of_32_bytes_only(void **state)
{
	uint8_t data[64] = {0}, signature[256];
	static const size_t lengths[] = {0, 20, 31, 33, 64};
	unsigned long before;

	(void)state;
	enter(SLOT_AUTH);
	assert_true(has_pss(SLOT_AUTH));
	before = harness_exchanges();
	for (size_t i = 0; i < 2 * sizeof lengths / sizeof lengths[0]; i++)
		assert_int_equal(
			sign_in_pieces(&pss_hash, data, lengths[i / 2], i % 2 ? 8 : 0, signature),
			CKR_DATA_LEN_RANGE);
	assert_int_equal(harness_exchanges(), before);
}

static void
a_card_without_pss_does_not_offer_it(void **state)
{
	uint8_t signature[256];

	(void)state;
	harness_sim("set", "adult", "pss", "off", NULL);
	harness_card("adult");
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		assert_false(has_pss(slot));
		enter(slot);
		assert_false(has_pss(slot));
		assert_int_equal(f->C_SignInit(session, &pss_hash, key), CKR_MECHANISM_INVALID);
		assert_int_equal(f->C_SignInit(session, &pss_sha256, key), CKR_MECHANISM_INVALID);
		assert_int_equal(sign_in_pieces(&sha256, signature, 1, 0, signature), CKR_OK);
	}
	harness_sim("set", "adult", "pss", "on", NULL);
}

/*
 * A card that takes short ids everywhere but in its signature command, and says so in whatever
 * word: it has signed nothing then, so it is asked the long way, with one PIN for it all.
 */
static void
sign_where_the_short_id_is_refused(const char *ids, const char *word)
{
	unsigned long before;
	uint8_t signature[256];

	harness_sim("set", "adult", "short-ids", ids, NULL);
	harness_sim("set", "adult", "refused-short-id", word, NULL);
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		harness_card("adult");
		assert_true(has_pss(slot));
		enter(slot);
		before = harness_verifies();
		for (int i = 0; i < 2; i++)
			assert_int_equal(p11_sign(f, session, key, &sha256, "x", 1, signature),
					 CKR_OK);
		assert_int_equal(harness_verifies(), before + 2);
		assert_pss_signs(slot);
		assert_false(harness_is_open(names[slot]));
	}
}

static void
cards_refuse_the_short_id_of_a_key_in_many_words(void **state)
{
	static const char *const words[] = {"6986", "6985", "6A88", "6A82",
					    "6981", "6984", "6700", "6A86"};
	static const char *const ids[] = {"read-only", "off", "no-signature"};

	(void)state;
	for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
		for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
			sign_where_the_short_id_is_refused(ids[i], words[w]);
	harness_sim("set", "adult", "short-ids", "on", NULL);
}

/* Whether the card makes PSS, where it asks the PIN before it looks at anything. */
static void
learn_at_login(const char *pss, bool expected)
{
	harness_sim("set", "adult", "pss", pss, NULL);
	harness_sim("set", "adult", "check-order", "pin-first", NULL);
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		harness_card("adult");
		assert_false(has_pss(slot));
		enter(slot);
		assert_int_equal(has_pss(slot), expected);
		assert_int_equal(has_pss(1 - slot), expected);
		if (expected)
			assert_pss_signs(slot);
		assert_int_equal(harness_tries(names[slot]), slot == SLOT_AUTH ? 3 : 5);
	}
	harness_sim("set", "adult", "pss", "on", NULL);
	harness_sim("set", "adult", "check-order", "p1-first", NULL);
}

/* No PSS is read out of such a refusal. */
static void
a_refused_short_id_says_nothing_about_pss(void **state)
{
	static const char *const words[] = {"6985", "6700", "6A86"};

	(void)state;
	harness_sim("set", "adult", "short-ids", "no-signature", NULL);
	for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
		harness_sim("set", "adult", "refused-short-id", words[w], NULL);
		learn_at_login("off", false);
		learn_at_login("on", true);
	}
	harness_sim("set", "adult", "short-ids", "on", NULL);
}

static void
a_card_that_asks_the_pin_first_tells_about_pss_after_login(void **state)
{
	(void)state;
	learn_at_login("on", true);
	learn_at_login("off", false);
}

/*
 * Neither is a PIN sent for a list, which nobody asked to spend a try on: not one that was changed
 * elsewhere meanwhile, either.
 */
static void
lists_and_searches_send_no_pin(void **state)
{
	CK_MECHANISM_INFO info;
	CK_ATTRIBUTE allowed = {CKA_ALLOWED_MECHANISMS, NULL, 0};
	unsigned long before;

	(void)state;
	harness_sim("set", "adult", "check-order", "pin-first", NULL);
	harness_card("adult");
	enter(SLOT_AUTH);
	before = harness_verifies();
	(void)has_pss(SLOT_AUTH);
	(void)has_pss(SLOT_SIGN);
	(void)f->C_GetMechanismInfo(SLOT_AUTH, CKM_RSA_PKCS_PSS, &info);
	assert_int_equal(f->C_GetAttributeValue(session, key, &allowed, 1), CKR_OK);
	(void)p11_find(f, session, CKO_CERTIFICATE, NULL);
	(void)p11_token_flags(f, SLOT_AUTH);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(harness_tries("auth"), 3);
	/* It is found out along with the next signature, or the next login. */
	assert_int_equal(p11_sign(f, session, key, &sha256, "x", 1, (uint8_t[256]){0}), CKR_OK);
	before = harness_verifies();
	assert_true(has_pss(SLOT_AUTH));
	assert_int_equal(harness_verifies(), before);
	assert_pss_signs(SLOT_AUTH);
	harness_sim("set", "adult", "check-order", "p1-first", NULL);
}

/* A program that wants PSS need not have looked at the list. */
static void
a_card_that_asks_the_pin_first_signs_pss_for_who_asks_for_it(void **state)
{
	uint8_t hash[32] = {0}, signature[256];

	(void)state;
	harness_sim("set", "adult", "check-order", "pin-first", NULL);
	harness_card("adult");
	enter(SLOT_AUTH);
	assert_pss_signs(SLOT_AUTH);
	assert_true(has_pss(SLOT_AUTH));
	harness_sim("set", "adult", "pss", "off", NULL);
	harness_card("adult");
	enter(SLOT_AUTH);
	assert_int_equal(sign_in_pieces(&pss_hash, hash, 32, 0, signature), CKR_MECHANISM_INVALID);
	assert_false(has_pss(SLOT_AUTH));
	assert_int_equal(sign_in_pieces(&sha256, hash, 32, 0, signature), CKR_OK);
	harness_sim("set", "adult", "pss", "on", NULL);
	harness_sim("set", "adult", "check-order", "p1-first", NULL);
}

static void
whether_a_card_makes_pss_is_asked_once(void **state)
{
	unsigned long before;

	(void)state;
	assert_true(has_pss(SLOT_AUTH));
	before = harness_exchanges();
	assert_true(has_pss(SLOT_AUTH));
	assert_true(has_pss(SLOT_SIGN));
	assert_int_equal(harness_exchanges(), before);
	assert_int_equal(harness_tries("auth"), 3);
}

static void
restart_with(const char *name, const char *value)
{
	p11_stop(f);
	harness_setting(name, value);
	p11_start(f);
}

static void
pss_can_be_switched_off_and_on(void **state)
{
	unsigned long before;

	(void)state;
	restart_with("pss", "off");
	enter(SLOT_AUTH);
	before = harness_exchanges();
	assert_false(has_pss(SLOT_AUTH));
	assert_int_equal(f->C_SignInit(session, &pss_hash, key), CKR_MECHANISM_INVALID);
	assert_int_equal(harness_exchanges(), before);
	/* On: whatever the card would say. */
	harness_sim("set", "adult", "check-order", "pin-first", NULL);
	harness_card("adult");
	restart_with("pss", "on");
	enter(SLOT_AUTH);
	before = harness_exchanges();
	assert_true(has_pss(SLOT_AUTH));
	assert_int_equal(harness_exchanges(), before);
	assert_pss_signs(SLOT_AUTH);
	harness_sim("set", "adult", "check-order", "p1-first", NULL);
}

static void
pss_forced_on_a_card_without_it_is_an_invalid_mechanism(void **state)
{
	uint8_t hash[32] = {0}, signature[256];

	(void)state;
	harness_sim("set", "adult", "pss", "off", NULL);
	harness_card("adult");
	restart_with("pss", "on");
	enter(SLOT_AUTH);
	assert_int_equal(sign_in_pieces(&pss_hash, hash, 32, 0, signature), CKR_MECHANISM_INVALID);
	assert_int_equal(sign_in_pieces(&sha256, hash, 32, 0, signature), CKR_OK);
	harness_sim("set", "adult", "pss", "on", NULL);
}

/* GnuTLS does not set the length; the card is not asked and the operation goes on. */
static void
asking_the_size_costs_nothing_and_keeps_the_operation(void **state)
{
	uint8_t data[] = "data", signature[256];
	CK_ULONG len = GARBAGE;
	unsigned long before;
	EVP_PKEY *public_key = true_key(SLOT_AUTH);

	(void)state;
	enter(SLOT_AUTH);
	before = harness_exchanges();
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	for (int i = 0; i < 3; i++, len = i == 1 ? 0 : GARBAGE) {
		assert_int_equal(f->C_Sign(session, data, sizeof data, NULL, &len), CKR_OK);
		assert_int_equal(len, 256);
	}
	assert_int_equal(harness_exchanges(), before);
	len = 256; /* exactly */
	assert_int_equal(f->C_Sign(session, data, sizeof data, signature, &len), CKR_OK);
	assert_true(verify_v15(public_key, "SHA256", data, sizeof data, signature));
	EVP_PKEY_free(public_key);
}

/* pkcs11-tool --test brings room for one byte and wants the operation kept. */
static void
too_small_a_buffer_keeps_the_operation(void **state)
{
	static const CK_ULONG rooms[] = {0, 1, 255};
	uint8_t data[] = "data", signature[257] = {0};
	EVP_PKEY *public_key = true_key(SLOT_AUTH);
	unsigned long before;
	CK_ULONG len;

	(void)state;
	enter(SLOT_AUTH);
	before = harness_exchanges();
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	for (size_t i = 0; i < 3; i++) {
		len = rooms[i];
		assert_int_equal(f->C_Sign(session, data, sizeof data, signature, &len),
				 CKR_BUFFER_TOO_SMALL);
		assert_int_equal(len, 256);
	}
	assert_int_equal(signature[0], 0);
	assert_int_equal(harness_exchanges(), before);
	len = 257;
	assert_int_equal(f->C_Sign(session, data, sizeof data, signature, &len), CKR_OK);
	assert_int_equal(len, 256);
	assert_true(verify_v15(public_key, "SHA256", data, sizeof data, signature));
	EVP_PKEY_free(public_key);
}

static void
the_end_of_many_parts_keeps_the_same_rules(void **state)
{
	uint8_t data[] = "data", signature[256];
	EVP_PKEY *public_key = true_key(SLOT_AUTH);
	CK_ULONG len = GARBAGE;

	(void)state;
	enter(SLOT_AUTH);
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	assert_int_equal(f->C_SignUpdate(session, data, sizeof data), CKR_OK);
	assert_int_equal(f->C_SignFinal(session, NULL, &len), CKR_OK);
	assert_int_equal(len, 256);
	len = 255;
	assert_int_equal(f->C_SignFinal(session, signature, &len), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(len, 256);
	assert_int_equal(f->C_SignFinal(session, signature, &len), CKR_OK);
	assert_true(verify_v15(public_key, "SHA256", data, sizeof data, signature));
	assert_int_equal(f->C_SignFinal(session, signature, &len), CKR_OPERATION_NOT_INITIALIZED);
	EVP_PKEY_free(public_key);
}

static void
operations_begin_and_end_where_the_standard_says(void **state)
{
	uint8_t data[] = "data", signature[256];
	CK_ULONG len = 256;

	(void)state;
	enter(SLOT_AUTH);
	assert_int_equal(f->C_Sign(session, data, 4, signature, &len),
			 CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f->C_SignUpdate(session, data, 4), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f->C_SignFinal(session, signature, &len), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f->C_SignInit(session, NULL, key), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OPERATION_ACTIVE);
	assert_int_equal(f->C_Sign(session, data, 4, signature, &len), CKR_OK);
	assert_int_equal(f->C_Sign(session, data, 4, signature, &len),
			 CKR_OPERATION_NOT_INITIALIZED);
	/* Begun in parts, ended in parts. */
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	assert_int_equal(f->C_SignUpdate(session, data, 4), CKR_OK);
	assert_int_equal(f->C_Sign(session, data, 4, signature, &len), CKR_OPERATION_ACTIVE);
	assert_int_equal(f->C_SignFinal(session, signature, &len), CKR_OK);
}

/* "... always terminates the active operation", but for two cases, which are not these. */
static void
bad_arguments_end_the_operation(void **state)
{
	uint8_t data[] = "data", signature[256];
	CK_ULONG len = 256;

	(void)state;
	enter(SLOT_AUTH);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
		assert_int_equal(i == 0	  ? f->C_Sign(session, data, 4, signature, NULL)
				 : i == 1 ? f->C_Sign(session, NULL, 4, signature, &len)
				 : i == 2 ? f->C_SignUpdate(session, NULL, 4)
					  : f->C_SignFinal(session, signature, NULL),
				 CKR_ARGUMENTS_BAD);
		assert_int_equal(f->C_SignFinal(session, signature, &len),
				 CKR_OPERATION_NOT_INITIALIZED);
	}
}

static void
only_the_private_key_signs(void **state)
{
	CK_OBJECT_HANDLE public_key, certificate;

	(void)state;
	enter(SLOT_AUTH);
	assert_int_equal(p11_find(f, session, CKO_PUBLIC_KEY, &public_key), 1);
	assert_int_equal(p11_find(f, session, CKO_CERTIFICATE, &certificate), 2);
	assert_int_equal(f->C_SignInit(session, &sha256, public_key),
			 CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_int_equal(f->C_SignInit(session, &sha256, certificate), CKR_KEY_HANDLE_INVALID);
	assert_int_equal(f->C_SignInit(session, &sha256, CK_INVALID_HANDLE),
			 CKR_KEY_HANDLE_INVALID);
}

static void
a_signature_can_be_cancelled(void **state)
{
	CK_VERSION version = {3, 0};
	uint8_t data[] = "data", signature[256];
	CK_FUNCTION_LIST_3_0 *f3;
	CK_INTERFACE *interface;
	CK_C_GetInterface get;
	CK_ULONG len = 256;

	(void)state;
	*(void **)(void *)&get = harness_symbol("jpki-pkcs11", "C_GetInterface");
	assert_int_equal(get(NULL, &version, &interface, 0), CKR_OK);
	f3 = interface->pFunctionList;
	enter(SLOT_AUTH);
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	assert_int_equal(f->C_SignInit(session, NULL, key), CKR_OK); /* 3.0 5.13.1 */
	assert_int_equal(f->C_Sign(session, data, 4, signature, &len),
			 CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	assert_int_equal(f->C_FindObjectsInit(session, NULL, 0), CKR_OK);
	assert_int_equal(f3->C_SessionCancel(session, CKF_FIND_OBJECTS), CKR_OK);
	assert_int_equal(f->C_FindObjectsFinal(session), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f->C_SignUpdate(session, data, 4), CKR_OK);
	assert_int_equal(f3->C_SessionCancel(session, CKF_SIGN), CKR_OK);
	assert_int_equal(f->C_SignFinal(session, signature, &len), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f3->C_SessionCancel(session, CKF_SIGN), CKR_OK); /* nothing to cancel */
	assert_int_equal(f3->C_SessionCancel(0, CKF_SIGN), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(p11_sign(f, session, key, &sha256, data, 4, signature), CKR_OK);
}

static void
logging_out_takes_the_signature_along(void **state)
{
	uint8_t data[] = "data", signature[256] = {0};
	unsigned long before;
	CK_ULONG len = 256;

	(void)state;
	enter(SLOT_AUTH);
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	before = harness_exchanges();
	assert_int_not_equal(f->C_Sign(session, data, 4, signature, &len), CKR_OK);
	assert_int_equal(signature[0], 0);
	assert_int_equal(harness_exchanges(), before);
}

/* pdfsig signs twice for each document. */
static void
one_login_is_good_for_many_signatures_in_many_sessions(void **state)
{
	CK_SESSION_HANDLE other;
	uint8_t signature[256];
	EVP_PKEY *public_key = true_key(SLOT_SIGN);

	(void)state;
	enter(SLOT_SIGN);
	for (int i = 0; i < 10; i++) {
		other = p11_open(f, SLOT_SIGN);
		assert_int_equal(p11_find(f, other, CKO_PRIVATE_KEY, &key), 1);
		assert_int_equal(p11_sign(f, other, key, &sha256, "x", 1, signature), CKR_OK);
		assert_true(verify_v15(public_key, "SHA256", "x", 1, signature));
		assert_false(harness_is_open("sign"));
		assert_int_equal(f->C_CloseSession(other), CKR_OK);
	}
	EVP_PKEY_free(public_key);
}

static void
cards_without_short_ids_sign_the_same(void **state)
{
	static const char *const ids[] = {"off", "read-only", "on"};
	uint8_t signature[256];
	EVP_PKEY *public_key;

	(void)state;
	for (size_t i = 0; i < 3 * 2; i++) {
		harness_sim("set", "adult", "short-ids", ids[i / 2], NULL);
		harness_card("adult");
		enter(i % 2);
		public_key = true_key(i % 2);
		for (int n = 0; n < 2; n++) {
			assert_int_equal(p11_sign(f, session, key, &sha256, "x", 1, signature),
					 CKR_OK);
			assert_true(verify_v15(public_key, "SHA256", "x", 1, signature));
		}
		assert_pss_signs(i % 2);
		EVP_PKEY_free(public_key);
	}
}

static CK_BBOOL
always_authenticate(void)
{
	CK_ULONG len = 0;
	uint8_t *value = p11_get(f, session, key, CKA_ALWAYS_AUTHENTICATE, &len);
	CK_BBOOL is = value ? *value : 2;

	free(value);
	return is;
}

static CK_RV
confirm(const char *pin)
{
	return f->C_Login(session, CKU_CONTEXT_SPECIFIC, (CK_UTF8CHAR *)(uintptr_t)pin,
			  strlen(pin));
}

static void
the_pin_can_be_asked_for_each_document(void **state)
{
	uint8_t data[] = "data", signature[256];
	CK_ULONG len = 256;

	(void)state;
	restart_with("ask-pin-each-signature", "yes");
	enter(SLOT_SIGN);
	assert_int_equal(always_authenticate(), CK_TRUE);
	/* Without the PIN: no signature, and the operation is over. */
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	assert_int_equal(f->C_Sign(session, data, 4, signature, &len), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(confirm(PIN_SIGN), CKR_OPERATION_NOT_INITIALIZED);
	/* With a wrong one: likewise, and a try is lost. */
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	assert_int_equal(confirm("WRONG1"), CKR_PIN_INCORRECT);
	assert_int_equal(harness_tries("sign"), 4);
	assert_int_equal(confirm(PIN_AUTH), CKR_PIN_INCORRECT);
	assert_int_equal(harness_tries("sign"), 4);
	/* The right one serves one signature. */
	assert_int_equal(confirm(PIN_SIGN), CKR_OK);
	assert_false(harness_is_open("sign"));
	assert_int_equal(f->C_Sign(session, data, 4, signature, &len), CKR_OK);
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	assert_int_equal(f->C_Sign(session, data, 4, signature, &len), CKR_USER_NOT_LOGGED_IN);
}

/* Changed at the office's terminal, say: what is typed for the document is the new one. */
static void
a_password_typed_for_a_document_takes_the_place_of_the_one_kept(void **state)
{
	static const char select_sign_pin[] = "00A4020C02001B", verify[] = "0020008006414243313233",
			  change[] = "0024018006585958373839"; /* XYX789 */
	uint8_t data[] = "data", signature[256];
	CK_ULONG len = 256;
	unsigned long before;

	(void)state;
	harness_card("alias");
	restart_with("ask-pin-each-signature", "yes");
	enter(SLOT_SIGN);
	assert_int_equal(harness_other_program("00A4040C0AD392F000260100000001", select_sign_pin,
					       verify, change, "00A4040C0AD3921000310001010408",
					       NULL),
			 0x9000);
	for (int i = 0; i < 2; i++) {
		before = harness_verifies();
		assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
		assert_int_equal(confirm("XYX789"), CKR_OK);
		assert_int_equal(f->C_Sign(session, data, 4, signature, &len), CKR_OK);
		assert_int_equal(harness_verifies(), before + 2);
		assert_int_equal(harness_tries("sign"), 5);
	}
	assert_int_equal(f->C_SetPIN(session, (CK_UTF8CHAR *)(uintptr_t)"XYX789", 6,
				     (CK_UTF8CHAR *)(uintptr_t)PIN_SIGN, 6),
			 CKR_OK);
}

static CK_STATE
state_of_session(void)
{
	CK_SESSION_INFO info;

	assert_int_equal(f->C_GetSessionInfo(session, &info), CKR_OK);
	return info.state;
}

static void
passwords_typed_for_a_document_that_lock_it_end_the_login(void **state)
{
	char pin[] = "WRONG0";

	(void)state;
	restart_with("ask-pin-each-signature", "yes");
	enter(SLOT_SIGN);
	assert_int_equal(f->C_SignInit(session, &sha256, key), CKR_OK);
	for (int i = 0; i < 5; i++, pin[5]++) {
		assert_int_equal(state_of_session(), CKS_RW_USER_FUNCTIONS);
		assert_int_equal(confirm(pin), i < 4 ? CKR_PIN_INCORRECT : CKR_PIN_LOCKED);
	}
	assert_int_equal(state_of_session(), CKS_RW_PUBLIC_SESSION);
	assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_PIN_LOCKED);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, NULL), 0);
}

static void
the_authentication_key_is_not_asked_for_each_time(void **state)
{
	uint8_t signature[256];

	(void)state;
	enter(SLOT_AUTH);
	assert_int_equal(always_authenticate(), CK_FALSE);
	restart_with("ask-pin-each-signature", "yes");
	enter(SLOT_AUTH);
	assert_int_equal(always_authenticate(), CK_FALSE);
	assert_int_equal(p11_sign(f, session, key, &sha256, "x", 1, signature), CKR_OK);
}

static void
a_phone_and_a_child_sign_too(void **state)
{
	static const char *const cards[] = {"phone", "child"};
	uint8_t signature[256];
	EVP_PKEY *public_key;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		harness_card(cards[i]);
		enter(SLOT_AUTH);
		assert_int_equal(p11_sign(f, session, key, &sha256, "x", 1, signature), CKR_OK);
		public_key = p11_public_key(f, session);
		assert_true(verify_v15(public_key, "SHA256", "x", 1, signature));
		EVP_PKEY_free(public_key);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(each_digest_signs_in_one_call_and_in_pieces),
		TEST(a_digest_of_nothing_and_of_much_can_be_signed),
		TEST(data_as_given_may_have_any_length_that_fits),
		TEST(data_of_no_length_that_fits_never_reaches_the_card),
		TEST(mechanisms_that_sign_come_first_the_plain_one_before_all),
		TEST(mechanisms_that_nobody_has_are_invalid),
		TEST(pss_signs_with_both_keys),
		TEST(pss_takes_the_parameters_of_tls_and_no_others),
		TEST(pss_signs_a_hash_of_32_bytes_only),
		TEST(a_card_without_pss_does_not_offer_it),
		TEST(a_card_that_asks_the_pin_first_tells_about_pss_after_login),
		TEST(cards_refuse_the_short_id_of_a_key_in_many_words),
		TEST(a_refused_short_id_says_nothing_about_pss),
		TEST(lists_and_searches_send_no_pin),
		TEST(a_card_that_asks_the_pin_first_signs_pss_for_who_asks_for_it),
		TEST(whether_a_card_makes_pss_is_asked_once),
		TEST(pss_can_be_switched_off_and_on),
		TEST(pss_forced_on_a_card_without_it_is_an_invalid_mechanism),
		TEST(asking_the_size_costs_nothing_and_keeps_the_operation),
		TEST(too_small_a_buffer_keeps_the_operation),
		TEST(the_end_of_many_parts_keeps_the_same_rules),
		TEST(operations_begin_and_end_where_the_standard_says),
		TEST(bad_arguments_end_the_operation),
		TEST(only_the_private_key_signs),
		TEST(a_signature_can_be_cancelled),
		TEST(logging_out_takes_the_signature_along),
		TEST(one_login_is_good_for_many_signatures_in_many_sessions),
		TEST(cards_without_short_ids_sign_the_same),
		TEST(the_pin_can_be_asked_for_each_document),
		TEST(a_password_typed_for_a_document_takes_the_place_of_the_one_kept),
		TEST(passwords_typed_for_a_document_that_lock_it_end_the_login),
		TEST(the_authentication_key_is_not_asked_for_each_time),
		TEST(a_phone_and_a_child_sign_too),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
