/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_OUTCOME_H
#define JPKI_HOLDER_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "holder/key.h"
#include "jpki-pkcs11.h"

/* How something ended that was asked of a card: data, for whoever has words for it. */

enum outcome_what {
	OUTCOME_OK,
	OUTCOME_NO_MEMORY,
	OUTCOME_CANNOT_LOAD,	/* the module: module->why has the dynamic linker's words */
	OUTCOME_NOT_OURS,	/* what was loaded is no module of jpki-pkcs11, or is too old */
	OUTCOME_NO_SUCH_READER, /* none whose name fits the one that is wanted */
	OUTCOME_NO_SUCH_CARD,	/* none with the serial number that is wanted */
	OUTCOME_NO_CARD,	/* `reason`: why */
	OUTCOME_SEVERAL,	/* cards, and none of them is wanted in particular */
	OUTCOME_NOT_SHOWN,	/* the module that is wanted shows no slot for `key` */
	OUTCOME_NO_TOKEN,	/* `key`, `reason`: why there is none for it */
	OUTCOME_NO_CERTIFICATE, /* the card does not have this one */
	OUTCOME_NOT_YET_VALID,	/* the certificate, before `when` */
	OUTCOME_ENDED,		/* the certificate, after `when` */
	OUTCOME_NO_PIN,		/* the prompt gave none; `code` is what it answered */
	OUTCOME_PIN_WRONG,	/* `tries_left`, `is_spent` */
	OUTCOME_FEWER_TRIES,	/* are left than the person was told; nothing was sent */
	OUTCOME_PIN_LOCKED,	/* it was before; nothing was sent */
	OUTCOME_PIN_SAME,	/* the new one is the old one; nothing was sent */
	OUTCOME_REMOVED,	/* the card was taken away */
	OUTCOME_NO_ANSWER,	/* card or reader did not answer as they should */
	OUTCOME_MODULE,		/* anything else that the module answered: `rv` */
};

/* What does not belong to `what` is zero. */
struct outcome {
	enum outcome_what what;
	enum key key;
	enum jpki_reason reason;
	int tries_left; /* now; 0: that was the last one; JPKI_TRIES_UNKNOWN */
	bool is_spent;	/* a try; false: refused before it was sent */
	bool is_open;	/* a PIN was to be changed, and which one is in force now is not known */
	int code;
	int64_t when; /* seconds since 1970 */
	CK_RV rv;
};

/* One that needs nothing beside it. */
static inline struct outcome
outcome_just(enum outcome_what what)
{
	return (struct outcome){.what = what};
}

/* What the module's answer means by itself. */
struct outcome outcome_of(CK_RV rv);

#endif
