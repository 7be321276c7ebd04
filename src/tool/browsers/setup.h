/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_BROWSERS_SETUP_H
#define JPKI_TOOL_BROWSERS_SETUP_H

#include <stdbool.h>

#include "tool/terminal/options.h"

/* jpki-tool setup for a browser. */
command_run setup_run;

/*
 * Whether root runs this (sudo) in the home folder of another user, or with folders for settings
 * and data (XDG_CONFIG_HOME, XDG_DATA_HOME) that are another's; a message if so.
 */
bool setup_is_anothers_home(void);

/* Likewise what is to be written, and its folder, or the nearest above it that there is. */
bool setup_is_anothers(const char *path);

#endif
