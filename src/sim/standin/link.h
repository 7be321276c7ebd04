/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_STANDIN_LINK_H
#define JPKI_SIM_STANDIN_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <winscard.h>

#include "sim/standin/talk.h"

#define EXPORT __attribute__((visibility("default")))

/*
 * The contexts of this process and their connections. As in the real library a context has a
 * lock that each call holds from question to answer, so calls on one context take turns.
 */

struct link;

/*
 * Connects to the server and makes a context. SCARD_E_NO_SERVICE where nobody listens at
 * $JPKI_CARD_SIM_SOCKET.
 */
LONG link_establish(DWORD scope, SCARDCONTEXT *context);

/* Finds and locks. NULL for a context that is not ours. */
struct link *link_lock_context(SCARDCONTEXT context);
void link_unlock(struct link *link);

/* True if the context is ours; takes no context's lock. */
bool link_knows_context(SCARDCONTEXT context);

/* Closes the connection, forgets the context and unlocks. */
void link_forget(struct link *link);

/* A new handle for 0, or 0 for one that is gone; false where there is no such, or no more room. */
bool link_change_handle(struct link *link, SCARDHANDLE from, SCARDHANDLE to);

/* As talk_ask. */
LONG link_ask(struct link *link, struct question *question);

/* A call on a card handle: asks, and asks again while another's transaction stands in the way. */
LONG link_ask_handle(SCARDHANDLE handle, struct question *question);

/* Interrupts the context's waiting call, over a connection of its own. */
LONG link_cancel(SCARDCONTEXT context);

#endif
