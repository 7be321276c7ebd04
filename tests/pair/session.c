/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/module/harness.h"

/*
 * A long session of one program with a card in pcscd's first reader, for tests/pcscd/valgrind.sh:
 * everything is done that takes memory, and everything is ended in the ways it can end.
 */

#define AUTH 0
#define SIGN 1

static CK_FUNCTION_LIST *f;

static void
look(void)
{
	CK_SLOT_ID slots[8];
	CK_ULONG count = 8;
	CK_MECHANISM_TYPE mechanisms[32];
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;

	assert_int_equal(f->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	assert_int_equal(count, 2);
	for (CK_ULONG i = 0; i < count; i++) {
		CK_ULONG n = 32;

		assert_int_equal(f->C_GetSlotInfo(slots[i], &slot), CKR_OK);
		assert_int_equal(f->C_GetTokenInfo(slots[i], &token), CKR_OK);
		assert_int_equal(f->C_GetMechanismList(slots[i], mechanisms, &n), CKR_OK);
	}
}

/* Every attribute that objects commonly have, of every object there is. */
static void
read_all(CK_SESSION_HANDLE session, CK_ULONG expected)
{
	static const CK_ATTRIBUTE_TYPE types[] = {CKA_CLASS,   CKA_LABEL,   CKA_ID,
						  CKA_SUBJECT, CKA_ISSUER,  CKA_SERIAL_NUMBER,
						  CKA_VALUE,   CKA_MODULUS, CKA_PUBLIC_EXPONENT};
	CK_OBJECT_HANDLE found[16];
	CK_ULONG count = 0;

	assert_int_equal(f->C_FindObjectsInit(session, NULL, 0), CKR_OK);
	assert_int_equal(f->C_FindObjects(session, found, 16, &count), CKR_OK);
	assert_int_equal(f->C_FindObjectsFinal(session), CKR_OK);
	assert_true(count >= expected);
	for (CK_ULONG i = 0; i < count; i++)
		for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
			CK_ATTRIBUTE a = {types[t], NULL, 0};

			if (f->C_GetAttributeValue(session, found[i], &a, 1) != CKR_OK)
				continue;
			a.pValue = malloc(a.ulValueLen + 1);
			assert_non_null(a.pValue);
			assert_int_equal(f->C_GetAttributeValue(session, found[i], &a, 1), CKR_OK);
			free(a.pValue);
		}
}

static CK_RV
try_sign(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type)
{
	static const char text[] = "a document";
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_OBJECT_HANDLE key;
	uint8_t signature[256];

	if (p11_find(f, session, CKO_PRIVATE_KEY, &key) == 0)
		return CKR_USER_NOT_LOGGED_IN;
	return p11_sign(f, session, key, &mechanism, text, sizeof text, signature);
}

static void
sign_in_parts(CK_SESSION_HANDLE session)
{
	CK_MECHANISM mechanism = {CKM_SHA512_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE key;
	CK_BYTE part[100] = {1}, signature[256];
	CK_ULONG len = sizeof signature;

	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	assert_int_equal(f->C_SignInit(session, &mechanism, key), CKR_OK);
	assert_int_equal(f->C_SignUpdate(session, part, sizeof part), CKR_OK);
	assert_int_equal(f->C_SignUpdate(session, part, sizeof part), CKR_OK);
	assert_int_equal(f->C_SignFinal(session, signature, &len), CKR_OK);
}

static void
set_pin(CK_SESSION_HANDLE session, const char *from, const char *to)
{
	assert_int_equal(f->C_SetPIN(session, (CK_BYTE *)(uintptr_t)from, strlen(from),
				     (CK_BYTE *)(uintptr_t)to, strlen(to)),
			 CKR_OK);
}

static void
work_with(CK_SLOT_ID slot, const char *pin, const char *wrong, const char *other)
{
	CK_SESSION_HANDLE session = p11_open(f, slot), second = p11_open(f, slot);
	CK_ULONG visible = slot == AUTH ? 3 : 1;

	read_all(session, visible);
	for (int i = 0; i < 3; i++)
		assert_int_not_equal(p11_login(f, session, wrong), CKR_OK);
	assert_int_equal(p11_login(f, session, "12"), CKR_PIN_INCORRECT);
	assert_int_equal(p11_login(f, session, pin), CKR_OK);
	read_all(second, 4);
	assert_int_equal(try_sign(session, CKM_RSA_PKCS), CKR_OK);
	assert_int_equal(try_sign(second, CKM_SHA256_RSA_PKCS), CKR_OK);
	sign_in_parts(session);
	set_pin(session, pin, other);
	assert_int_equal(try_sign(session, CKM_SHA256_RSA_PKCS), CKR_OK);
	set_pin(session, other, pin);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	assert_int_equal(f->C_CloseSession(second), CKR_OK);
	assert_int_equal(p11_login(f, session, pin), CKR_OK);
}

static void
a_long_session(void **state)
{
	CK_SESSION_HANDLE session;
	CK_SLOT_ID slot;

	(void)state;
	f = harness_module("jpki-pkcs11");
	for (int round = 0; round < 2; round++) {
		p11_start(f);
		look();
		work_with(AUTH, PIN_AUTH, "9999", "5678");
		work_with(SIGN, PIN_SIGN, "ZZZ999", "XYZ789");
		/* Taken out and put in again while logged in, with an operation and a search open.
		 */
		session = p11_open(f, AUTH);
		assert_int_equal(f->C_FindObjectsInit(session, NULL, 0), CKR_OK);
		harness_sim("remove", NULL);
		assert_int_equal(f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_OK);
		assert_int_not_equal(f->C_FindObjectsFinal(session), CKR_OK);
		harness_sim("insert", "adult", NULL);
		look();
		session = p11_open(f, SIGN);
		assert_int_equal(try_sign(session, CKM_RSA_PKCS), CKR_USER_NOT_LOGGED_IN);
		assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
		assert_int_equal(try_sign(session, CKM_RSA_PKCS), CKR_OK);
		/* Ended with everything open. */
		p11_stop(f);
	}
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_long_session)};

	harness_start(argc, argv, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
