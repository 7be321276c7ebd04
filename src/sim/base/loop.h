/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_LOOP_H
#define JPKI_SIM_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The poll() loop under everything: descriptors to watch and moments to wake at. One thread;
 * callbacks must not block.
 */

struct loop;
struct loop_watch;

struct loop *loop_new(void);
void loop_free(struct loop *loop);

/* Microseconds of the monotonic clock. */
uint64_t loop_now(void);

/*
 * Calls ready(arg) whenever `fd` can be read. The descriptor is the watch's: closed with it, or
 * with the loop. Closing is allowed inside any callback.
 */
struct loop_watch *loop_watch_add(struct loop *loop, int fd, void (*ready)(void *arg), void *arg);
void loop_watch_close(struct loop_watch *watch);

/*
 * What happens after each turn. It returns when it wants to be called next at the latest, on
 * loop_now()'s clock; LOOP_NEVER for no moment of its own.
 */
#define LOOP_NEVER UINT64_MAX

static inline uint64_t
loop_sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void loop_on_turn(struct loop *loop, uint64_t (*turn)(void *arg), void *arg);

/* Runs until loop_stop(). Returns false if poll() itself fails. */
bool loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
