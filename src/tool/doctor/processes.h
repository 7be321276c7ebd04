/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_PROCESSES_H
#define JPKI_TOOL_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a program of that name runs, of whatever user. */
bool process_runs(const char *name);

/*
 * The names and numbers of this user's other processes that have a library of such a name loaded,
 * "scdaemon (123), firefox-esr (456)"; empty if there are none.
 */
void process_list(const char *library, char *names, size_t size);

#endif
