/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_DOORS_VPCD_H
#define JPKI_SIM_DOORS_VPCD_H

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

#endif
