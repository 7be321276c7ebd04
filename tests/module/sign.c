/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signatures, each checked by OpenSSL with the key of the certificate that the simulator put on
 * the card; and the operations around them (PKCS#11 2.40 5.13, 3.0 5.13.1).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/module/signing.h"

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
	case_restart("ask-pin-each-signature", "yes");
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
	case_restart("ask-pin-each-signature", "yes");
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
	case_restart("ask-pin-each-signature", "yes");
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
	case_restart("ask-pin-each-signature", "yes");
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_set_up, signing_tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(each_digest_signs_in_one_call_and_in_pieces),
		TEST(a_digest_of_nothing_and_of_much_can_be_signed),
		TEST(data_as_given_may_have_any_length_that_fits),
		TEST(data_of_no_length_that_fits_never_reaches_the_card),
		TEST(asking_the_size_costs_nothing_and_keeps_the_operation),
		TEST(too_small_a_buffer_keeps_the_operation),
		TEST(the_end_of_many_parts_keeps_the_same_rules),
		TEST(operations_begin_and_end_where_the_standard_says),
		TEST(bad_arguments_end_the_operation),
		TEST(only_the_private_key_signs),
		TEST(a_signature_can_be_cancelled),
		TEST(logging_out_takes_the_signature_along),
		TEST(one_login_is_good_for_many_signatures_in_many_sessions),
		TEST(the_pin_can_be_asked_for_each_document),
		TEST(a_password_typed_for_a_document_takes_the_place_of_the_one_kept),
		TEST(passwords_typed_for_a_document_that_lock_it_end_the_login),
		TEST(the_authentication_key_is_not_asked_for_each_time),
		TEST(a_phone_and_a_child_sign_too),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
