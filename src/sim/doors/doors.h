/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_DOORS_DOORS_H
#define JPKI_SIM_DOORS_DOORS_H

#include "sim/reader/reader.h"

/*
 * The door to the real pcscd: its driver vpcd listens on one TCP port per virtual reader, and a
 * card is a connection to it. Each message is a big-endian 16-bit length and a body; from the
 * reader a body of one byte is an order (power off 0, power on 1, reset 2, send the ATR 4).
 *
 * The place that is opened is the first reader's port; reader i is at port + i.
 */
extern const struct door vpcd_door;

#define VPCD_PORT "35963"

/*
 * The door to a virtual computer: QEMU's USB reader with its ccid-card-passthru device, which
 * listens on a Unix socket and speaks libcacard's VSCard protocol (vscard_common.h). Each message
 * is three big-endian 32-bit numbers (type, reader id, length) and a body.
 *
 * QEMU answers for the card when the computer asks for power, so the card is powered while it is in
 * the reader, and loses its power when it is taken out only.
 *
 * The place that is opened is the socket's path; QEMU is asked for again after the device came
 * anew.
 */
extern const struct door qemu_door;

#endif
