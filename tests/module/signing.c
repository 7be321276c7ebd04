/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/module/signing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

CK_SESSION_HANDLE session;
CK_OBJECT_HANDLE key;

CK_RSA_PKCS_PSS_PARAMS pss_params = {CKM_SHA256, CKG_MGF1_SHA256, 32};
CK_MECHANISM as_given = {CKM_RSA_PKCS, NULL, 0};
CK_MECHANISM sha256 = {CKM_SHA256_RSA_PKCS, NULL, 0};
CK_MECHANISM pss_hash = {CKM_RSA_PKCS_PSS, &pss_params, sizeof pss_params};
CK_MECHANISM pss_sha256 = {CKM_SHA256_RSA_PKCS_PSS, &pss_params, sizeof pss_params};

int
signing_tear_down(void **state)
{
	(void)case_tear_down(state);
	case_assert_logged_out();
	return 0;
}

void
enter(CK_SLOT_ID slot)
{
	session = case_enter(slot);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
}

EVP_PKEY *
true_key(CK_SLOT_ID slot)
{
	X509 *x = harness_certificate("adult", names[slot]);
	EVP_PKEY *public_key = X509_get_pubkey(x);

	assert_non_null(public_key);
	X509_free(x);
	return public_key;
}

CK_RV
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
