/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOKEN_PROBE_H
#define JPKI_TOKEN_PROBE_H

#include "token/token.h"

/*
 * Harmless questions about what is not certain of cards in general (card facts 1 to 4, 7, 12, 13):
 * a const table, sent from top to bottom. None spends a try, changes anything on the card, or asks
 * for anything personal: the record of the common application and the certificates' bodies are
 * left alone, and so is every form of VERIFY that no card is known to take for a query.
 */

#define PROBES_MAX 120
#define PROBE_DATA 120

/* What is sent, and what it is about. */
struct probe_row {
	const char *name, *facts;
	struct bytes command; /* without a PIN and a file's offset; none: a reset, or
			       * the power taken and given */
	bool needs_pin;
};

enum probe_state { PROBE_NOT_SENT, PROBE_ANSWERED, PROBE_LOST };

struct probe_answer {
	enum probe_state state;
	uint16_t sw;
	size_t length; /* of the answer; of the file, where its end was looked for */
	unsigned long microseconds;
	uint8_t data[PROBE_DATA];
	size_t data_len;
};

/* What came of them, as far as it came. */
struct probe_answers {
	unsigned int protocol; /* T= */
	size_t lost;	       /* answers, whereupon something was left out */
	struct probe_answer of[PROBES_MAX];
};

size_t probe_count(void);
struct probe_row probe_row(size_t i);

/*
 * Sends them. `pin`, as it was typed (data NULL: none): presented once, for the log-in key, and
 * only where all its tries are left (else RESULT_DECLINED). `alone`: nobody else is connected to
 * the card, which may then be powered anew and, if it is contactless by its answer to reset `atr`,
 * reset.
 *
 * Where the reader loses an answer, no PIN is sent any more, and the rest goes on, once. Lost once
 * more, or after the PIN, it ends: with RESULT_TRANSPORT and the like.
 *
 * RESULT_NOT_JPKI; RESULT_LOGGED_IN; for the PIN as token_login.
 */
enum result token_probe(struct token *t, uint64_t expected, struct bytes pin, bool alone,
			struct bytes atr, struct probe_answers *answers);

#endif
