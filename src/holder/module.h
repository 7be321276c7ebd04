/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_MODULE_H
#define JPKI_HOLDER_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include "holder/key.h"
#include "holder/outcome.h"
#include "holder/person.h"
#include "jpki-pkcs11.h"

/* The readers and cards as the module shows them: all that is known of them comes through here. */

#define SERIAL_LENGTH 16

/* What is known of one key of a card, as of the last module_look. */
struct token {
	bool listed; /* the module has a slot for it */
	CK_SLOT_ID slot;
	struct jpki_slot_status status;
};

/* A reader and what lies in it. */
struct reader {
	char name[128]; /* fit to be shown; empty where there is none */
	char serial[SERIAL_LENGTH + 1];
	enum jpki_card_kind card;
	struct token tokens[KEYS];
};

/* Which of them; NULL: whichever there is. */
struct wanted {
	const char *module; /* path of a module; NULL: the installed one */
	const char *reader; /* a part of its name, or all of it */
	const char *serial; /* a card's serial number */
};

/* The path of the module that is meant. */
const char *module_path(const struct wanted *wanted);

struct module {
	void *library;
	char *why;	     /* for OUTCOME_CANNOT_LOAD */
	CK_FUNCTION_LIST *f; /* NULL: it could not be used */
	const struct jpki_functions *jpki;
	struct wanted wanted;
	struct person person;
	struct reader
		*readers; /* those that are wanted; where the module shows none, what says why */
	size_t count;
	struct jpki_reader_list all; /* also those that a setting hides */
	bool is_lent;		     /* module_close leaves it to whoever loaded it */
};

/*
 * Loads the module and looks at all readers that are wanted. What `wanted` and `person` point at
 * has to live as long. module_close goes with it, whatever the outcome.
 */
struct outcome module_open(struct module *module, const struct wanted *wanted,
			   const struct person *person);
void module_close(struct module *module);

/* Loads it and looks at nothing, for module_lend. */
struct outcome module_load(struct module *module, const struct wanted *wanted);

/*
 * As module_open, with a module that is loaded already and stays so. A program that keeps one open
 * has one of these for each thing it does.
 */
struct outcome module_lend(struct module *module, const struct module *loaded,
			   const struct wanted *wanted, const struct person *person);

/* The one card there is, with that key on it; otherwise an outcome: none, several, not on this
 * card. */
struct outcome module_choose(struct module *module, enum key key, struct reader **reader);

/* Whether there is a reader that no setting hides. */
bool module_shows_any(const struct module *module);

/* Whether a card (or phone) of ours lies in it. */
bool module_has_card(const struct reader *reader);

/* Whether one does in any of its readers. */
bool module_has_any_card(const struct module *module);

/* Whether another card here has the same serial number: phones may. */
bool module_serial_is_shared(const struct module *module, const struct reader *reader);

/* Why there is no token: that of the reader's first slot, the same for both where no card is. */
enum jpki_reason module_reader_reason(const struct reader *reader);

/* The serial number of the card in a slot now, fit to be shown; empty if it cannot be told. */
CK_RV module_serial(const struct module *module, CK_SLOT_ID slot, char serial[SERIAL_LENGTH + 1]);

/* Looks again at a token, whose tries may have changed. Asks the card, but spends no try. */
void module_look(struct module *module, struct token *token);

/*
 * outcome_of for what was done with one token; where its certificate is to blame, as the module
 * knows once it has read it, that instead.
 */
struct outcome module_outcome(struct module *module, struct token *token, CK_RV rv);

#endif
