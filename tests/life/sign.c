/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/life/sign.h"

#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char text[] = "a document";

bool
life_ok(const char *call, CK_RV rv)
{
	if (rv != CKR_OK)
		(void)fprintf(stderr, "%s: 0x%lx\n", call, rv);
	return rv == CKR_OK;
}

CK_FUNCTION_LIST *
life_load(const char *path, void **handle)
{
	CK_C_GetFunctionList get;
	CK_FUNCTION_LIST *f = NULL;

	*handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!*handle) {
		(void)fprintf(stderr, "%s\n", dlerror());
		return NULL;
	}
	*(void **)(void *)&get = dlsym(*handle, "C_GetFunctionList");
	return get && life_ok("C_GetFunctionList", get(&f)) ? f : NULL;
}

static bool
find(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class,
     CK_OBJECT_HANDLE *object)
{
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof class};
	CK_ULONG count = 0;

	return life_ok("C_FindObjectsInit", f->C_FindObjectsInit(session, &template, 1)) &&
	       life_ok("C_FindObjects", f->C_FindObjects(session, object, 1, &count)) &&
	       life_ok("C_FindObjectsFinal", f->C_FindObjectsFinal(session)) && count == 1;
}

static EVP_PKEY *
public_key(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session)
{
	uint8_t der[4096];
	const uint8_t *p = der;
	CK_ATTRIBUTE value = {CKA_VALUE, der, sizeof der};
	CK_OBJECT_HANDLE certificate;
	EVP_PKEY *key;
	X509 *x;

	if (!find(f, session, CKO_CERTIFICATE, &certificate) ||
	    !life_ok("C_GetAttributeValue",
		     f->C_GetAttributeValue(session, certificate, &value, 1)))
		return NULL;
	x = d2i_X509(NULL, &p, (long)value.ulValueLen);
	key = x ? X509_get_pubkey(x) : NULL;
	X509_free(x);
	return key;
}

static bool
verify(EVP_PKEY *key, const uint8_t *signature, size_t len)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = key && EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
		  EVP_DigestVerify(c, signature, len, (const uint8_t *)text, sizeof text) == 1;

	EVP_MD_CTX_free(c);
	EVP_PKEY_free(key);
	if (!ok)
		(void)fprintf(stderr, "the signature does not verify\n");
	return ok;
}

static bool
login(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE session, const char *pin)
{
	CK_RV rv = f->C_Login(session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)pin, strlen(pin));

	return rv == CKR_USER_ALREADY_LOGGED_IN || life_ok("C_Login", rv);
}

static bool
open_and_sign(CK_FUNCTION_LIST *f, CK_SLOT_ID slot, const char *pin, CK_SESSION_HANDLE *session,
	      uint8_t signature[256])
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE key;
	CK_ULONG len = 256;

	if (!life_ok("C_OpenSession",
		     f->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, session)))
		return false;
	return login(f, *session, pin) && find(f, *session, CKO_PRIVATE_KEY, &key) &&
	       life_ok("C_SignInit", f->C_SignInit(*session, &mechanism, key)) &&
	       life_ok("C_Sign", f->C_Sign(*session, (CK_BYTE *)(uintptr_t)text, sizeof text,
					   signature, &len));
}

bool
life_signature(CK_FUNCTION_LIST *f, CK_SLOT_ID slot, const char *pin, uint8_t signature[256])
{
	CK_SESSION_HANDLE session;

	return open_and_sign(f, slot, pin, &session, signature) &&
	       life_ok("C_CloseSession", f->C_CloseSession(session));
}

bool
life_sign_open(CK_FUNCTION_LIST *f, CK_SLOT_ID slot, const char *pin, CK_SESSION_HANDLE *session)
{
	uint8_t signature[256];

	return open_and_sign(f, slot, pin, session, signature) &&
	       verify(public_key(f, *session), signature, sizeof signature);
}

bool
life_sign(CK_FUNCTION_LIST *f, CK_SLOT_ID slot, const char *pin)
{
	CK_SESSION_HANDLE session;

	return life_sign_open(f, slot, pin, &session) &&
	       life_ok("C_CloseSession", f->C_CloseSession(session));
}
