/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SETUP_H
#define JPKI_TOOL_SETUP_H

#include "tool/terminal/options.h"

#include <stdbool.h>
#include <stddef.h>

/* jpki-tool setup for a browser. */
enum tool_exit setup_run(const struct options *options, char *arguments[]);

/* Whether root runs this (sudo) in the home folder of another user; a message if so. */
bool setup_is_anothers_home(void);

/* The words that it takes, for completion; NULL after the last one. */
const char *setup_choice(size_t i);

#endif
