/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_PIN_DIALOG_H
#define JPKI_DESKTOP_PIN_DIALOG_H

#include <gtk/gtk.h>

#include "holder/person.h"

/* The dialog that asks for a PIN: the person of the worker's module. */

/* Asks over this window. */
struct person pin_dialog(GtkWindow *parent, void (*busy)(void *context, enum busy what));

/* Whoever waits for an answer gets none; nor does anybody after that, `for_ever`. */
void pin_dialog_cancel(bool for_ever);

#endif
