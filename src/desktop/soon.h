/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_SOON_H
#define JPKI_DESKTOP_SOON_H

#include <glib.h>

/*
 * From any thread: `call` is called on the window's, in the order in which it was asked for. Before
 * the next frame is drawn: where that takes long, while the spinner turns there is always one.
 */
void soon(GSourceFunc call, void *data);

#endif
