/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is freed is wiped, in this whole process. Name and address are shown by GTK, laid out by
 * Pango, told to screen readers by GLib, and parsed by OpenSSL: each has copies that it frees
 * without wiping, and which only free() comes by. So these two take the place of the C library's,
 * for all that is linked here.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Sanitizers have an allocator of their own. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER
#endif
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define HAS_SANITIZER
#endif

#if defined __GLIBC__ && !defined HAS_SANITIZER

#define EXPORTED __attribute__((visibility("default")))

/* glibc's own, under the names that it has for such programs. */
void __libc_free(void *block);

EXPORTED void
free(void *block)
{
	if (block)
		explicit_bzero(block, malloc_usable_size(block));
	__libc_free(block);
}

/* A block that has to move would leave its old place as it was. */
EXPORTED void *
realloc(void *block, size_t size)
{
	const size_t had = block ? malloc_usable_size(block) : 0;
	void *moved;

	if (block && size > 0 && size <= had && size >= had / 2)
		return block;
	moved = block && size == 0 ? NULL : malloc(size);
	if (moved && had > 0)
		memcpy(moved, block, had < size ? had : size);
	if (moved || size == 0)
		free(block);
	return moved;
}

#endif
