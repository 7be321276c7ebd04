/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/line.h"

#include <time.h>

#define AWAIT_STEPS 5000
#define AWAIT_STEP_NS 1000000L

/* Counted first: either C_Finalize sees the count, or this sees the line. */
bool
line_cross(struct line *line)
{
	(void)atomic_fetch_add(&line->crossing, 1);
	if (!atomic_load(&line->drawn))
		return true;
	line_crossed(line);
	return false;
}

void
line_crossed(struct line *line)
{
	(void)atomic_fetch_sub(&line->crossing, 1);
}

bool
line_is_drawn(const struct line *line)
{
	return atomic_load(&line->drawn);
}

void
line_draw(struct line *line)
{
	atomic_store(&line->drawn, true);
}

void
line_await(const struct line *line)
{
	const struct timespec step = {.tv_nsec = AWAIT_STEP_NS};

	for (int i = 0; i < AWAIT_STEPS && atomic_load(&line->crossing) > 0; i++)
		(void)nanosleep(&step, NULL);
}
