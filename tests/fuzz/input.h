/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FUZZ_INPUT_H
#define JPKI_TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The fuzzer's bytes, taken one after the other. What comes when they are used up is 0, which
 * every user of them takes for "nothing unusual": so the empty input is the ordinary case.
 */
struct input {
	const uint8_t *data;
	size_t left;
};

static inline uint8_t
input_byte(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->data++;
}

static inline uint32_t
input_number(struct input *in)
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++)
		n = n << 8 | input_byte(in);
	return n;
}

/* `want` bytes, with zeros behind the end. */
static inline void
input_copy(struct input *in, uint8_t *out, size_t want)
{
	for (size_t i = 0; i < want; i++)
		out[i] = input_byte(in);
}

#endif
