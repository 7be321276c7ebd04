/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_CONSENT_H
#define JPKI_TOOL_CONSENT_H

#include "tool/terminal/exit.h"

#include <stddef.h>

/*
 * A question on the terminal that takes a typed yes (or はい). TOOL_OK; TOOL_CANCELLED after the
 * sentence `declined`; or TOOL_USAGE after a message naming the option that answers it where there is
 * no terminal.
 */
enum tool_exit consent_ask(const char *question, const char *option, const char *declined);

#endif
