/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_PIN_H
#define JPKI_TOOL_PIN_H

#include "tool/terminal/exit.h"
#include "holder/module.h"
#include "tool/terminal/options.h"

/* Asking PINs. They come from a terminal, a pinentry program or a file descriptor. */

#define PIN_TYPED 128 /* bytes; 16 full-width characters take 48 */

struct pin {
	char text[PIN_TYPED]; /* NUL-terminated; no longer than len */
	size_t len;
};

/* An empty one in memory that is wiped and not dumped; NULL after a message. */
struct pin *pin_new(void);

/* Wipes it and gives it back; NULL is fine. */
void pin_free(struct pin *pin);

/* What is wrong with a typed PIN, before any card sees it. */
enum pin_fault {
	PIN_FINE,
	PIN_EMPTY,
	PIN_LENGTH,
	PIN_CHARACTER,
	PIN_NEEDS_BOTH, /* a new signature password: a letter and a digit */
};

/*
 * Folds what an input method may have typed (full-width forms to ASCII, a-z to A-Z) in place
 * and checks the shape: 4 digits, or 6 to 16 of A-Z and 0-9.
 */
enum pin_fault pin_fold(struct pin *pin, enum key key, bool is_new);

/* The sentence for a fault. */
const char *pin_fault_text(enum pin_fault fault, enum key key);

enum pin_question {
	PIN_NOW,   /* the one in force */
	PIN_NEW,   /* the one to be */
	PIN_AGAIN, /* the same once more */
};

/*
 * Asks for a PIN of that card, naming reader and card. On a terminal asks again while the shape is
 * wrong, and with a pinentry up to three times: one that repeats itself would go on for ever. A
 * message and the exit status if there is none; the PIN is wiped then.
 */
enum tool_exit pin_ask(const struct options *options, const struct reader *reader, enum key key,
		       enum pin_question question, struct pin *pin);

/*
 * Before the PIN in force is asked: refuses if it is locked; on the last try asks for an
 * explicit yes. TOOL_OK to go on.
 */
enum tool_exit pin_may_try(const struct options *options, const struct token *token, enum key key);

/*
 * Says that the PIN was wrong, whether that cost a try, and how many are left; the exit status. The
 * token is as it was looked at before.
 */
enum tool_exit pin_was_wrong(struct module *module, struct token *token);

/* All of it: asks the PIN in force and logs the session in. */
enum tool_exit pin_login(struct module *module, const struct options *options,
			 struct reader *reader, enum key key, CK_SESSION_HANDLE session);

#endif
