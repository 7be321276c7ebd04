/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_ANSWER_H
#define JPKI_DESKTOP_ANSWER_H

#include "tool/terminal/sheet.h"

#include <gtk/gtk.h>

/*
 * A dialog with what came of something. `seconds`: it goes away by itself after so many, 0: never.
 * `action` is done once more for who wants to try again, NULL: nobody can.
 */
void answer_show(GtkWindow *parent, const char *title, const struct sheet *sheet, unsigned seconds,
		 const char *action, GVariant *parameter);

#endif
