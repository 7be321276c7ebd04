/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_CARDS_WORDS_H
#define JPKI_TOOL_CARDS_WORDS_H

#include <stdbool.h>

#include "holder/authority.h"
#include "holder/help.h"
#include "jpki-pkcs11.h"
#include "tool/terminal/exit.h"
#include "tool/terminal/screen.h"

/* What is known of cards in words: _text for people, _name for programs (JSON), which never
 * changes. */

/* Why there is no token: a sentence for the user, and the exit status that goes with it. */
const char *reason_text(enum jpki_reason reason);
const char *reason_name(enum jpki_reason reason);
enum tool_exit reason_exit(enum jpki_reason reason);

/* What lies in a reader. */
const char *card_text(enum jpki_card_kind card);
const char *card_name(enum jpki_card_kind card);

/* "user authentication certificate" and so on, for the middle of sentences; "auth", "sign". */
const char *key_text(enum key key);
const char *key_name(enum key key);

/* The topic of jpki-tool help; not for HELP_NONE. */
const char *help_name(enum help help);

/* A key by its name; a message if it is none. */
bool key_read(const char *text, enum key *key);

/* The list of authorities that came with the program. */
const char *authority_list(void);

/* The answer as a row of the screen; its name in JSON. */
void authority_row(const char *label, enum authority_answer answer, const char *year);
const char *authority_name(enum authority_answer answer);
enum mark authority_mark(enum authority_answer answer);

/* How a command ends that has come to it. */
enum tool_exit verdict_exit(enum verdict verdict);

#endif
