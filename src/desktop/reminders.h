/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_REMINDERS_H
#define JPKI_DESKTOP_REMINDERS_H

#include "desktop/look.h"

#include <gtk/gtk.h>

/*
 * Reminders before a certificate ends, for who wants them: a file with the dates of the last look
 * and nothing else, and a timer of the user's systemd that has jpki-desktop --remind look at it.
 */

/* A row that switches them on and off, and shows what is kept. */
void reminders_add(GtkBox *box);

/* Keeps the dates of a look, if they are switched on. */
void reminders_keep(const struct look *look);

/* Tells what is due today; the exit status of the program. */
int reminders_tell(void);

#endif
