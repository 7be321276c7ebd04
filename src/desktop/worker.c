/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/worker.h"

#include <glib.h>
#include <stdlib.h>
#include <unistd.h>

#include "desktop/soon.h"
#include "desktop/watch.h"
#include "tool/system/away.h"

/* How long whoever has left waits for a file system, before another thread takes the worker's
 * place. */
#define PATIENCE (2 * G_TIME_SPAN_SECOND)

/* How long the last job may take once the window is closed: far more than the card needs. */
#define PATIENCE_AT_END (30 * G_TIME_SPAN_SECOND)

static GAsyncQueue *queue;
static struct job the_end; /* in the queue: the last one */
static struct wanted wanted;
static struct person person;
static void (*tell)(void);

/* The module stays loaded and initialised: it is lent to each job. */
static GMutex lock;	      /* guards all below */
static GCond moved;	      /* under_way, is_away or has_ended may be others */
static GThread *thread;	      /* the worker */
static unsigned long turn;    /* its number: those before were given up */
static bool is_away;	      /* it waits, and perhaps for ever, but not in the module */
static enum busy away_with;   /* for what */
static bool has_ended;	      /* it is the last one */
static struct module module;  /* module.f: NULL where none is loaded */
static struct job *under_way; /* NULL: nothing is */
static void *given_context;   /* under_way's, before it was worked on */
static GThread *leaving;      /* who ends what is under way */
static unsigned long left;    /* jobs up to this number were left */
static bool is_stopping;

static unsigned long given; /* jobs; the window's thread counts */

static _Thread_local unsigned long my_turn; /* 0: no worker's */

struct job *
job_new(void (*work)(struct job *job), void (*done)(struct job *job))
{
	struct job *job = g_new0(struct job, 1);

	job->work = work;
	job->done = done;
	job->options.pin_fd = -1;
	job->options.warn = -1;
	job->options.is_place_bad = &job->is_place_bad;
	return job;
}

void
job_free(struct job *job)
{
	if (!job)
		return;
	sheet_free(&job->sheet);
	g_free(job->argument);
	g_free(job->purpose);
	for (size_t i = 0; i < G_N_ELEMENTS(job->words); i++)
		g_free(job->words[i]);
	g_free(job);
}

void
job_command(struct job *job)
{
	char *arguments[] = {job->argument, NULL};

	job->status = job->command(&job->options, arguments);
}

static gboolean
is_done(void *data)
{
	struct job *job = data;

	job->done(job);
	return G_SOURCE_REMOVE;
}

/* Where it cannot be loaded, each command says why. */
static void
load(void)
{
	struct module loaded = {0};

	if (!module.f && module_load(&loaded, &wanted).what == OUTCOME_OK) {
		g_mutex_lock(&lock);
		module = loaded;
		g_mutex_unlock(&lock);
		watch_start(module.f, tell);
	} else if (!module.f) {
		module_close(&loaded);
	}
}

static void
lend(struct job *job)
{
	job->options.module = wanted.module;
	job->options.lent = module.f ? &module : NULL;
	job->person = person;
	job->person.context = job;
	if (!job->tells)
		job->person.busy = NULL;
	job->options.person = &job->person;
}

/* Once C_Finalize was called, for any reason, the module has to be loaded anew. */
static void
unload(void)
{
	struct module old;

	g_mutex_lock(&lock);
	old = module;
	module = (struct module){0};
	g_mutex_unlock(&lock);
	if (old.f)
		(void)old.f->C_Finalize(NULL);
	watch_stop();
	module_close(&old);
}

/* After a leave. */
static void
renew(GThread *ender)
{
	bool stops;

	(void)g_thread_join(ender);
	unload();
	g_mutex_lock(&lock);
	stops = is_stopping;
	g_mutex_unlock(&lock);
	if (!stops)
		load(); /* at once: it also watches for cards */
}

static void
begin(struct job *job)
{
	load();
	lend(job);
	g_mutex_lock(&lock);
	under_way = job;
	given_context = job->context;
	job->was_left = is_stopping || job->number <= left;
	g_mutex_unlock(&lock);
}

static void
run(struct job *job)
{
	GThread *ender;

	begin(job);
	sheet_collect(&job->sheet);
	if (!job->was_left)
		job->work(job);
	sheet_collect(NULL);
	g_mutex_lock(&lock);
	under_way = NULL;
	ender = leaving;
	leaving = NULL;
	g_cond_broadcast(&moved);
	g_mutex_unlock(&lock);
	if (ender)
		renew(ender);
	soon(is_done, job);
}

