/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_LIFE_SIGN_H
#define JPKI_TESTS_LIFE_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "jpki-pkcs11.h"

/*
 * For the places where a cmocka assertion must not strike: forked children, other threads, exit
 * handlers. What goes wrong is told on stderr.
 */

/* Prints the call and its code if it is not CKR_OK; true if it is. */
bool life_ok(const char *call, CK_RV rv);

/* Loads the module at `path` into *handle (for dlclose) and returns its 2.40 list, or NULL. */
CK_FUNCTION_LIST *life_load(const char *path, void **handle);

/*
 * The whole job on one slot of an initialised module: opens a session, logs in (or is logged in
 * already), signs, checks the signature with the token's certificate, closes the session.
 */
bool life_sign(CK_FUNCTION_LIST *f, CK_SLOT_ID slot, const char *pin);

/*
 * The same without the check, for a thread beside one that forks: a child may hang in OpenSSL if
 * another thread was in there. The same each time (RFC 8017 8.2: PKCS #1 v1.5 has no random part).
 */
bool life_signature(CK_FUNCTION_LIST *f, CK_SLOT_ID slot, const char *pin, uint8_t signature[256]);

/* life_sign without closing: the session is the caller's. */
bool life_sign_open(CK_FUNCTION_LIST *f, CK_SLOT_ID slot, const char *pin,
		    CK_SESSION_HANDLE *session);

#endif
