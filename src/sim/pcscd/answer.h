/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PCSCD_ANSWER_H
#define JPKI_SIM_PCSCD_ANSWER_H

#include "sim/pcscd/call.h"
#include "sim/pcscd/fault.h"

/* What faults do to the answers of calls. */

/* The fault answers, and the card sees nothing of the call; false where it does not. */
bool answer_instead(const struct fault *fault, struct pcsc_call *call);

/* The call was carried out; the fault loses its answer, or makes another of the card's. */
void answer_lose(const struct fault *fault, struct pcsc_call *call);
void answer_change(const struct fault *fault, struct pcsc_call *call);

/* A command that the card is not to see, since the fault 61xx has its answer (GET RESPONSE). */
bool answer_waiting(struct pcsc_call *call);

#endif
