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

/*
 * What a Japanese input method may have typed: full-width forms of ASCII (U+FF01 to U+FF5E, and the
 * space U+3000) become ASCII in place. The new length; what is left over is wiped.
 */
size_t consent_fold(char *text, size_t len);

#endif
