/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CONTROL_CONTROL_H
#define JPKI_SIM_CONTROL_CONTROL_H

#include <stdbool.h>

#include "sim/reader/reader.h"

/*
 * The control socket of a running simulator. One request per line, a JSON array of strings:
 *
 *     ["insert", "adult"]
 *
 * and one line with a JSON object in reply, with "ok" and, if that is false, "error". A reply to
 * an order about a card comes when the programs that use the reader have seen it happen.
 */

#define CONTROL_VARIABLE "JPKI_CARD_SIM_CONTROL"

struct control;

struct control *control_open(struct server *server, const char *path, char **error);

/* Ends all conversations and removes the socket; NULL is allowed. */
void control_close(struct control *control);

#endif
