/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_WORDS_H
#define JPKI_TOOL_WORDS_H

#include "tool/terminal/options.h"

/*
 * What can be typed, for shell completion: the table that jpki-tool --words prints, made of the
 * tables that read the command line. Three fields, with tabs between them:
 *	COMMAND	WORD		a word of its usage line; one in capitals stands for others
 *	COMMAND	--OPTION	NAME	and what its value is called, - for a flag
 *	=	NAME		WORD	a word for what is called so in capitals
 * COMMAND is - for what goes with all commands, WORD is - for a command without arguments.
 */

/* The arguments of a command, a line for each word of its usage line. */
void words_print_arguments(const struct command *command);

/* The words for what usage lines call `name`; choice(i) is NULL after the last one. */
void words_print_choices(const char *name, const char *(*choice)(size_t i));

#endif
