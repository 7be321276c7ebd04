/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_PAIR_STEPS_H
#define JPKI_TESTS_PAIR_STEPS_H

#include "tests/pair/program.h"

/* Carries out one step in the program's own process; see enum step. */
void steps_do(const char *module, enum step step, unsigned long slot, const char *text,
	      struct reply *reply);

/* Those that speak PC/SC. */
void raw_do(enum step step, unsigned long reader, const char *text, struct reply *reply);

#endif
