/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/guard.h"
#include "tests/fuzz/program.h"

#define FENCE 16
#define FENCE_BYTE 0xa7

static void *
lend(struct program *p, size_t len, size_t behind)
{
	struct program_room *room = &p->rooms[p->room_count];
	const size_t size = len + behind;

	if (p->room_count == PROGRAM_ROOMS)
		guard_fail("the test needs more rooms");
	*room = (struct program_room){malloc(size ? size : 1), len, behind > 0};
	if (!room->data)
		guard_fail("the test needs more memory");
	if (behind)
		memset(room->data + len, FENCE_BYTE, behind);
	p->room_count++;
	return room->data;
}

void *
program_room(struct program *p, size_t len)
{
	void *room = lend(p, len, FENCE);

	memset(room, 0, len);
	return room;
}

void *
program_copy(struct program *p, const void *data, size_t len)
{
	void *copy = lend(p, len, 0);

	memcpy(copy, data, len);
	return copy;
}

void
program_take_back(struct program *p)
{
	for (size_t i = 0; i < p->room_count; i++) {
		const struct program_room *room = &p->rooms[i];

		for (size_t k = 0; room->fenced && k < FENCE; k++)
			if (room->data[room->len + k] != FENCE_BYTE)
				guard_fail("the module writes behind the memory it was given");
		free(room->data);
	}
	p->room_count = 0;
}
