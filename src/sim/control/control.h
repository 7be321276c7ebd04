/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CONTROL_CONTROL_H
#define JPKI_SIM_CONTROL_CONTROL_H

#include <jansson.h>
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

/* What can be asked of a running simulator: one function per word (orders.c). */

struct control_order {
	struct server *server;
	const char *words[16]; /* the order's name and its arguments; NULL after the last */
	int count;
	struct reader *reader; /* the one that it names, itself or by its card */
	struct pcsc *pcsc;     /* what the stand-in's pcscd knows; NULL in serve */
	json_t *reply;	       /* an object, to be added to */
	char *error;	       /* set when the order returns false */
	bool awaited;	       /* reply when the reader's programs have seen it; else at once */
	char *then_insert;     /* card to insert into it after that, then to be awaited again */
};

/* Carries the order out. */
bool control_order(struct control_order *order);

/*
 * "set", "tries" and "block" for a card wherever it is: `what` is a switch or a PIN; "block" says 0
 * without saying so, its value is NULL.
 */
bool control_change_card(struct sim_card *card, const char *order, const char *what,
			 const char *value, char **error);

/* The second half of a swap, once the removal was seen. */
bool control_order_insert(struct control_order *order);

#endif
