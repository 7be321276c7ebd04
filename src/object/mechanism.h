/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_OBJECT_MECHANISM_H
#define JPKI_OBJECT_MECHANISM_H

#include <stdbool.h>

#include "jpki-pkcs11.h"
#include "token/digest.h"

/*
 * The mechanisms, a row each: those that sign, with an RSA-2048 key on the card, and those that
 * hash, in the process and without a card.
 */
struct mechanism {
	CK_MECHANISM_TYPE type;
	enum digest_kind digest; /* DIGEST_NONE: the program brings what is signed */
	bool pss;		 /* made by the card alone, and not by every card */
	CK_FLAGS use;		 /* CKF_SIGN or CKF_DIGEST */
};

/* The row of a mechanism for one of these uses; NULL if there is none, or it wants PSS and there is
 * none. */
const struct mechanism *mechanism_find(CK_MECHANISM_TYPE type, CK_FLAGS use, bool pss);

/* No list is longer. */
#define MECHANISMS_MAX 16

/* The mechanisms of some uses, in C_GetMechanismList's two steps. */
CK_RV mechanism_list(CK_FLAGS use, bool pss, CK_MECHANISM_TYPE *list, CK_ULONG *count);

void mechanism_info(const struct mechanism *mechanism, CK_MECHANISM_INFO *info);

/* CKR_OK or CKR_MECHANISM_PARAM_INVALID. */
CK_RV mechanism_check_parameter(const struct mechanism *mechanism, const CK_MECHANISM *given);

/* How many bytes the program may bring where it brings what is signed: the least, the most. */
CK_ULONG mechanism_input_min(const struct mechanism *mechanism);
CK_ULONG mechanism_input_max(const struct mechanism *mechanism);

#endif
