/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SYSTEM_START_H
#define JPKI_TOOL_SYSTEM_START_H

/*
 * Before anything else: the user's language, and the variables that the module reads. It says
 * nothing itself, since we have the words, and signs without being asked once more.
 */
void start_program(void);

#endif
