/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOKEN_REFUSED_H
#define JPKI_TOKEN_REFUSED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/secret.h"
#include "token/layout.h"

/*
 * Which PINs the cards refused, as keyed hashes: a program that tries the same wrong PIN again
 * must not cost the user another try.
 *
 * This belongs to the card and to the process: a card put in again, pcscd restarted, C_Finalize
 * and C_Initialize change nothing. A card's PINs are forgotten when its counter is seen to be full
 * again, since somebody gave the right PIN then, which may be a new one. All calls may come from
 * any thread.
 */

/* What tells one card from another: a hash that the caller makes. */
#define REFUSED_CARD_SIZE 16

enum refused_verdict {
	REFUSED_NEVER,
	REFUSED_BEFORE, /* the first repeat in a row */
	REFUSED_AGAIN,	/* the program is in a loop */
};

enum refused_verdict refused_ask(const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key,
				 const struct secret *pin);

/*
 * A PIN is about to be sent while so many tries are left: the answer may be lost. False: it could
 * not be noted, and must not be sent.
 */
bool refused_sending(const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key,
		     const struct secret *pin, unsigned int tries);

/* The card refused the PIN that was sent. */
void refused_note(const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key,
		  const struct secret *pin);

/*
 * The counter as it is now. A PIN whose answer was lost was wrong if the counter has fallen; else
 * it was right, or never arrived.
 */
void refused_note_tries(const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key,
			unsigned int left);

/* Whether that would forget a PIN that was refused: worth asking twice. */
bool refused_would_forget(const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key,
			  unsigned int left);

/*
 * Whether there was no room any more and the oldest was forgotten: from then on the last try of
 * a PIN is not for this process to spend.
 */
bool refused_has_lost_some(void);

/* A keyed hash of something typed, which only this process can make. False: none. */
#define REFUSED_HASH_SIZE 16
bool refused_hash(struct bytes text, uint8_t hash[REFUSED_HASH_SIZE]);

/* C_Finalize: gives the memory back if there is nothing in it. */
void refused_end(void);

/* In a forked child, which begins without any, before anything else here. */
void refused_abandon(void);

#endif
