/* SPDX-License-Identifier: BSD-2-Clause */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "jpki-pkcs11.h"

/*
 * A program that stays logged in: program MODULE PIN. For each line that it reads, a PIN, it signs
 * and says what came of it; where that failed it opens a session and logs in anew, twice at most
 * and with the PIN of the line, and says that too.
 */

static const struct {
	CK_RV rv;
	const char *name;
} names[] = {
	{CKR_OK, "goes on"},
	{CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED"},
	{CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR"},
	{CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID"},
	{CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT"},
	{CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN"},
	{CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT"},
	{CKR_PIN_LOCKED, "CKR_PIN_LOCKED"},
	{CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID"},
};

static CK_FUNCTION_LIST *f;
static CK_SESSION_HANDLE session;
static CK_OBJECT_HANDLE key;

static void
tell(const char *when, CK_RV rv)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].rv == rv) {
			(void)printf("%s%s", when, names[i].name);
			return;
		}
	(void)printf("%s0x%lx", when, rv);
}

static CK_RV
log_in(const char *pin)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof class};
	CK_SLOT_ID slots[16];
	CK_ULONG count = 16;
	CK_RV rv = f->C_GetSlotList(CK_TRUE, slots, &count);

	if (rv == CKR_OK && count == 0)
		rv = CKR_TOKEN_NOT_PRESENT;
	if (rv == CKR_OK)
		rv = f->C_OpenSession(slots[0], CKF_SERIAL_SESSION, NULL, NULL, &session);
	if (rv == CKR_OK)
		rv = f->C_Login(session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)pin, strlen(pin));
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		rv = f->C_FindObjectsInit(session, &template, 1);
	if (rv == CKR_OK)
		rv = f->C_FindObjects(session, &key, 1, &count);
	if (rv == CKR_OK)
		rv = f->C_FindObjectsFinal(session);
	return rv == CKR_OK && count == 0 ? CKR_KEY_HANDLE_INVALID : rv;
}

static CK_RV
sign(void)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_BYTE signature[256], text[] = "text";
	CK_ULONG length = sizeof signature;
	CK_RV rv = f->C_SignInit(session, &mechanism, key);

	return rv == CKR_OK ? f->C_Sign(session, text, 4, signature, &length) : rv;
}

static CK_RV
begin(const char *module)
{
	void *library = dlopen(module, RTLD_NOW | RTLD_LOCAL);
	CK_C_GetFunctionList get;

	if (!library)
		return CKR_GENERAL_ERROR;
	*(void **)(void *)&get = dlsym(library, "C_GetFunctionList");
	return get && get(&f) == CKR_OK ? f->C_Initialize(NULL) : CKR_GENERAL_ERROR;
}

int
main(int argc, char *argv[])
{
	char line[80];

	if (argc != 3 || begin(argv[1]) != CKR_OK)
		return 1;
	tell("login: ", log_in(argv[2]));
	(void)puts("");
	(void)fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		CK_RV rv = sign();

		line[strcspn(line, "\n")] = '\0';
		tell("", rv);
		for (int again = 0; rv != CKR_OK && again < 2; again++) {
			(void)f->C_CloseSession(session);
			rv = log_in(line);
			if (rv == CKR_OK)
				rv = sign();
			tell("; logged in again, ", rv);
		}
		(void)puts("");
		(void)fflush(stdout);
	}
	return f->C_Finalize(NULL) == CKR_OK ? 0 : 1;
}
