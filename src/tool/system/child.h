/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SYSTEM_CHILD_H
#define JPKI_TOOL_SYSTEM_CHILD_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Runs a program, found by the user's PATH, with these arguments (NULL at the end; no shell is
 * asked) and nothing to read. Its first words, output and errors together, go into `said`
 * (NUL-terminated, no line end behind them; of size 0: none). Returns its exit status, 128 + the
 * signal that ended it, or -1 if it could not be started.
 */
int child_run(const char *const arguments[], char *said, size_t size);

/*
 * Reads all that a child says, so that it never waits for us; what does not fit is dropped, and so
 * are the line ends behind it.
 */
void child_listen(int fd, char *said, size_t size);

/* Whether the user's PATH has such a program. */
bool child_exists(const char *program);

#endif
