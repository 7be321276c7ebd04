/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/module/case.h"

/*
 * Cards on which one certificate is none, or holds a key of another kind (a next generation of
 * cards may): that token cannot be used and says why, once; the other works in full.
 */

/* The parts of a card's name, and of the log line that tells what is wrong with it. */
static const struct {
	const char *card, *reason;
} kinds[] = {
	{"cert-random-bytes", "certificate"},
	{"cert-length-past-end", "certificate"},
	{"key-rsa1024", "2048"},
	{"key-ec", "RSA"},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static int
set_up(void **state)
{
	(void)case_load(state);
	harness_log("warning");
	return 0;
}

/* The card on which the given token is the odd one. */
static const char *
odd_card(size_t kind, CK_SLOT_ID slot)
{
	static char name[64];

	(void)snprintf(name, sizeof name, "%s-%s", kinds[kind].card, names[slot]);
	return name;
}

static CK_RV
sign_something(CK_SESSION_HANDLE session)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	uint8_t signature[256];
	CK_OBJECT_HANDLE key;
	EVP_PKEY *public_key;

	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	assert_int_equal(p11_sign(f, session, key, &mechanism, "x", 1, signature), CKR_OK);
	public_key = p11_public_key(f, session);
	assert_true(verify_v15(public_key, "SHA256", "x", 1, signature));
	EVP_PKEY_free(public_key);
	return CKR_OK;
}

static void
assert_works_in_full(CK_SLOT_ID slot)
{
	CK_SESSION_HANDLE session = p11_open(f, slot);

	assert_int_equal(p11_login(f, session, pins[slot]), CKR_OK);
	assert_int_equal(p11_find(f, session, CKO_CERTIFICATE, NULL), 2);
	assert_int_equal(p11_find(f, session, CKO_PUBLIC_KEY, NULL), 1);
	assert_int_equal(sign_something(session), CKR_OK);
	assert_int_equal(f->C_CloseSession(session), CKR_OK);
}

/* Whatever a search asks for that only the certificate can tell. */
static CK_ULONG
find_by_modulus(CK_SESSION_HANDLE session)
{
	CK_BYTE modulus[256] = {0};
	CK_ATTRIBUTE template = {CKA_MODULUS, modulus, sizeof modulus};
	CK_OBJECT_HANDLE found[16];

	return p11_search(f, session, &template, 1, found);
}

static void
assert_empty_but_for_the_authority(CK_SLOT_ID slot)
{
	struct jpki_slot_status status;
	CK_SESSION_HANDLE session = p11_open(f, slot);
	CK_OBJECT_HANDLE found;
	CK_ULONG len;
	CK_BYTE *id;

	assert_int_equal(p11_login(f, session, pins[slot]), CKR_OK);
	assert_int_equal(find_by_modulus(session), 0);
	assert_int_equal(p11_find(f, session, CKO_PUBLIC_KEY, NULL), 0);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, NULL), 0);
	assert_int_equal(p11_find(f, session, CKO_CERTIFICATE, &found), 1);
	id = p11_get(f, session, found, CKA_ID, &len);
	assert_int_equal(*id, slot + 3);
	free(id);
	assert_false(harness_is_open(names[slot]));
	assert_int_equal(harness_tries(names[slot]), slot == SLOT_AUTH ? 3 : 5);
	assert_int_equal(f->C_CloseSession(session), CKR_OK);
	p11_slot_status("jpki-pkcs11", slot, &status);
	assert_int_equal(status.card, JPKI_CARD_MYNUMBER);
	assert_int_equal(status.reason, JPKI_REASON_BAD_CERTIFICATE);
}

static void
assert_one_line_says_why(size_t kind)
{
	size_t len;
	char *text = harness_log_text(&len);

	assert_int_equal(harness_log_count("\n"), 1);
	assert_int_equal(harness_log_count("Reader: "), 1);
	if (!strstr(text, kinds[kind].reason))
		fail_msg("\"%s\" does not say \"%s\"", text, kinds[kind].reason);
	free(text);
}

