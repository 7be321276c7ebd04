/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_RANDOM_H
#define JPKI_SIM_BASE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Random bytes for keys, serial numbers and names. Without a seed they are OpenSSL's. With one
 * they are the stream HMAC-SHA-256(seed, label | 0 | counter), repeatable for ever: it depends
 * neither on OpenSSL's version nor on what was made before; different labels give independent
 * streams. For test cards only.
 */
struct sim_random {
	const char *seed; /* not copied; NULL: not repeatable */
	char label[120];
	uint32_t counter;
	uint8_t block[32];
	size_t left; /* of the block */
};

/* False only when OpenSSL's generator fails. */
bool sim_random_bytes(struct sim_random *random, uint8_t *bytes, size_t len);

/* `len` letters of the alphabet (of at most 256) and a NUL. */
bool sim_random_text(struct sim_random *random, const char *alphabet, char *text, size_t len);

#endif
