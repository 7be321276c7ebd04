/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_BENCH_STEPS_H
#define JPKI_TESTS_BENCH_STEPS_H

#include <stddef.h>
#include <stdint.h>

#include "jpki-pkcs11.h"

/*
 * The steps whose exchanges with the card are budgeted, in PKCS#11 that any module understands:
 * for `make bench`, which prints them, and for the test that holds the module to them.
 */

#define BENCH_PIN_AUTH "1234"
#define BENCH_PIN_SIGN "ABC123"
#define BENCH_CALLS_MAX 40

/* A module at work on a card with both tokens. Starts with `f` alone set. */
struct bench_p11 {
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slots[2]; /* the authentication token's, the signature token's */
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
};

struct bench_call {
	const char *name; /* for messages */
	CK_RV (*run)(struct bench_p11 *p);
};

struct bench_step {
	const char *name;
	unsigned int budget; /* exchanges at most, where short file ids are usable */
	/* The VERIFY commands, files read and signatures in it: a card without short ids may cost
	 * one exchange more for each. */
	unsigned int addressed;
	/* What goes before and is not counted, and what is; each ends with a NULL. */
	const struct bench_call *before[BENCH_CALLS_MAX], *counted[BENCH_CALLS_MAX];
};

extern const struct bench_step bench_steps[];
extern const size_t bench_step_count;

/* For measurements of time: up to a login with a key found, then only C_SignInit and C_Sign. */
extern const struct bench_call *const bench_ready_to_sign[BENCH_CALLS_MAX];
CK_RV bench_sign_only(struct bench_p11 *p);
/* What is signed, with CKM_RSA_PKCS. */
extern const uint8_t bench_input[51];

/* Runs calls up to the NULL, or to the first that fails: that one into *failed (may be NULL). */
CK_RV bench_run_calls(struct bench_p11 *p, const struct bench_call *const calls[],
		      const struct bench_call **failed);

#endif
