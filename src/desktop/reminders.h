/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_REMINDERS_H
#define JPKI_DESKTOP_REMINDERS_H

#include <gtk/gtk.h>

/* Reminders before a certificate ends (tool/system/reminders.h): their row, and the telling. */

/* A row that switches them on and off, and shows what is kept. */
void reminders_add(GtkBox *box);

/* What is kept now. */
void reminders_show(void);

/* Whether the row's button says that it switches them off. */
bool reminders_offer_off(void);

/* Tells what is due today; the exit status of the program. */
int reminders_tell(void);

#endif
