/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_SECRET_H
#define JPKI_HOLDER_SECRET_H

#include <stddef.h>

/*
 * Memory for PINs: pages of their own, zero at first, locked where that is allowed, in no core
 * file, and wiped when they are given back. From the first on this process is not dumped at all:
 * what the C library or a terminal keeps on the way is not ours to wipe.
 */

/* NULL without memory. */
void *secret_new(size_t size);

/* Wipes it and gives it back; NULL is fine. */
void secret_free(void *secret, size_t size);

#endif
