/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FAULTS_TRIAL_H
#define JPKI_TESTS_FAULTS_TRIAL_H

#include "tests/faults/faults.h"
#include "tests/faults/glance.h"
#include "tests/faults/steps.h"

/* One scenario with one fault at one call: the program's steps, and what comes after them. */

/* Shared between the process that is swept and the one that watches over it. */
struct progress {
	char point[256]; /* the words that repeat it */
	size_t next;	 /* of the points of this pair */
	size_t total;
	size_t failed; /* points */
};

struct trial {
	const struct scenario *scenario;
	const struct fault *fault;
	const char *struck;   /* the call */
	const char *switches; /* of the card, NULL: none */
	struct progress *progress;
	struct run run;
	struct glance before, now;
	bool gone[SLOTS];	 /* the session's end was reported */
	bool change_lost[SLOTS]; /* whether the PIN was changed is not known */
	bool over;		 /* the fault is */
	bool failed;		 /* this point */
	unsigned int failures;	 /* steps of this point that did not answer CKR_OK */
	unsigned int aftermaths;
};

/* Whether the card has this switch ("NAME=VALUE"). */
bool trial_has_switch(const struct trial *t, const char *pair);

/* All is well, and nothing known but the public keys; then the fault is to be ordered. */
void trial_start(struct trial *t);

void trial_run(struct trial *t);

/* The fault is over: card, reader and service as they were. */
void trial_restore(struct trial *t);

/* What works then, and what C_Finalize leaves. */
void trial_end(struct trial *t);

#endif
