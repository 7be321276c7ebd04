/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/random.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>

static bool
next_block(struct sim_random *random)
{
	uint8_t input[sizeof random->label + 4];
	size_t len = strlen(random->label);

	memcpy(input, random->label, len);
	input[len++] = 0;
	for (int shift = 24; shift >= 0; shift -= 8)
		input[len++] = (uint8_t)(random->counter >> shift);
	random->counter++;
	random->left = sizeof random->block;
	return HMAC(EVP_sha256(), random->seed, (int)strlen(random->seed), input, len,
		    random->block, NULL) != NULL;
}

bool
sim_random_bytes(struct sim_random *random, uint8_t *bytes, size_t len)
{
	if (!random->seed)
		return RAND_bytes(bytes, (int)len) == 1;
	while (len > 0) {
		size_t part;

		if (random->left == 0 && !next_block(random))
			return false;
		part = random->left < len ? random->left : len;
		memcpy(bytes, random->block + sizeof random->block - random->left, part);
		random->left -= part;
		bytes += part;
		len -= part;
	}
	return true;
}

bool
sim_random_text(struct sim_random *random, const char *alphabet, char *text, size_t len)
{
	size_t letters = strlen(alphabet);

	for (size_t i = 0; i < len; i++) {
		uint8_t byte;

		do
			if (!sim_random_bytes(random, &byte, 1))
				return false;
		while (byte >= 256 - 256 % letters); /* every letter alike */
		text[i] = alphabet[byte % letters];
	}
	text[len] = '\0';
	return true;
}
