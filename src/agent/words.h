/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_AGENT_WORDS_H
#define JPKI_AGENT_WORDS_H

#include "agent/peer.h"
#include "holder/pin.h"
#include "jpki-agent.h"

/* What stands in a dialog, in the user's language. */

/* The steps of a dialog. */
enum step {
	STEP_LAST_TRY, /* yes, or no */
	STEP_NOW,      /* the PIN in force */
	STEP_NEW,      /* the one to be */
	STEP_AGAIN,    /* the same once more */
};

/*
 * What it is for, who asks, and which card it is. Fits into a line of the protocol whatever the
 * request and the peer say. The caller frees it; NULL without memory.
 */
char *words_about(const struct jpki_agent_request *request, const struct peer *peer,
		  enum step step);

/* The label of the field. */
const char *words_field(enum key key, enum step step);

/* What was wrong with the last entry: as the card said; and before any card saw it. NULL: nothing.
 */
const char *words_refused(enum jpki_agent_fault fault, enum key key);
const char *words_fault(enum pin_fault fault, enum key key);

/* Of the buttons. */
const char *words_ok(enum step step);
const char *words_cancel(void);

#endif
