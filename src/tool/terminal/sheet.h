/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_SHEET_H
#define JPKI_TOOL_TERMINAL_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "tool/terminal/screen.h"

/* What a command would print, kept as data: for a window, which shows the same words its own way.
 */

enum line_kind {
	LINE_HEADING,
	LINE_ROW,
	LINE_TEXT,
	LINE_COMMAND,	/* for a shell */
	LINE_COMPLAINT, /* what standard error would get */
};

struct line {
	enum line_kind kind;
	enum mark mark;
	char *label; /* of a row; otherwise empty */
	char *text;  /* fit to be shown */
};

struct sheet {
	struct line *lines;
	size_t count;
};

/* From here on what this thread prints is added to it; NULL: it is printed again. */
void sheet_collect(struct sheet *sheet);

bool sheet_is_collected(void);

/* For screen.h: false where nothing is collected. Without memory a line is missing. */
bool sheet_take(enum line_kind kind, enum mark mark, const char *label, const char *text);

/* Wipes and frees all lines: they may tell name and address. */
void sheet_free(struct sheet *sheet);

#endif
