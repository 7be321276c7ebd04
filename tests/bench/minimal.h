/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_BENCH_MINIMAL_H
#define JPKI_TESTS_BENCH_MINIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The least that a program can do for a signature from the card that it does not leave open:
 * what `make bench` compares the module's time with. It knows the card and the PIN, checks
 * nothing but the status words and remembers nothing.
 */

struct bench_minimal;

/* Connects to the card in the first reader. NULL after a message on standard error. */
struct bench_minimal *bench_minimal_open(void);
void bench_minimal_close(struct bench_minimal *m);

/* One transaction with the exchanges of one C_Sign: 51 bytes to the authentication key. */
bool bench_minimal_sign(struct bench_minimal *m, const uint8_t input[51], uint8_t signature[256]);

#endif
