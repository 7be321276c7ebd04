/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PCSCD_STRIKE_H
#define JPKI_SIM_PCSCD_STRIKE_H

#include <stdbool.h>

#include "sim/pcscd/call.h"
#include "sim/pcscd/fault.h"

/* Carries out faults: see fault.h for what they mean. */

#define STRIKES_MAX 8

/* The faults that strike one call, gathered when it arrives. */
struct strikes {
	struct fault *fault[STRIKES_MAX];
	unsigned int count;
};

/*
 * Gathers what strikes the call and carries out what comes before it. Returns false when the
 * call is thereby answered (call->reply is its answer).
 */
bool strikes_before(struct strikes *strikes, struct pcsc_call *call);

/* The call was carried out: what comes with and after it, and changes of the card's answer. */
void strikes_after(struct strikes *strikes, struct pcsc_call *call);

/* Undoes what is over, and lets other programs have their turn where PC/SC lets them. */
void strikes_settle(struct pcsc *pcsc);

/* Carries out an order for "now". */
void strikes_now(struct pcsc *pcsc);

/* What faults do to the answers of calls. */

/* The fault answers, and the card sees nothing of the call; false where it does not. */
bool answer_instead(const struct fault *fault, struct pcsc_call *call);

/* The call was carried out; the fault loses its answer, or makes another of the card's. */
void answer_lose(const struct fault *fault, struct pcsc_call *call);
void answer_change(const struct fault *fault, struct pcsc_call *call);

/* A command that the card is not to see, since the fault 61xx has its answer (GET RESPONSE). */
bool answer_waiting(struct pcsc_call *call);

#endif
