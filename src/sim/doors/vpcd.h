/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_DOORS_VPCD_H
#define JPKI_SIM_DOORS_VPCD_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/reader/reader.h"

/*
 * The door to the real pcscd: its driver vpcd listens on one TCP port per virtual reader, and a
 * card is a connection to it. Each message is a big-endian 16-bit length and a body; from the
 * reader a body of one byte is an order (power off 0, power on 1, reset 2, send the ATR 4).
 */

#define VPCD_PORT 35963
#define VPCD_READERS 2

/*
 * Becomes the server's door: reader i is pcscd's virtual reader at port + i. Never fails because
 * pcscd is not there: it is asked for four times a second.
 */
bool vpcd_open(struct server *server, uint16_t port, char **error);
void vpcd_close(struct server *server);

/*
 * Why pcscd has not taken a card yet, for the user (the caller frees); NULL if it has. *taken:
 * somebody listens there, but is not interested.
 */
char *vpcd_explain(const struct server *server, bool *taken);

/* True when pcscd has taken the card of every reader that has one. */
bool vpcd_is_ready(const struct server *server);

#endif
