/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_COMMANDS_COMMANDS_H
#define JPKI_TOOL_COMMANDS_COMMANDS_H

#include <stddef.h>

#include "tool/terminal/options.h"

/* The commands that need nothing but a function; the table of all is in main.c. */

command_run pin_change_run, pin_help_run, cert_show_run, cert_export_run, validity_run, sign_run,
	agent_run, setup_any_run, help_run;

/* Where the signature of a file goes if nobody says where; the caller frees it. NULL without
 * memory. */
char *sign_output(const struct options *options, const char *path);

/* The words that cert, help and setup take, for completion; NULL after the last one. */
const char *cert_choice(size_t i);
const char *help_choice(size_t i);
const char *setup_choice(size_t i);

#endif
