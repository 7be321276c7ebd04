/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_PIN_ENTRY_H
#define JPKI_DESKTOP_PIN_ENTRY_H

#include "holder/person.h"

#include <gtk/gtk.h>

/*
 * Where a PIN is typed. Not one of GTK's entries: those tell screen readers, input methods and the
 * clipboard what stands in them. This one has a dot for each character, and keeps what was typed in
 * the `pin` alone, which has to live as long.
 */

/* `label`: what is asked for, for whoever does not see it. `changed` after each key. */
GtkWidget *pin_entry_new(struct pin *pin, const char *label, void (*changed)(void));

/* How many characters there are. */
int pin_entry_count(const struct pin *pin);

#endif
