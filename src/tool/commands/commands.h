/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_COMMANDS_H
#define JPKI_TOOL_COMMANDS_H

#include <stddef.h>

#include "tool/terminal/options.h"

/* The commands that need nothing but a function; the table of all is in main.c. */

enum tool_exit pin_change_run(const struct options *options, char *arguments[]);
enum tool_exit pin_help_run(const struct options *options, char *arguments[]);
enum tool_exit cert_show_run(const struct options *options, char *arguments[]);
enum tool_exit cert_export_run(const struct options *options, char *arguments[]);
enum tool_exit validity_run(const struct options *options, char *arguments[]);
enum tool_exit sign_run(const struct options *options, char *arguments[]);
enum tool_exit agent_run(const struct options *options, char *arguments[]);
enum tool_exit setup_any_run(const struct options *options, char *arguments[]);
enum tool_exit help_run(const struct options *options, char *arguments[]);

/* The words that cert, help and setup take, for completion; NULL after the last one. */
const char *cert_choice(size_t i);
const char *help_choice(size_t i);
const char *setup_choice(size_t i);

#endif