static void
check_odd_card(size_t kind, CK_SLOT_ID slot)
{
	harness_card(odd_card(kind, slot));
	harness_log("warning");
	p11_start(f);
	for (int i = 0; i < 2; i++) {
		assert_empty_but_for_the_authority(slot);
		assert_works_in_full(1 - slot);
	}
	p11_stop(f);
	assert_one_line_says_why(kind);
}

static void
an_odd_authentication_certificate_leaves_its_token_empty(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++)
		check_odd_card(kind, SLOT_AUTH);
}

static void
an_odd_signature_certificate_leaves_its_token_empty(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++)
		check_odd_card(kind, SLOT_SIGN);
}

/*
 * The authentication certificate is not read before somebody asks for its contents, so the
 * objects are there until then; asking is an error of the device, and signing makes nothing.
 */
static void
asking_an_odd_certificate_for_its_contents_is_a_device_error(void **state)
{
	CK_ATTRIBUTE value = {CKA_VALUE, NULL, 0}, label = {CKA_LABEL, NULL, 0};
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE found[16], certificate;
	CK_BYTE id = 1;
	CK_ATTRIBUTE by_id = {CKA_ID, &id, 1};

	(void)state;
	for (size_t kind = 0; kind < KINDS; kind++) {
		harness_card(odd_card(kind, SLOT_AUTH));
		p11_start(f);
		session = p11_open(f, SLOT_AUTH);
		assert_int_equal(p11_search(f, session, &by_id, 1, found), 2);
		certificate = found[0];
		assert_int_equal(f->C_GetAttributeValue(session, certificate, &label, 1), CKR_OK);
		assert_int_equal(f->C_GetAttributeValue(session, certificate, &value, 1),
				 CKR_DEVICE_ERROR);
		/* From now on it is not to be seen. */
		assert_int_equal(p11_search(f, session, &by_id, 1, found), 0);
		assert_int_equal(f->C_GetAttributeValue(session, certificate, &label, 1),
				 CKR_OBJECT_HANDLE_INVALID);
		p11_stop(f);
	}
}

/* Before the certificate was read, the length of the signature tells. */
static void
a_signature_of_another_length_is_a_device_error(void **state)
{
	static const size_t with_other_keys[] = {2, 3};
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	uint8_t signature[512];
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	CK_ULONG len;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		harness_card(odd_card(with_other_keys[i], SLOT_AUTH));
		p11_start(f);
		session = p11_open(f, SLOT_AUTH);
		assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
		assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
		assert_int_equal(f->C_SignInit(session, &mechanism, key), CKR_OK);
		memset(signature, 0, sizeof signature);
		len = sizeof signature;
		assert_int_equal(f->C_Sign(session, (CK_BYTE *)(uintptr_t)"x", 1, signature, &len),
				 CKR_DEVICE_ERROR);
		for (size_t k = 0; k < sizeof signature; k++)
			assert_int_equal(signature[k], 0);
		assert_false(harness_is_open("auth"));
		p11_stop(f);
	}
}

static void
a_card_that_says_it_has_certificates_and_has_none_is_survived(void **state)
{
	CK_SESSION_HANDLE session;

	(void)state;
	/* Both files are missing or filler, and so is the list of what there is. */
	harness_sim("swap", "opted-out", NULL);
	harness_sim("set", "opted-out", "ef-0008", "missing", NULL);
	for (int i = 0; i < 2; i++) {
		harness_sim("swap", "opted-out", NULL);
		p11_start(f);
		assert_false(p11_has_token(f, SLOT_AUTH));
		session = p11_open(f, SLOT_SIGN);
		assert_int_equal(p11_find(f, session, CKO_PUBLIC_KEY, NULL), 0);
		(void)p11_login(f, session, PIN_SIGN);
		assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, NULL), 0);
		p11_stop(f);
		harness_sim("set", "opted-out", "absent-certificate", "missing", NULL);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, case_tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(an_odd_authentication_certificate_leaves_its_token_empty),
		TEST(an_odd_signature_certificate_leaves_its_token_empty),
		TEST(asking_an_odd_certificate_for_its_contents_is_a_device_error),
		TEST(a_signature_of_another_length_is_a_device_error),
		TEST(a_card_that_says_it_has_certificates_and_has_none_is_survived),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
