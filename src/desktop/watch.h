/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_WATCH_H
#define JPKI_DESKTOP_WATCH_H

#include "jpki-pkcs11.h"

/* A thread that waits for cards and readers to come and go; it asks none of them. */

/* `changed` is called on the window's thread. Ends with C_Finalize. */
void watch_start(CK_FUNCTION_LIST *functions, void (*changed)(void));

/* After C_Finalize: until it has ended. */
void watch_stop(void);

#endif
