/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/module/case.h"

/* The main job in a few lines: find the token, log in, sign, verify. */

static int
start(void **state)
{
	(void)state;
	f = harness_module("jpki-pkcs11");
	p11_start(f);
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	p11_stop(f);
	return 0;
}

static void
sign_and_verify(CK_SLOT_ID slot, const char *pin)
{
	static const char text[] = "a document";
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_SESSION_HANDLE session = p11_open(f, slot);
	CK_OBJECT_HANDLE key;
	uint8_t signature[256];
	EVP_PKEY *public_key;

	assert_int_equal(p11_login(f, session, pin), CKR_OK);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	assert_int_equal(p11_sign(f, session, key, &mechanism, text, sizeof text, signature),
			 CKR_OK);
	public_key = p11_public_key(f, session);
	assert_true(verify_v15(public_key, "SHA256", text, sizeof text, signature));
	EVP_PKEY_free(public_key);
	assert_int_equal(f->C_CloseSession(session), CKR_OK);
}

static void
the_log_in_key_signs(void **state)
{
	(void)state;
	sign_and_verify(0, PIN_AUTH);
	assert_false(harness_is_open("auth"));
}

static void
the_document_key_signs(void **state)
{
	(void)state;
	sign_and_verify(1, PIN_SIGN);
	assert_false(harness_is_open("sign"));
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_log_in_key_signs),
		cmocka_unit_test(the_document_key_signs),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, start, finish);
}
