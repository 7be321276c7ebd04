/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_FILE_H
#define JPKI_DESKTOP_FILE_H

#include <gtk/gtk.h>

/*
 * Asks for a file to read (`proposed` NULL), or one to write that is called like that one at first;
 * `taken` gets its path, or NULL where none was chosen. A file that is there is written over only
 * after a yes.
 */
void file_choose(GtkWindow *parent, const char *title, const char *proposed,
		 void (*taken)(void *context, const char *path), void *context);

/* A file's name, as it may be shown; for free. */
char *file_shown(const char *path);

/* Its path, for g_free. NULL, after a sentence over the window: it is not of this computer. */
char *file_path(GtkWindow *window, GFile *file);

#endif
