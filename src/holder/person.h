/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_PERSON_H
#define JPKI_HOLDER_PERSON_H

#include <stdbool.h>
#include <stddef.h>

#include "holder/key.h"

/* Whoever sits before the program: asked for PINs, and told what takes a while. */

struct reader;

#define PIN_TYPED 128 /* bytes; 16 full-width characters take 48 */

struct pin {
	char text[PIN_TYPED]; /* NUL-terminated; no longer than len */
	size_t len;
};

enum pin_question {
	PIN_NOW,   /* the one in force */
	PIN_NEW,   /* the one to be */
	PIN_AGAIN, /* the same once more */
};

/* What is wrong with what was typed, before any card sees it. */
enum pin_fault {
	PIN_FINE,
	PIN_EMPTY,
	PIN_LENGTH,
	PIN_CHARACTER,
	PIN_NEEDS_BOTH, /* a new signature password: a letter and a digit */
	PIN_DIFFERS,	/* PIN_NEW: the one before was not the same when it was typed again */
};

/* What a prompt can say beside the question. */
struct pin_request {
	enum key key;
	enum pin_question question;
	const struct reader *reader; /* the card, by name and serial number */
	int tries_left;		     /* of the PIN in force; JPKI_TRIES_UNKNOWN */
	int entry;		     /* how many entries for this question had a fault */
	int round;		     /* how many new PINs were not the same when typed again */
	enum pin_fault fault;	     /* of the entry before; no try was lost with it */
};

/* What the prompt answers; above zero: there is no PIN, and OUTCOME_NO_PIN has that `code`. */
enum {
	PIN_GIVEN = 0,
	PIN_TOO_LONG = -1, /* for a struct pin, so for any card */
};

/* What takes a while. */
enum busy {
	BUSY_NOT, /* any more: it is the card that is waited for */
	BUSY_CHECKING_PIN,
	BUSY_CHANGING_PIN,
	BUSY_SIGNING,
	BUSY_PROBING,
	BUSY_ASKING,  /* for a PIN */
	BUSY_READING, /* a file */
	BUSY_WRITING, /* a file, or whether one can be written */
	BUSY_KINDS,
};

struct person {
	/*
	 * Asks for a PIN, and fills it in as it was typed. Called once more, with `fault`, while
	 * the shape is wrong: whoever would go on for ever answers a code. With one try left, it is
	 * for the prompt to say so before.
	 */
	int (*ask_pin)(void *context, const struct pin_request *request, struct pin *pin);
	/* Signals are held meanwhile (signals.h), and the card may be slow. NULL: not told. */
	void (*busy)(void *context, enum busy what);
	void *context;	 /* theirs */
	bool types_once; /* a new PIN is not asked again: a script does not mistype */
};

#endif
