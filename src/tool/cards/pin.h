/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_PIN_H
#define JPKI_TOOL_PIN_H

#include "holder/person.h"
#include "tool/terminal/options.h"

/*
 * The person before the terminal, for module_open: PINs come from there, from a pinentry program or
 * a file descriptor, as the options say, which have to live as long. What it answers is an exit
 * status, after a message.
 */
struct person pin_prompt(const struct options *options);

#endif
