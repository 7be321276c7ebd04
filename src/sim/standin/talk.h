/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_STANDIN_TALK_H
#define JPKI_SIM_STANDIN_TALK_H

#include <stddef.h>
#include <winscard.h>

#include "sim/standin/wire.h"

/* One connection to the server at $JPKI_CARD_SIM_SOCKET. */

/* Its descriptor; -1 where nobody listens. */
int talk_connect(void);

/*
 * One question and its answer. `out` receives up to `room` bytes of the reply's data; more than
 * that is read and dropped (reply->length tells). Returns the call's own result, or
 * SCARD_F_COMM_ERROR when the server is gone.
 */
LONG talk_ask(int fd, struct wire_request *request, const void *data, struct wire_reply *reply,
	      void *out, size_t room);

#endif
