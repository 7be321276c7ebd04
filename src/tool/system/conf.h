/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SYSTEM_CONF_H
#define JPKI_TOOL_SYSTEM_CONF_H

#include "tool/terminal/exit.h"

/* The user's own file of settings of the module: jpki-pkcs11(7). */

/* Its path; the caller frees it. NULL: there is no home, or no memory. */
char *conf_path(void);

/*
 * The file without any line of that setting, and with this one at its end; NULL: without it. All at
 * once or not at all; the folder and the file are made, and a file that has nothing any more is
 * taken away. A message and TOOL_FAILED if it cannot be done.
 */
enum tool_exit conf_set(const char *path, const char *name, const char *value);

#endif
