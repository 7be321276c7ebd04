/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_TEXT_H
#define JPKI_TOOL_TERMINAL_TEXT_H

#include <libintl.h>

/* Messages: _() translates, N_() marks what a table holds, P_() knows one from many. */
#define _(text) gettext(text)
#define N_(text) (text)
#define P_(one, many, n) ngettext(one, many, (unsigned long)(n))

/* Of a table that is an array. */
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

#endif
