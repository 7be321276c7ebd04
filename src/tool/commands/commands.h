/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_COMMANDS_H
#define JPKI_TOOL_COMMANDS_H

#include "holder/module.h"
#include "tool/terminal/options.h"

#include <stdbool.h>

/* The commands that need nothing but a function; the table is in main.c. */

enum tool_exit pin_change_run(const struct options *options, char *arguments[]);
enum tool_exit pin_help_run(const struct options *options, char *arguments[]);
enum tool_exit cert_show_run(const struct options *options, char *arguments[]);
enum tool_exit cert_export_run(const struct options *options, char *arguments[]);
enum tool_exit validity_run(const struct options *options, char *arguments[]);
enum tool_exit doctor_run(const struct options *options, char *arguments[]);
enum tool_exit setup_run(const struct options *options, char *arguments[]);
enum tool_exit sign_run(const struct options *options, char *arguments[]);
enum tool_exit verify_run(const struct options *options, char *arguments[]);
enum tool_exit help_run(const struct options *options, char *arguments[]);

/* The words that cert, setup and help take, for completion; NULL after the last one. */
const char *cert_choice(size_t i);
const char *setup_choice(size_t i);
const char *help_choice(size_t i);
const char *setup_choice(size_t i);

/* "auth" or "sign"; a message if it is neither. */
bool key_read(const char *text, enum key *key);

#endif
