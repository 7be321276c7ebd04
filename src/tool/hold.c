/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/hold.h"

#include <stddef.h>

void
hold_begin(sigset_t *before)
{
	static const int held[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP};
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
		(void)sigaddset(&set, held[i]);
	(void)sigprocmask(SIG_BLOCK, &set, before);
}

void
hold_end(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}
