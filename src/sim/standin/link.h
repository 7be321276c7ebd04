/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_STANDIN_LINK_H
#define JPKI_SIM_STANDIN_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <winscard.h>

#include "sim/standin/wire.h"

#define EXPORT __attribute__((visibility("default")))

/* One connection to the server at $JPKI_CARD_SIM_SOCKET. */

/* Its descriptor; -1 where nobody listens. */
int talk_connect(void);

/* A question and its answer. */
struct question {
	struct wire_request request;
	const void *data; /* request.length bytes */
	void *out;	  /* gets the reply's data */
	size_t room;	  /* more is no reply to this question */
	struct wire_reply reply;
};

/* Asks. Returns the call's own result, or SCARD_F_COMM_ERROR when the server is gone. */
LONG talk_ask(int fd, struct question *question);

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

#endif
