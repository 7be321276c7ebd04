/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_STATUS_STATUS_H
#define JPKI_TOOL_STATUS_STATUS_H

#include <jansson.h>

#include "holder/validity.h"
#include "tool/terminal/options.h"

/* jpki-tool status, and the forms in which it tells what was found out. */

/* json.c */
json_t *status_json(const struct holdings *holdings);

/* ics.c: a calendar of the renewal windows and ends, RFC 5545; the caller frees it. */
char *status_ics(const struct holdings *holdings);

/*
 * Parts of the screen, status.c. `other`: there is a card in another reader, so that this one may
 * well be empty; `any`: in one that is shown.
 */
void status_show_reader(const struct module *module, const struct holding *holding, bool other);
void status_show_token(const struct holding *holding, enum key key);
/* Beside those that are shown: where none is, the text above says it. */
void status_show_hidden(const struct holdings *holdings, bool any);
/* What ends a certificate besides its dates. */
void status_show_void(void);

/* The command. */
command_run status_run;

#endif
