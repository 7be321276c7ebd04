/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_PROGRESS_H
#define JPKI_TOOL_TERMINAL_PROGRESS_H

#include <stdint.h>

/*
 * A line on standard error that says what takes so long. Only on a terminal, and gone from it when
 * the work is done, so that it never stands among what was asked for.
 */

/* Shows the text in place of the one before. */
void progress_show(const char *text);

/* The same with how much of `total` bytes is done. */
void progress_share(const char *text, uint64_t done, uint64_t total);

void progress_clear(void);

#endif
