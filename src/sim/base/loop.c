/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/memory.h"

#define WATCHES_MAX 1024
#define TURNS_MAX 8

struct loop_watch {
	int fd; /* -1 once removed */
	void (*ready)(void *arg);
	void *arg;
	struct loop_watch *next;
};

struct turn {
	uint64_t (*turn)(void *arg);
	void *arg;
};

struct loop {
	struct loop_watch *watches;
	struct turn turns[TURNS_MAX];
	unsigned int turn_count;
	bool stopped;
};

struct loop *
loop_new(void)
{
	return sim_alloc(sizeof(struct loop));
}

void
loop_free(struct loop *loop)
{
	struct loop_watch *watch;

	while ((watch = loop->watches)) {
		loop->watches = watch->next;
		if (watch->fd >= 0)
			(void)close(watch->fd);
		free(watch);
	}
	free(loop);
}

uint64_t
loop_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

struct loop_watch *
loop_watch_add(struct loop *loop, int fd, void (*ready)(void *arg), void *arg)
{
	struct loop_watch *watch = sim_alloc(sizeof *watch);

	*watch = (struct loop_watch){fd, ready, arg, loop->watches};
	loop->watches = watch;
	return watch;
}

void
loop_watch_close(struct loop_watch *watch)
{
	(void)close(watch->fd);
	watch->fd = -1;
}

void
loop_on_turn(struct loop *loop, uint64_t (*turn)(void *arg), void *arg)
{
	if (loop->turn_count == TURNS_MAX)
		abort(); /* a mistake in this program, not in its input */
	loop->turns[loop->turn_count++] = (struct turn){turn, arg};
}

void
loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

static void
sweep_removed(struct loop *loop)
{
	struct loop_watch **at = &loop->watches;

	while (*at) {
		struct loop_watch *watch = *at;

		if (watch->fd < 0) {
			*at = watch->next;
			free(watch);
		} else {
			at = &watch->next;
		}
	}
}

static uint64_t
take_turns(struct loop *loop)
{
	uint64_t next = LOOP_NEVER;

	for (unsigned int i = 0; i < loop->turn_count; i++)
		next = loop_sooner(next, loop->turns[i].turn(loop->turns[i].arg));
	return next;
}

static bool
wait_and_call(struct loop *loop, uint64_t until)
{
	struct pollfd fds[WATCHES_MAX];
	struct loop_watch *called[WATCHES_MAX];
	struct loop_watch *watch;
	struct timespec timeout = {0};
	uint64_t now = loop_now();
	nfds_t count = 0, i;

	for (watch = loop->watches; watch && count < WATCHES_MAX; watch = watch->next) {
		fds[count] = (struct pollfd){.fd = watch->fd, .events = POLLIN};
		called[count++] = watch;
	}
	if (until != LOOP_NEVER && until > now) {
		timeout.tv_sec = (time_t)((until - now) / 1000000);
		timeout.tv_nsec = (long)((until - now) % 1000000) * 1000;
	}
	if (ppoll(fds, count, until == LOOP_NEVER ? NULL : &timeout, NULL) < 0)
		return errno == EINTR;
	for (i = 0; i < count; i++)
		if (fds[i].revents != 0 && called[i]->fd >= 0)
			called[i]->ready(called[i]->arg);
	return true;
}

bool
loop_run(struct loop *loop)
{
	loop->stopped = false;
	for (;;) {
		uint64_t until = take_turns(loop);

		sweep_removed(loop);
		if (loop->stopped)
			return true;
		if (!wait_and_call(loop, until))
			return false;
	}
}
