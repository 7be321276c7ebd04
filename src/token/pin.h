/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOKEN_PIN_H
#define JPKI_TOKEN_PIN_H

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"
#include "token/layout.h"

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

/*
 * Which PINs the card refused, as keyed hashes: a program that tries the same wrong PIN again
 * must not cost the user another try.
 */
struct pin_memory;

enum pin_verdict {
	PIN_UNTRIED,
	PIN_REFUSED,       /* refused before: the first repeat in a row */
	PIN_REFUSED_AGAIN, /* the program is in a loop */
};

struct pin_memory *pin_memory_new(void);
void pin_memory_free(struct pin_memory *m);
enum pin_verdict pin_memory_ask(struct pin_memory *m, const struct secret *pin);
void pin_memory_add(struct pin_memory *m, const struct secret *pin);

/* The card's PIN may have been changed: what was wrong may be right now. */
void pin_memory_forget(struct pin_memory *m);

/*
 * What to answer to a PIN of the wrong shape: RESULT_PIN_SHAPE, whereupon programs ask their user
 * again, and RESULT_PIN_REPEATED to one that is in a loop with it. *memory, its own and not that
 * of PINs which the card refused, is made if need be.
 */
enum result pin_refuse_shape(struct pin_memory **memory, struct bytes typed);

#endif
