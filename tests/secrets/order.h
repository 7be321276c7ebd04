/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_SECRETS_ORDER_H
#define JPKI_TESTS_SECRETS_ORDER_H

#include <stddef.h>
#include <stdint.h>

/*
 * What tests/secrets/secrets.c, which watches, tells tests/secrets/client.c, which uses the module,
 * over its standard input, and what comes back over its standard output. PINs travel masked, so
 * that the client's memory holds them only where and while it hands them to the module.
 */

#define SECRETS_MASK 0xa5
#define SECRETS_MARKER "what every core dump of this program has to hold"

struct secrets_order {
	char word[16];
	uint8_t masked[64]; /* a PIN, or two of them for "set-pin", each ended by a masked NUL */
};

struct secrets_reply {
	long status; /* 0, or a CK_RV, or -1 */
	long value;
};

#endif
