/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_PIN_ENTRY_H
#define JPKI_DESKTOP_PIN_ENTRY_H

#include <gtk/gtk.h>

#include "holder/person.h"

/*
 * Where a PIN is typed. GTK's entry for passwords, so that a screen reader does not speak the keys,
 * but one that GTK does not edit and that has nothing but as many characters as there are dots:
 * input methods and the clipboard get nothing. What was typed is in the `pin` alone, which has to
 * live as long; caret and selection are the entry's.
 */

/* `label`: what is asked for, for whoever does not see it. `changed` after each key. */
GtkWidget *pin_entry_new(struct pin *pin, const char *label, void (*changed)(void));

/* How many characters there are. */
int pin_entry_count(const struct pin *pin);

#endif