/* `ender`: who gave up the worker before; NULL: this is the first one. */
static void *
work(void *ender)
{
	struct job *job;

	g_mutex_lock(&lock);
	my_turn = turn;
	g_mutex_unlock(&lock);
	if (ender)
		renew(ender);
	while ((job = g_async_queue_pop(queue)) != &the_end)
		run(job);
	unload();
	g_mutex_lock(&lock);
	has_ended = true;
	g_cond_broadcast(&moved);
	g_mutex_unlock(&lock);
	return NULL;
}

/* With the lock. */
static void
begin_turn(GThread *ender)
{
	turn++;
	thread = g_thread_new("worker", work, ender);
}

/* ---- away with a file ---- */

static void
go_away(enum busy what)
{
	struct job *job = NULL;

	g_mutex_lock(&lock);
	if (my_turn && my_turn == turn) {
		is_away = true;
		away_with = what;
		job = under_way;
	}
	g_mutex_unlock(&lock);
	if (job && job->person.busy && what != BUSY_NOT)
		job->person.busy(job, what);
}

/* Whoever was given up meanwhile ends here: the module is another by now, and so are its sessions.
 */
static bool
come_back(void)
{
	bool is_mine, is_awaited = true;

	if (!my_turn)
		return true;
	g_mutex_lock(&lock);
	is_mine = my_turn == turn;
	if (is_mine) {
		is_away = false;
		is_awaited = !under_way || !under_way->was_left;
		g_cond_broadcast(&moved);
	}
	g_mutex_unlock(&lock);
	if (!is_mine)
		g_thread_exit(NULL);
	return is_awaited;
}

/* With the lock. The job stays with its thread; another one in its place is told to be left. */
static void
give_up_worker(void)
{
	struct job *instead = job_new(NULL, under_way->done);

	instead->context = given_context;
	instead->status = TOOL_CANCELLED;
	instead->was_left = true;
	instead->may_write = away_with == BUSY_WRITING;
	under_way = NULL;
	is_away = false;
	g_thread_unref(thread);
	begin_turn(leaving);
	leaving = NULL;
	soon(is_done, instead);
}

/* ---- what the window asks for ---- */

static const struct away hooks = {go_away, come_back};

void
worker_start(const char *path, const struct person *whom, void (*changed)(void))
{
	wanted.module = path;
	person = *whom;
	tell = changed;
	queue = g_async_queue_new();
	away_tell(&hooks);
	g_mutex_lock(&lock);
	begin_turn(NULL);
	g_mutex_unlock(&lock);
}

void
worker_do(struct job *job)
{
	job->number = ++given;
	g_async_queue_push(queue, job);
}

/*
 * C_Finalize waits for the exchange in which a PIN is sent: not on the window's thread. Nobody can
 * end what waits for a file system that does not answer.
 */
static void *
end_calls(void *functions)
{
	const CK_FUNCTION_LIST *f = functions;

	if (f)
		(void)f->C_Finalize(NULL);
	g_mutex_lock(&lock);
	while (under_way) {
		const gint64 end = g_get_monotonic_time() + PATIENCE;
		const bool has_moved = g_cond_wait_until(&moved, &lock, end);

		if (!has_moved && under_way && is_away)
			give_up_worker();
	}
	g_mutex_unlock(&lock);
	return NULL;
}

void
worker_leave(void)
{
	g_mutex_lock(&lock);
	left = given;
	if (under_way && !leaving) {
		under_way->was_left = true;
		leaving = g_thread_new("leave", end_calls, module.f);
	}
	g_mutex_unlock(&lock);
}

bool
worker_has_left(const struct job *job)
{
	bool has_left;

	g_mutex_lock(&lock);
	has_left = job->number <= left;
	g_mutex_unlock(&lock);
	return has_left;
}

/* Not where pcscd or a file system does not answer; whoever closed the window does not wait. */
static bool
ends_in_time(void)
{
	const gint64 end = g_get_monotonic_time() + PATIENCE_AT_END;
	bool is_in_time = true;

	g_mutex_lock(&lock);
	while (!has_ended && is_in_time)
		is_in_time = g_cond_wait_until(&moved, &lock, end);
	g_mutex_unlock(&lock);
	return is_in_time;
}

void
worker_stop(void)
{
	struct job *job;

	while ((job = g_async_queue_try_pop(queue)))
		job_free(job);
	g_async_queue_push(queue, &the_end);
	g_mutex_lock(&lock);
	is_stopping = true;
	g_mutex_unlock(&lock);
	worker_leave();
	if (!ends_in_time())
		_exit(EXIT_FAILURE); /* pcscd takes its reader back by that */
	(void)g_thread_join(thread);
	g_async_queue_unref(queue);
}
