/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_WORKER_H
#define JPKI_DESKTOP_WORKER_H

#include <stdbool.h>

#include "holder/module.h"
#include "tool/terminal/options.h"
#include "tool/terminal/sheet.h"

/*
 * One thread that speaks with the module; the window's own thread never asks a card. What it is
 * given is done in that order, and `done` is called on the window's thread.
 */

struct job {
	void (*work)(struct job *job); /* on the worker's thread */
	void (*done)(struct job *job); /* on the window's; the job is its from here on */
	command_run *command;
	struct options options; /* what these point at is in `words`, or lives as long */
	char *argument;
	char *words[4];	      /* for g_free, like `argument` */
	char *purpose;	      /* in words, for whom it asks a PIN; likewise. NULL: it asks none */
	struct person person; /* the worker's, with the job for context */
	bool tells;	      /* that what its thread waits for */
	void *context;
	struct sheet sheet; /* what was said */
	enum tool_exit status;
	bool is_place_bad;    /* it was the place of its output that did not do */
	unsigned long number; /* the worker's */
	bool was_left;
	bool may_write; /* given up at a file that it may have been about to write */
};

struct job *job_new(void (*work)(struct job *job), void (*done)(struct job *job));
/* NULL is fine. */
void job_free(struct job *job);

/* For `work`: the job's command. */
void job_command(struct job *job);

/*
 * `path` of the module, NULL: the installed one. `changed` is called on the window's thread when a
 * card or reader has come or gone.
 */
void worker_start(const char *path, const struct person *person, void (*changed)(void));

/* Takes the job. */
void worker_do(struct job *job);

/*
 * What is under way ends now, unanswered, and what waits does not begin: they are `was_left`. What
 * is stuck with a file is given up: `done` gets another job in its place, with the context of
 * before its work.
 */
void worker_leave(void);

/* Likewise, and nothing is done any more. */
void worker_stop(void);

/* On the window's thread, where jobs are left: whether this one was. */
bool worker_has_left(const struct job *job);

#endif
