/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_DOCTOR_REPORT_H
#define JPKI_TOOL_DOCTOR_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "tool/terminal/screen.h"

/* What doctor and its parts have found. */

enum area {
	AREA_MODULE,
	AREA_SERVICE,
	AREA_READER,
	AREA_CARD,
	AREA_AGENT,
	AREA_P11KIT,
	AREA_FIREFOX,
	AREA_THUNDERBIRD,
	AREA_CHROMIUM,
};

struct finding {
	enum area area;
	enum mark mark;
	const char *word; /* what it is, for programs */
	char *about;	  /* the reader, profile or file, or "" */
	char *text;	  /* a sentence */
	char *command;	  /* that mends it, for a shell; NULL where there is none */
};

struct report {
	struct finding *items;
	size_t count;
	enum area area; /* what is looked at now */
	const char *about;
	bool failed; /* there was no memory for one */
};

/* What is added from now on is of that area, and about that; it has to stay until then. NULL:
 * nothing. */
void report_on(struct report *report, enum area area, const char *about);

/* Adds a finding, which the format makes the sentence of. */
void report_add(struct report *report, enum mark mark, const char *word, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Gives the last one a command that mends it. */
void report_command(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void report_free(struct report *report);

/* Whether anything is wrong. */
bool report_has_problem(const struct report *report);

#endif
