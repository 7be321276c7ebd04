/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_WINDOW_H
#define JPKI_DESKTOP_WINDOW_H

#include <adwaita.h>

/* The one window of the program: four pages, and the bar that says what is waited for. */

/* `module`: the path of one, NULL: the installed one. */
GtkWindow *window_new(AdwApplication *application, const char *module);

/* Of `count` files that the program was started with, or given, the first. */
void window_open(GFile *first, size_t count);

/* After the last window: nothing is asked of a card any more. */
void window_end(void);

#endif
