/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_STATUS_H
#define JPKI_TOOL_STATUS_H

#include "holder/validity.h"
#include "tool/terminal/options.h"

#include <jansson.h>

/* jpki-tool status, and the forms in which it tells what was found out. */

/* json.c */
json_t *status_json(const struct holdings *holdings);

/* ics.c: a calendar of the renewal windows and ends, RFC 5545; the caller frees it. */
char *status_ics(const struct holdings *holdings);

/* The command. */
enum tool_exit status_run(const struct options *options, char *arguments[]);

#endif
