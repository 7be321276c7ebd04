/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_REPORT_H
#define JPKI_TOOL_REPORT_H

#include "tool/terminal/screen.h"

#include <stdbool.h>
#include <stddef.h>

/* What doctor and its parts have found. */

enum area {
	AREA_MODULE,
	AREA_SERVICE,
	AREA_READER,
	AREA_CARD,
	AREA_P11KIT,
	AREA_FIREFOX,
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
	bool failed; /* there was no memory for one */
};

/*
 * Adds a finding, which the format makes the sentence of; returns it for `command`, NULL without
 * memory. `about` and `command` are copied; NULL is none.
 */
struct finding *report_add(struct report *report, enum area area, enum mark mark, const char *word,
			   const char *about, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
void report_command(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void report_free(struct report *report);

/* Whether anything is wrong. */
bool report_has_problem(const struct report *report);

#endif
