/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_SIGNALS_H
#define JPKI_HOLDER_SIGNALS_H

#include <signal.h>

/*
 * Ctrl-C, Ctrl-\, Ctrl-Z and everything else that ends or stops a program wait until a card or a
 * file is not left in the middle of something. SIGKILL still ends a program whose reader never
 * answers.
 */

/* `before` is for signals_release, which lets what arrived meanwhile take effect. */
void signals_hold(sigset_t *before);
void signals_release(const sigset_t *before);

#endif
