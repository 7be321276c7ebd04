/* SPDX-License-Identifier: BSD-2-Clause */
/* Which mechanisms a card offers, and RSA-PSS, which some have and some have not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/module/signing.h"

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
pss_can_be_switched_off_and_on(void **state)
{
	unsigned long before;

	(void)state;
	case_restart("pss", "off");
	enter(SLOT_AUTH);
	before = harness_exchanges();
	assert_false(has_pss(SLOT_AUTH));
	assert_int_equal(f->C_SignInit(session, &pss_hash, key), CKR_MECHANISM_INVALID);
	assert_int_equal(harness_exchanges(), before);
	/* On: whatever the card would say. */
	harness_sim("set", "adult", "check-order", "pin-first", NULL);
	harness_card("adult");
	case_restart("pss", "on");
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
	case_restart("pss", "on");
	enter(SLOT_AUTH);
	assert_int_equal(sign_in_pieces(&pss_hash, hash, 32, 0, signature), CKR_MECHANISM_INVALID);
	assert_int_equal(sign_in_pieces(&sha256, hash, 32, 0, signature), CKR_OK);
	harness_sim("set", "adult", "pss", "on", NULL);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_set_up, signing_tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
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
		TEST(cards_without_short_ids_sign_the_same),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
