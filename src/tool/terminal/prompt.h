/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_PROMPT_H
#define JPKI_TOOL_TERMINAL_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "tool/terminal/exit.h"

/*
 * Asks on the controlling terminal, whatever standard input is; where there is none, on standard
 * input if that is a terminal. What was typed before the question is no answer. Without echo, what
 * is typed is not shown, and a signal in the middle (Ctrl-C, Ctrl-Z) first restores the terminal,
 * then does what it always does.
 *
 * Fills `line` (size bytes, NUL-terminated, without the line's end). Returns its length, -1
 * when there is no terminal, -2 at the end of input, -3 if the line is longer than that.
 */
int prompt_ask(const char *prompt, bool echo, char *line, size_t size);

/* The same on a descriptor that is a terminal. */
int prompt_ask_on(int fd, const char *prompt, bool echo, char *line, size_t size);

enum {
	PROMPT_NONE = -1,
	PROMPT_END = -2,
	PROMPT_LONG = -3,
};

/*
 * A question on the terminal that takes a typed yes (or はい). TOOL_OK; TOOL_CANCELLED after the
 * sentence `declined`; or TOOL_USAGE after a message naming the option that answers it where there
 * is no terminal.
 */
enum tool_exit prompt_consent(const char *question, const char *option, const char *declined);

#endif
