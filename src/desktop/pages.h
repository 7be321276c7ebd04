/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_PAGES_H
#define JPKI_DESKTOP_PAGES_H

#include <gtk/gtk.h>

#include "desktop/look.h"

/* The four pages of the window. What their buttons do are the window's actions (window.c). */

GtkWidget *certificates_new(void);
void certificates_show(const struct look *look);

GtkWidget *pins_new(void);
void pins_show(const struct look *look);

/* A file, to be signed or checked. */
GtkWidget *documents_new(void);
void documents_show(const struct look *look);
/* Of `count` files that were dropped or opened, the first: taken if it is the only one and nothing
 * is under way. False, after a sentence over the window, if it is not. */
bool documents_take(GtkWindow *window, GFile *first, size_t count);
/* Whether something is under way: the file that is shown stays the one that it is about. */
void documents_hold(bool is_held);
/* What the user wants: path and options of the job. False where no file was chosen. */
bool documents_fill(struct job *job);

GtkWidget *help_new(void);

#endif
