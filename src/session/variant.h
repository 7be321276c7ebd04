/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SESSION_VARIANT_H
#define JPKI_SESSION_VARIANT_H

#include <stddef.h>

#include "token/layout.h"

/*
 * Which tokens a module shows: the one thing in which the three modules differ
 * (src/p11/variant-*.c). A reader has one slot for each, in this order.
 */
struct variant {
	size_t count;
	enum layout_key keys[LAYOUT_KEYS];
	const char *description; /* CK_INFO.libraryDescription, 32 bytes at most */
};

extern const struct variant variant;

#endif
