/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_STORE_LIKE_H
#define JPKI_SIM_STORE_LIKE_H

#include <stdbool.h>

#include "sim/card/switches.h"

/*
 * What a report of jpki-tool on somebody's card says, as far as a simulated card can do the same.
 * The report is a stranger's file: a fact that is a switch's has its name and, if it was told, one
 * of its values; what is neither is passed over, and noted.
 */
struct sim_like {
	char *pairs[SIM_SWITCH_COUNT + 1]; /* "name=value", ended by NULL */
	const char *person;		   /* with such certificates on such a card; never NULL */
	unsigned int locked;		   /* PINs: SIM_ON_AUTH, SIM_ON_SIGN */
	char *notes; /* lines: what could not be taken over and what was not told */
};

/* False, and nothing to free, if it cannot be read or is no report. */
bool sim_like_read(const char *path, struct sim_like *like, char **error);
void sim_like_free(struct sim_like *like);

#endif
