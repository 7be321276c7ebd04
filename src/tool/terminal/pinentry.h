/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_PINENTRY_H
#define JPKI_TOOL_TERMINAL_PINENTRY_H

#include <stddef.h>

enum {
	PINENTRY_FAILED = -10,
	PINENTRY_CANCELLED = -11,
};

/*
 * Asks with a pinentry program (GnuPG's, spoken to with the Assuan protocol). `card` and
 * `error` are shown above the question and may be NULL. Fills `line` with what was typed, at
 * most size - 1 bytes and a NUL; returns its length, PINENTRY_FAILED or PINENTRY_CANCELLED.
 */
int pinentry_ask(const char *program, const char *card, const char *question, const char *error,
		 char *line, size_t size, size_t *len);

#endif
