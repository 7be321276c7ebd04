/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/hold.h"

void
hold_begin(sigset_t *before)
{
	sigset_t set;

	/* A mistake of our own still ends us at once: Linux holds back no fault of the processor. */
	(void)sigfillset(&set);
	(void)sigprocmask(SIG_BLOCK, &set, before);
}

void
hold_end(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}
