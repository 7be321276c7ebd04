/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SETUP_H
#define JPKI_TOOL_SETUP_H

#include "tool/terminal/options.h"

#include <stddef.h>

enum tool_exit setup_run(const struct options *options, char *arguments[]);

/* The words that it takes, for completion; NULL after the last one. */
const char *setup_choice(size_t i);

#endif
