/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_MODULE_SIGNING_H
#define JPKI_TESTS_MODULE_SIGNING_H

#include "tests/module/case.h"

/* Signatures with one key: mechanisms, and where a test stands. */

#ifndef CKG_MGF1_SHA256
#define CKG_MGF1_SHA256 0x00000002UL
#endif
#define GARBAGE (~0UL - 7)

extern CK_RSA_PKCS_PSS_PARAMS pss_params;
extern CK_MECHANISM as_given, sha256, pss_hash, pss_sha256;

/* What enter has opened and found. */
extern CK_SESSION_HANDLE session;
extern CK_OBJECT_HANDLE key;

/* A session on a token, logged in, with its key. */
void enter(CK_SLOT_ID slot);

/* C_Finalize; the card was left logged out. */
int signing_tear_down(void **state);

/* The public key in the certificate that the simulator made, to be freed. */
EVP_PKEY *true_key(CK_SLOT_ID slot);

/* In pieces of the given size, 0 for one call. */
CK_RV sign_in_pieces(CK_MECHANISM *mechanism, const uint8_t *data, size_t len, size_t piece,
		     uint8_t signature[256]);

#endif
