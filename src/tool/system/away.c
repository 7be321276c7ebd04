/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/system/away.h"

#include <errno.h>
#include <stddef.h>

static const struct away *told;

void
away_tell(const struct away *whom)
{
	told = whom;
}

void
away_begin(enum busy what)
{
	const int error = errno;

	if (told)
		told->begin(what);
	errno = error;
}

bool
away_end(void)
{
	const int error = errno;
	const bool is_awaited = !told || told->end();

	errno = error;
	return is_awaited;
}
