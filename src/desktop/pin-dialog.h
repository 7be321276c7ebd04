/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_PIN_DIALOG_H
#define JPKI_DESKTOP_PIN_DIALOG_H

#include <gtk/gtk.h>

#include "holder/person.h"

/* The dialog that asks for a PIN: the person of the worker's jobs. */

/* Asks over this window, and says what for: the job's purpose, and what was said of it so far. */
struct person pin_dialog(GtkWindow *parent, void (*busy)(void *context, enum busy what));

/* Whoever waits for an answer gets none; nor does anybody after that, `for_ever`. */
void pin_dialog_cancel(bool for_ever);

#endif
