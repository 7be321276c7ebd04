/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/help.h"

enum help
help_for_tries(int tries_left)
{
	if (tries_left == 0)
		return HELP_LOCKED;
	return tries_left == 1 ? HELP_FORGOTTEN : HELP_NONE;
}

enum help
help_for_standing(enum standing standing)
{
	return standing == STANDING_ENDED || standing == STANDING_RENEWAL ? HELP_EXPIRED
									  : HELP_NONE;
}
