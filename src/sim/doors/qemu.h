/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_DOORS_QEMU_H
#define JPKI_SIM_DOORS_QEMU_H

#include "sim/reader/reader.h"

#include <stdbool.h>

/*
 * The door to a virtual computer: QEMU's USB reader with its ccid-card-passthru device, which
 * listens on a Unix socket and speaks libcacard's VSCard protocol (vscard_common.h). Each message
 * is three big-endian 32-bit numbers (type, reader id, length) and a body.
 *
 * QEMU answers for the card when the computer asks for power, so the card is powered while it is in
 * the reader, and loses its power when it is taken out only.
 */

#define QEMU_READER_NAME "QEMU USB CCID"

/*
 * Becomes the server's door: the first reader is the one behind `path`. Never fails because QEMU is
 * not there: it is asked for four times a second, and after the device came anew.
 */
bool qemu_open(struct server *server, const char *path, char **error);
void qemu_close(struct server *server);

/* True when QEMU has been told of the card, if there is one. */
bool qemu_is_ready(const struct server *server);

/* Why not yet, for the user; the caller frees. *taken: somebody listens there. */
char *qemu_explain(const struct server *server, bool *taken);

#endif
