/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_SCREEN_H
#define JPKI_TOOL_TERMINAL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What people read on standard output. On a terminal in colour (unless NO_COLOR is set or TERM
 * is dumb) and broken into lines of its width; in a pipe plain, one line for each text.
 * Columns are counted as terminals do: kanji and kana take two.
 */

enum mark {
	MARK_NONE,
	MARK_OK,
	MARK_CAUTION,
	MARK_PROBLEM,
};

/* "OK", "CAUTION", "PROBLEM"; of MARK_NONE nothing. */
const char *mark_text(enum mark mark);

/* Reads locale, terminal and environment; before anything else here. */
void screen_start(void);

/* Columns that a text takes. */
int screen_columns(const char *text);

/* From here on labels are filled up to so many columns, or so that all of these fit, with a gap. */
void screen_width(int columns);
void screen_labels(const char *const labels[], size_t count);

/* A title on a line of its own. */
void screen_heading(const char *text);

/* A label, the mark's word, and a text. */
void screen_row(const char *label, enum mark mark, const char *text);

/* The same with the text made by a format. */
void screen_rowf(const char *label, enum mark mark, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A text by itself, each line of which begins with `indent` spaces. */
void screen_text(int indent, const char *text);

/* A text on a line of its own, which is never broken: it ends with the name of a file. */
void screen_line(const char *text);

/* A command for a shell on a line of its own, which is never broken: people copy it. */
void screen_command(const char *command);

void screen_blank(void);

/* Whether a PROBLEM was shown: then the exit status is not 0. */
bool screen_has_problem(void);

/* Flushes standard output. False if something could not be written (errno says why). */
bool screen_end(void);

#endif
