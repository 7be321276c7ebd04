/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/worker.h"

#include "desktop/watch.h"

#include <glib.h>

static GThread *thread;
static GAsyncQueue *queue;
static struct job the_end; /* in the queue: the last one */
static struct wanted wanted;
static struct person person;
static void (*tell)(void);

/* The module stays loaded and initialised: it is lent to each job. */
static GMutex lock;	      /* guards all below */
static struct module module;  /* module.f: NULL where none is loaded */
static struct job *under_way; /* NULL: nothing is */
static GThread *leaving;      /* who ends what is under way */
static unsigned long left;    /* jobs up to this number were left */
static bool is_stopping;

static unsigned long given; /* jobs; the window's thread counts */

struct job *
job_new(void (*work)(struct job *job), void (*done)(struct job *job))
{
	struct job *job = g_new0(struct job, 1);

	job->work = work;
	job->done = done;
	job->options.pin_fd = -1;
	job->options.warn = -1;
	return job;
}

void
job_free(struct job *job)
{
	if (!job)
		return;
	sheet_free(&job->sheet);
	g_free(job->argument);
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
	job->options.person = &person;
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

static void
run(struct job *job)
{
	GThread *ender;
	bool stops;

	load();
	lend(job);
	g_mutex_lock(&lock);
	under_way = job;
	job->was_left = is_stopping || job->number <= left;
	g_mutex_unlock(&lock);
	sheet_collect(&job->sheet);
	if (!job->was_left)
		job->work(job);
	sheet_collect(NULL);
	g_mutex_lock(&lock);
	under_way = NULL;
	ender = leaving;
	leaving = NULL;
	stops = is_stopping;
	g_mutex_unlock(&lock);
	if (ender) {
		(void)g_thread_join(ender);
		unload();
	}
	if (ender && !stops)
		load(); /* at once: it also watches for cards */
	(void)g_idle_add(is_done, job);
}

static void *
work(void *unused)
{
	struct job *job;

	(void)unused;
	while ((job = g_async_queue_pop(queue)) != &the_end)
		run(job);
	unload();
	return NULL;
}

void
worker_start(const char *path, const struct person *whom, void (*changed)(void))
{
	wanted.module = path;
	person = *whom;
	tell = changed;
	queue = g_async_queue_new();
	thread = g_thread_new("worker", work, NULL);
}

void
worker_do(struct job *job)
{
	job->number = ++given;
	g_async_queue_push(queue, job);
}

/* C_Finalize waits for the exchange in which a PIN is sent: not on the window's thread. */
static void *
end_calls(void *functions)
{
	const CK_FUNCTION_LIST *f = functions;

	(void)f->C_Finalize(NULL);
	return NULL;
}

void
worker_leave(void)
{
	g_mutex_lock(&lock);
	left = given;
	if (under_way && !leaving && module.f) {
		under_way->was_left = true;
		leaving = g_thread_new("leave", end_calls, module.f);
	}
	g_mutex_unlock(&lock);
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
	(void)g_thread_join(thread);
	g_async_queue_unref(queue);
}
