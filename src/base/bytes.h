/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_BASE_BYTES_H
#define JPKI_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed run of bytes: whoever owns the memory outlives it. {NULL, 0} means "absent". */
struct bytes {
	const uint8_t *data;
	size_t len;
};

/* True if both hold the same bytes (two absent ones are equal). */
bool bytes_equal(struct bytes a, struct bytes b);

/* Takes the first `len` bytes off `*from` into `*head`; false (nothing taken) if it has fewer. */
bool bytes_take(struct bytes *from, size_t len, struct bytes *head);

/* Big-endian number of 1 to 4 bytes. */
uint32_t bytes_be(struct bytes b);

/*
 * `text` as valid UTF-8 without control characters, a ? for each byte that is none of that; of one
 * that is longer than `size` less the NUL the end, behind three dots.
 */
void bytes_clean_text(char *out, size_t size, const char *text);

/*
 * Copies text into a PKCS#11 field: `size` bytes, padded with blanks, never terminated, cut
 * between UTF-8 characters where it is too long.
 */
void bytes_pad_text(uint8_t *field, size_t size, const char *text);

/* Upper-case hex digits of `b` and a NUL into `out`, which holds 2 * b.len + 1 bytes. */
void bytes_to_hex(struct bytes b, char *out);

#endif
