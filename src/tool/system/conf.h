/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SYSTEM_CONF_H
#define JPKI_TOOL_SYSTEM_CONF_H

#include "tool/terminal/exit.h"

/* The user's own file of settings of the module: jpki-pkcs11(7). */

/* Its path; the caller frees it. NULL: there is no home, or no memory. */
char *conf_path(void);

/*
 * Sets ask-pin: the file without any line of it, and with this one at its end; NULL: without. All
 * at once or not at all; the folder and the file are made, and a file that has nothing any more is
 * taken away. A message and TOOL_FAILED if it cannot be done.
 */
enum tool_exit conf_ask_pin(const char *path, const char *value);

#endif
