/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/signals.h"

void
signals_hold(sigset_t *before)
{
	sigset_t set;

	/* A mistake of our own still ends us at once: Linux holds no fault of the processor. */
	(void)sigfillset(&set);
	(void)sigprocmask(SIG_BLOCK, &set, before);
}

void
signals_release(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}
