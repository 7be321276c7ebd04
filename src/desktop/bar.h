/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_BAR_H
#define JPKI_DESKTOP_BAR_H

#include <gtk/gtk.h>

#include "holder/validity.h"

/* A certificate's life as a bar: from its first day to its last, the renewal window in it, and now.
 */
GtkWidget *bar_new(const struct validity *validity, int64_t now);

#endif
