/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_CARD_SW_H
#define JPKI_CARD_SW_H

#include <stdint.h>

#include "base/result.h"

/* What a status word means (ISO 7816-4 5.6, card fact 3.7). Anything not in the table is
 * RESULT_CARD_ERROR: it never counts as a wrong PIN. */
enum result sw_result(uint16_t sw);

#define SW_OK 0x9000
#define SW_END_OF_FILE 0x6282
#define SW_TRIES 0x63c0 /* the low four bits are the tries left */
#define SW_TRIES_MASK 0xfff0
#define SW_MORE 0x6100	   /* the low byte tells how much more */
#define SW_WRONG_LE 0x6c00 /* the low byte tells the right Le */
#define SW_HIGH_MASK 0xff00

#endif
