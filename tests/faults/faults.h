/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FAULTS_FAULTS_H
#define JPKI_TESTS_FAULTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "jpki-pkcs11.h"

/* The faults: what the simulator is ordered to do, and what programs may notice of it. */

/* The codes that a fault may bring about, beside CKR_OK. */
enum code {
	DEVICE_ERROR = 1 << 0,
	REMOVED = 1 << 1, /* each call's word for a token that is not there (any more) */
	NOT_LOGGED_IN = 1 << 2,
	PIN_WRONG = 1 << 3,
	PIN_LOCKED = 1 << 4,
	PIN_INVALID = 1 << 5,
	NO_MECHANISM = 1 << 6,
	HANDLE_GONE = 1 << 7, /* of a key or object: its login has ended */
	NO_MEMORY = 1 << 8,
};

#define PIN_CODES (PIN_WRONG | PIN_LOCKED | PIN_INVALID)
#define SW_CODES                                                                                   \
	(DEVICE_ERROR | REMOVED | NOT_LOGGED_IN | PIN_WRONG | PIN_LOCKED | PIN_INVALID |           \
	 NO_MECHANISM | HANDLE_GONE)

/* Which of them this is; 0: none. */
unsigned int fault_code(CK_RV rv);

enum effect {
	UNNOTICED, /* no step fails */
	HICCUP,	   /* the step that was struck may fail; session and login go on */
	DEPARTURE, /* sessions end: card, reader or service are gone, or seem to be */
	LASTING,   /* steps may fail until the fault is over; session and login go on */
	LIE,	   /* the card answers what is not so: one step may fail, the login may end */
};

enum struck_calls { ALL_CALLS, TRANSMITS, OTHER_CALLS, CARD_CALLS };

/* `kind` and `options` are the simulator's words for it: KIND@CALL:NUMBER[OPTIONS]. */
struct fault {
	const char *name, *kind, *options;
	enum effect effect;
	enum struck_calls calls;
	unsigned int allowed;
};

/* Ends with a row without name. */
extern const struct fault faults[];

/* A look at the readers: before the first one worked, there are none. */
bool fault_is_at_look(const char *call);

bool fault_is_swap(const struct fault *fault);

/* Whether it is tried at calls of that name. */
bool fault_strikes(const struct fault *fault, const char *call);

#endif
