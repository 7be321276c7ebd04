/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_TEXT_H
#define JPKI_TOOL_TERMINAL_TEXT_H

#include <libintl.h>

/* Messages: _() translates, N_() marks what a table holds, P_() knows one from many. */
#define _(text) text_said(text)
#define N_(text) (text)
#define P_(one, many, n) ngettext(one, many, (unsigned long)(n))

/* Of a table that is an array. */
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

const char *text_said(const char *message) __attribute__((format_arg(1)));

/*
 * For a program that has other words for some things: what it makes of each translation, before
 * anything that is not ours comes into it. What it answers lives as long as the program; called on
 * any thread.
 */
void text_rename(const char *(*rename)(const char *text));

#endif
