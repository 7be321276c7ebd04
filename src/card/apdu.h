/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_CARD_APDU_H
#define JPKI_CARD_APDU_H

#include <stdint.h>

#include "base/bytes.h"

/* Short command APDUs (ISO 7816-4 5.1): extended length is not portable (card fact 3.2). */

#define APDU_NO_LE (-1)
#define APDU_LE_MAX 256
#define APDU_DATA_MAX 255
#define APDU_COMMAND_MAX (4 + 1 + APDU_DATA_MAX + 1)
#define APDU_RESPONSE_MAX (256 + 2)

struct apdu {
	uint8_t cla, ins, p1, p2;
	struct bytes data; /* none: no Lc */
	int le;		   /* 1 to 256, or APDU_NO_LE */
};

/* The encoded length in bytes; 0 if the data or Le does not fit a short APDU. */
size_t apdu_encode(const struct apdu *a, uint8_t out[APDU_COMMAND_MAX]);

#endif
