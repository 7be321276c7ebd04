/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/module/attempt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

CK_RV
attempt(CK_SLOT_ID slot, const char *pin, unsigned int verifies)
{
	CK_SESSION_HANDLE session = p11_open(f, slot);
	unsigned long before = harness_verifies();
	CK_RV rv = p11_login(f, session, pin);

	assert_int_equal(harness_verifies() - before, verifies);
	case_assert_logged_out();
	assert_int_equal(f->C_CloseSession(session), CKR_OK);
	return rv;
}

CK_RV
sign_something(CK_SESSION_HANDLE session)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	uint8_t signature[256];
	CK_OBJECT_HANDLE key;
	CK_RV rv;

	if (p11_find(f, session, CKO_PRIVATE_KEY, &key) != 1)
		return CKR_KEY_HANDLE_INVALID;
	rv = p11_sign(f, session, key, &mechanism, "text", 4, signature);
	case_assert_logged_out();
	return rv;
}

bool
is_logged_in(CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;

	assert_int_equal(f->C_GetSessionInfo(session, &info), CKR_OK);
	return info.state == CKS_RW_USER_FUNCTIONS || info.state == CKS_RO_USER_FUNCTIONS;
}
