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

enum help
help_for(const struct outcome *outcome)
{
	if (outcome->what == OUTCOME_PIN_LOCKED)
		return HELP_LOCKED;
	if (outcome->what == OUTCOME_PIN_WRONG)
		return help_for_tries(outcome->tries_left);
	return outcome->what == OUTCOME_ENDED ? HELP_EXPIRED : HELP_NONE;
}
