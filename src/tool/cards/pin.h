/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_CARDS_PIN_H
#define JPKI_TOOL_CARDS_PIN_H

#include "holder/person.h"
#include "tool/terminal/options.h"

/*
 * The person before the terminal, for module_open: PINs come from there, from a pinentry program or
 * a file descriptor, as the options say, which have to live as long. What it answers is an exit
 * status, after a message.
 */
struct person pin_prompt(const struct options *options);

/* What is asked for, in words; agent/words.h has what is wrong with what was typed. */
const char *pin_question_text(enum key key, enum pin_question question);

#endif
