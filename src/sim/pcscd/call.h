/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PCSCD_CALL_H
#define JPKI_SIM_PCSCD_CALL_H

#include "sim/pcscd/state.h"

/* What pcscd does with a program's calls. Where it waits or asks again so does this, only sooner.
 */

/* Carries out every call but ESTABLISH and CANCEL. */
enum pcsc_outcome pcsc_call(struct pcsc_call *call);

/* The reader that a call is about, or NULL; for faults. */
struct reader *pcsc_call_reader(const struct pcsc_call *call);

#endif
