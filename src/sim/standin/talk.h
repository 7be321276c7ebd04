/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_STANDIN_TALK_H
#define JPKI_SIM_STANDIN_TALK_H

#include <stddef.h>
#include <winscard.h>

#include "sim/standin/wire.h"

/* One connection to the server at $JPKI_CARD_SIM_SOCKET. */

/* Its descriptor; -1 where nobody listens. */
int talk_connect(void);

/* A question and its answer. */
struct question {
	struct wire_request request;
	const void *data; /* request.length bytes */
	void *out;	  /* gets up to `room` bytes of the reply's data; more is dropped */
	size_t room;
	struct wire_reply reply; /* its length tells how much there was */
};

/* Asks. Returns the call's own result, or SCARD_F_COMM_ERROR when the server is gone. */
LONG talk_ask(int fd, struct question *question);

#endif
