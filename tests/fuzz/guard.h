/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FUZZ_GUARD_H
#define JPKI_TESTS_FUZZ_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Watches what the module sends to the cards and ends the program when a promise is broken
 * (doc/SAFETY.md):
 *
 * - a PIN goes to no card and no key but those it was typed for, and to none after logout;
 * - a PIN is presented only where the JPKI application was selected in the same transaction, and
 *   at most once in one call of the program;
 * - a transaction in which a PIN was presented ends with the card logged out or without power;
 * where neither could be done, the next one begins with logging it out, as does the first on every
 * card;
 * - no exchange outside a transaction, none in a malformed command.
 *
 * A card counts as logged out when another application's selection was answered with 9000: the
 * module cannot know of a card that lies.
 */

#define GUARD_READERS 3
#define GUARD_KEYS 2 /* 0: authentication, 1: signature */

/* A broken promise: said on stderr, then abort(). */
_Noreturn void guard_fail(const char *what);

void guard_start(void);

/* What the program does. */
void guard_call(void); /* another call of it begins */
void guard_typed(size_t reader, int key, const uint8_t *pin, size_t len);
void guard_logged_out(size_t reader, int key);

/* What happens to the readers. */
void guard_new_card(size_t reader);
void guard_may_be_open(size_t reader); /* the next transaction has to log it out first */

/* What the module does. */
void guard_begin(size_t reader);
/* `response` as the module gets to see it; NULL if it sees none. */
void guard_exchange(size_t reader, const uint8_t *command, size_t len, const uint8_t *response,
		    size_t response_len);
/* `power_off`: asked for, and `done`. */
void guard_end(size_t reader, bool power_off, bool done);
/* The transaction ended with its connection or with the service. */
void guard_lost(size_t reader);

#endif
