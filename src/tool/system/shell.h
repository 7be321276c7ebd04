/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SYSTEM_SHELL_H
#define JPKI_TOOL_SYSTEM_SHELL_H

/*
 * One word for a shell that people copy commands into, whatever is in the text: quoted only where
 * that is needed; what is not plain ASCII to be seen stands as $'\ooo'. The caller frees it; NULL
 * without memory.
 */
char *shell_quote(const char *text);

#endif
