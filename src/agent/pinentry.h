/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_AGENT_PINENTRY_H
#define JPKI_AGENT_PINENTRY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A conversation with a pinentry program (GnuPG's, spoken to with the Assuan protocol): it shows
 * the dialog, whichever suits the desktop. Nothing here waits, so that whoever asks can do other
 * things meanwhile. All that is said and typed is in memory for PINs (holder/secret.h).
 */

enum entry_state {
	ENTRY_WAITS,	 /* for the user */
	ENTRY_DONE,	 /* the last line was answered: typed, or confirmed */
	ENTRY_CANCELLED, /* by the user, or after a time of its own */
	ENTRY_FAILED,	 /* it cannot be started, cannot ask, or speaks nonsense */
};

/* One line: a command, and behind it a text, if it has any. */
struct pinentry_line {
	const char *command;
	const char *text;
};

struct pinentry;

/* Starts the program, found by the user's PATH. NULL: it cannot be. pinentry_close goes with it. */
struct pinentry *pinentry_open(const char *program);

/*
 * Says these lines, the next one when one is answered; only what the last is answered matters,
 * since not all programs know all options. A text that is too long for a line of the protocol is
 * cut.
 */
void pinentry_say(struct pinentry *pinentry, const struct pinentry_line lines[], size_t count);

/* Becomes readable when there is something to go on with. */
int pinentry_descriptor(const struct pinentry *pinentry);

/* Goes on with what there is. */
enum entry_state pinentry_go_on(struct pinentry *pinentry);

/*
 * What was typed, into `line` (size bytes with a NUL), and forgets it. Its length; *is_long: it is
 * longer than that, and `line` is empty.
 */
size_t pinentry_typed(struct pinentry *pinentry, char *line, size_t size, bool *is_long);

/* Takes the dialog from the screen, if there is one. NULL is fine. May take two seconds. */
void pinentry_close(struct pinentry *pinentry);

#endif
