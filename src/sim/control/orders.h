/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CONTROL_ORDERS_H
#define JPKI_SIM_CONTROL_ORDERS_H

#include <jansson.h>
#include <stdbool.h>

#include "sim/reader/reader.h"

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

/* The second half of a swap, once the removal was seen. */
bool control_order_insert(struct control_order *order);

#endif
