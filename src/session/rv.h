/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SESSION_RV_H
#define JPKI_SESSION_RV_H

#include "base/result.h"
#include "jpki-pkcs11.h"

/* What a result is called in PKCS#11, for calls on a session. */
CK_RV rv_of_result(enum result r);

/* The same for calls on a slot: whatever keeps a token from being there is "not present". */
CK_RV rv_of_slot_result(enum result r);

#endif
