/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_ANSWER_H
#define JPKI_DESKTOP_ANSWER_H

#include <gtk/gtk.h>

#include "tool/terminal/sheet.h"

/* What can be done next: an action of the parent's. */
struct answer_next {
	const char *label, *action;
};

/*
 * A dialog with what came of something. `seconds`: it goes away by itself after so many, 0: never.
 * `next`: a button for each, up to one without a label; NULL: none. The dialog goes, and the action
 * is done with the parameter.
 */
void answer_show(GtkWindow *parent, const char *title, const struct sheet *sheet, unsigned seconds,
		 const struct answer_next *next, GVariant *parameter);

/* Likewise, of one sentence. */
void answer_say(GtkWindow *parent, const char *title, const char *text);

#endif
