/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_TASKS_H
#define JPKI_DESKTOP_TASKS_H

#include <glib.h>

#include "desktop/look.h"

/* What the window does with cards and files: the tool's commands. */

#define HIDE_SECONDS 60 /* how long name and address are shown */

struct task {
	const char *name; /* of the window's action */
	const char *title;
	const char *purpose; /* of its PIN; NULL: the title */
	command_run *command;
	bool of_card;	   /* its parameter is a LOOK_TARGET; otherwise it has none */
	bool of_file;	   /* the one that was chosen, in place of the key */
	const char *waits; /* what is said from its start to its end; NULL: what it waits for */
	/* Where it writes, which is asked; for free. NULL: it is not. */
	char *(*proposes)(const struct job *job);
};

/* The last one has no name. */
extern const struct task tasks[];

const struct task *task_named(const char *name);

/* The job's context. */
struct asked {
	const struct task *task;
	GVariant *parameter; /* may be NULL */
};

/* The job, but for `done`. NULL: no file was chosen. */
struct job *task_job(const struct task *task, GVariant *parameter);
/* What a signature tells of the holder, and to whom. */
const char *task_sign_discloses(void);

/* What its PIN is asked for, all chosen by now; for g_free. */
char *task_purpose(const struct job *job);

void task_forget(struct asked *asked);

#endif
