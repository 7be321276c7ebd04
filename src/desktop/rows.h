/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_ROWS_H
#define JPKI_DESKTOP_ROWS_H

#include <adwaita.h>

#include "tool/terminal/sheet.h"

/* What the pages are made of. */

/* A page that scrolls; *box is for what is in it. */
GtkWidget *rows_page(GtkBox **box);

/* A dialog over a window, closed with Escape, and both with Ctrl-Q; *box likewise. */
GtkWindow *rows_window(GtkWindow *parent, const char *title, int width, GtkBox **box);

/* A part of such a dialog that is as high as what is in it, or scrolls. */
GtkBox *rows_scrolled(GtkBox *box);

/* Page-Up, Page-Down, Ctrl-Home and Ctrl-End scroll what is on the screen of it: lists take them
 * for themselves, and texts below the last row never have the keyboard. */
void rows_scroll_by_key(GtkWindow *window);

/* Takes away all that is in it. */
void rows_clear(GtkBox *box);

/* What has the keyboard, where that is a button or the row of one, to be found again once it was
 * made anew. For g_free; NULL: it is none. */
char *rows_place(GtkWindow *window);
/* False if there is no such place any more, or it cannot have the keyboard. */
bool rows_return(GtkWindow *window, const char *place);

/* A title, and a text of any length. */
GtkWidget *rows_heading(const char *text);
GtkWidget *rows_paragraph(const char *text);

/* A group of rows; `title` may be empty. */
AdwPreferencesGroup *rows_group(GtkBox *box, const char *title);

AdwActionRow *rows_add(AdwPreferencesGroup *group, const char *label, enum mark mark,
		       const char *text);

/* Another text for it, which a screen reader is told after its label, with the mark's word. */
void rows_say(AdwActionRow *row, enum mark mark, const char *text);

/* What whoever does not see it calls it, and nothing else. */
void rows_name(GtkWidget *widget, const char *name);

/* A button at a row's end, which Enter on the row presses too. */
void rows_end_with(AdwActionRow *row, GtkWidget *button);

/* All that a sheet says as one text, a line for each of its lines, for whoever does not see it. For
 * g_free. */
char *rows_spoken(const struct sheet *sheet);

/* Told to a screen reader now, whatever has the keyboard; GTK of Debian 12 cannot. */
void rows_announce(GtkWidget *widget, const char *text);

/* All that a sheet says. The last group of rows in it; NULL if there is none. */
AdwPreferencesGroup *rows_fill(GtkBox *box, const struct sheet *sheet);

/* A button that does an action, with a target or none (NULL). `about` tells it from others of that
 * name, for whoever does not see it; NULL: there are none. */
GtkWidget *rows_button(const char *label, const char *about, const char *action, GVariant *target);

/* The tool's sentences name its commands; here the same things have other names (text_rename). */
const char *rows_words(const char *text);

#endif
