/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/module.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/fork.h"
#include "base/log.h"
#include "prompt/prompt.h"
#include "session/access.h"
#include "session/session.h"
#include "token/refused.h"

/*
 * The one global. The gate is held for a few instructions only. After a fork it may be held by
 * a thread that the child does not have, so the process that last made it is remembered
 * (fork_owner), and nobody else touches it.
 */
static pthread_mutex_t gate;
static struct module *current;	 /* the gate */
static struct module *abandoned; /* a parent's: never to be touched again, but not lost */

/*
 * Makes the gate this process's own, once, whoever comes first. While one thread is at it, the
 * owner is the negated process id: a child that was forked just then must not wait for a thread
 * that it does not have.
 */
static void
own_gate(void)
{
	const pid_t self = getpid();
	const pid_t in_the_making = -self;
	_Atomic pid_t *const gate_owner = fork_owner();
	pid_t owner = atomic_load(gate_owner);

	while (owner != self) {
		if (owner == in_the_making)
			(void)sched_yield();
		else if (atomic_compare_exchange_strong(gate_owner, &owner, in_the_making)) {
			(void)pthread_mutex_init(&gate, NULL);
			abandoned = current ? current : abandoned;
			current = NULL;
			log_abandon();
			refused_abandon();
			atomic_store(gate_owner, self);
		}
		owner = atomic_load(gate_owner);
	}
}

static void
module_free(struct module *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->reader_count; i++)
		reader_free(m->readers[i]);
	watch_free(m->watch);
	(void)pthread_cond_destroy(&m->changed);
	(void)pthread_cond_destroy(&m->happened);
	(void)pthread_mutex_destroy(&m->state);
	(void)pthread_mutex_destroy(&m->watching);
	free(m);
}

/* Waiting is measured on a clock that nobody sets. */
static void
init_locks(struct module *m)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&m->watching, NULL);
	(void)pthread_mutex_init(&m->state, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&m->changed, &attr);
	(void)pthread_cond_init(&m->happened, &attr);
	(void)pthread_condattr_destroy(&attr);
}

static struct module *
module_new(void)
{
	struct module *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	init_locks(m);
	m->references = 1;
	settings_load(&m->settings);
	m->asks_agent = m->settings.ask_pin == SETTINGS_ASK_AGENT &&
			prompt_is_for_this_process(m->settings.ask_pin_agent_not_for);
	pcsc_service_init(&m->service);
	m->watch = watch_new(&m->service);
	/* One empty pair of slots: clients that list slots once still see the first reader. */
	if (!m->watch || !reader_add(m)) {
		module_free(m);
		return NULL;
	}
	return m;
}

CK_RV
module_initialize(void)
{
	CK_RV rv = CKR_OK;

	own_gate();
	(void)pthread_mutex_lock(&gate);
	if (current)
		rv = CKR_CRYPTOKI_ALREADY_INITIALIZED;
	else if (!(current = module_new()))
		rv = CKR_HOST_MEMORY;
	(void)pthread_mutex_unlock(&gate);
	return rv;
}

struct module *
module_enter(void)
{
	struct module *m;

	if (atomic_load(fork_owner()) != getpid())
		return NULL;
	(void)pthread_mutex_lock(&gate);
	m = current;
	if (m)
		m->references++;
	(void)pthread_mutex_unlock(&gate);
	return m;
}

/* The log is closed when nobody writes to it any more: neither those who were still inside, nor
 * an instance that was made meanwhile. */
static void
module_end(struct module *m)
{
	module_free(m);
	(void)pthread_mutex_lock(&gate);
	if (!current) {
		log_close();
		refused_end();
	}
	(void)pthread_mutex_unlock(&gate);
}

void
module_leave(struct module *m)
{
	bool last;

	(void)pthread_mutex_lock(&gate);
	last = --m->references == 0;
	(void)pthread_mutex_unlock(&gate);
	if (last)
		module_end(m);
}

/* Takes the module away from those who come later; the caller gets C_Initialize's reference. */
static struct module *
module_take(void)
{
	struct module *m;

	if (atomic_load(fork_owner()) != getpid())
		return NULL;
	(void)pthread_mutex_lock(&gate);
	m = current;
	current = NULL;
	(void)pthread_mutex_unlock(&gate);
	return m;
}

/*
 * A program may unload the module as soon as C_Finalize is back, so those in C_WaitForSlotEvent,
 * who were woken just now and wait for no card, leave first. Not for ever: one second. True if
 * there were any.
 */
static bool
await_waiting_locked(struct module *m)
{
	const bool any = m->waiting > 0;
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	while (m->waiting > 0 && pthread_cond_timedwait(&m->changed, &m->state, &until) == 0)
		;
	return any;
}

/* The last instructions of a call cannot be waited for, only given time. */
static void
let_them_return(void)
{
	const struct timespec moment = {.tv_nsec = 20000000};

	(void)nanosleep(&moment, NULL);
}

CK_RV
module_finalize(void)
{
	struct module *m = module_take();
	bool others;
	size_t readers;

	if (!m)
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	line_draw(&m->line);
	(void)pthread_mutex_lock(&m->state);
	readers = m->reader_count;
	for (size_t i = 0; i < readers; i++)
		reader_request_locked(m, m->readers[i], READER_FORGET);
	(void)pthread_cond_broadcast(&m->changed);
	(void)pthread_cond_broadcast(&m->happened);
	others = await_waiting_locked(m);
	(void)pthread_mutex_unlock(&m->state);
	for (size_t i = 0; i < readers; i++)
		access_serve(m, m->readers[i]);
	line_await(&m->line);
	module_leave(m);
	if (others)
		let_them_return();
	return CKR_OK;
}
