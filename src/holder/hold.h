/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_HOLD_H
#define JPKI_TOOL_HOLD_H

#include <signal.h>

/*
 * Ctrl-C, Ctrl-\, Ctrl-Z and everything else that ends or stops a program wait until a card or a
 * file is not left in the middle of something. SIGKILL still ends a program whose reader never answers.
 */

/* `before` is for hold_end, which lets what arrived meanwhile take effect. */
void hold_begin(sigset_t *before);
void hold_end(const sigset_t *before);

#endif
