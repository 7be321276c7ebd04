/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOKEN_PIN_H
#define JPKI_TOKEN_PIN_H

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "token/layout.h"
#include "token/refused.h"

/* The PIN rules that the host keeps, so that no try is spent on what cannot be right. */

/*
 * What was typed, as the card wants it: full-width forms folded to ASCII, a-z to A-Z.
 * RESULT_PIN_SHAPE if it cannot be this key's PIN. *pin is the caller's to free.
 */
enum result pin_read(const struct layout_role *role, struct bytes typed, struct secret **pin);

/*
 * The same for a PIN to be set: RESULT_NEW_PIN_LENGTH or RESULT_NEW_PIN_INVALID (a character
 * that is not allowed; a signature password without a letter or without a digit).
 */
enum result pin_read_new(const struct layout_role *role, struct bytes typed, struct secret **pin);

/* The last PIN of the wrong shape, and how often it came in a row. All zero: none. */
struct pin_repeat {
	uint8_t hash[REFUSED_HASH_SIZE];
	unsigned int times;
};

/*
 * What to answer to a PIN of the wrong shape: RESULT_PIN_SHAPE, whereupon programs ask their user
 * again, and RESULT_PIN_REPEATED to one that is in a loop with it.
 */
enum result pin_refuse_shape(struct pin_repeat *last, struct bytes typed);

#endif
