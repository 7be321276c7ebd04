/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_EXIT_H
#define JPKI_TOOL_TERMINAL_EXIT_H

#include <stdbool.h>
#include <stdio.h>

/* How jpki-tool ends; exit.c has what each means, jpki-tool(1) and --statuses print it. */
enum tool_exit {
	TOOL_OK = 0,
	TOOL_FAILED = 1,
	TOOL_USAGE = 2,
	TOOL_NO_READER = 3,
	TOOL_NO_CARD = 4,
	TOOL_NO_CERTIFICATE = 5,
	TOOL_PIN_WRONG = 6,
	TOOL_PIN_LOCKED = 7,
	TOOL_CANCELLED = 8,
	TOOL_AMBIGUOUS = 9,
	TOOL_ENDS_SOON = 10,
	TOOL_NOT_VALID = 11,
	TOOL_NOT_VERIFIABLE = 12,
	TOOL_SIMULATED = 13,
	TOOL_WRONG = 14,
};

/* Prints the table of exit statuses. */
void exit_print_table(void);

/* "jpki-tool: message" on standard error, after what was printed so far; false, for who gives up.
 */
bool complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Complains; the status. */
enum tool_exit give_up(enum tool_exit status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Complains of that; TOOL_FAILED. */
enum tool_exit out_of_memory(void);

#endif
