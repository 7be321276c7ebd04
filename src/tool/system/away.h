/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SYSTEM_AWAY_H
#define JPKI_TOOL_SYSTEM_AWAY_H

#include <stdbool.h>

#include "holder/person.h"

/*
 * A file system or a child process may let us wait for ever. A program that goes on meanwhile is
 * told where a thread is away with one: in that time it has no card and no lock.
 */

struct away {
	void (*begin)(enum busy what); /* BUSY_NOT: with something else than a file */
	bool (*end)(void);	       /* whether anybody waits for what comes of it */
};

/* What lives as long as the program; without, nobody is told. */
void away_tell(const struct away *whom);

/* errno stays what it is. */
void away_begin(enum busy what);
bool away_end(void);

#endif
