/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_BASE_SECRET_H
#define JPKI_BASE_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/*
 * The one type that may hold a PIN or the signing certificate from one call to the next: pages
 * of their own, locked in memory, left out of core dumps, zero in a forked child, zeroed when
 * released.
 */
struct secret {
	uint8_t *data;
	size_t len;  /* bytes in use, set by the owner */
	size_t size; /* bytes that fit */
};

/* Room for `size` bytes, zeroed, len 0; NULL if the host has no memory. */
struct secret *secret_new(size_t size);

/* Wipes and releases; NULL is allowed. */
void secret_free(struct secret *s);

/* What is in use, borrowed. */
struct bytes secret_bytes(const struct secret *s);

/* Zeroes memory in a way that the compiler keeps: for buffers on the stack. */
void secret_wipe(void *memory, size_t size);

#endif
