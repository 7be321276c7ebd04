/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FAULTS_STEPS_H
#define JPKI_TESTS_FAULTS_STEPS_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "jpki-pkcs11.h"

/*
 * What programs do with the module, as lists of steps: trial.c runs them with one fault at
 * one PC/SC call, and judges what each step answered.
 */

#define CARD "adult"
#define OTHER_CARD "alias" /* another person's */

enum { AUTH, SIGN, SLOTS };

/* One program's state, for each of the two slots. */
struct run {
	CK_FUNCTION_LIST *f;
	struct place {
		CK_SESSION_HANDLE session;
		CK_OBJECT_HANDLE key;
		EVP_PKEY *public_key; /* of CARD */
		const char *pin;      /* in force on the card, as far as the program knows */
		const char *new_pin;  /* may be in force instead; NULL: no change under way */
		bool open, logged_in;
		bool any_card;	    /* the session may have been opened on OTHER_CARD */
		bool wrong;	    /* the wrong PIN was given, and the right one not since */
		unsigned int spent; /* tries that the user's own wrong PINs may have cost */
	} at[SLOTS];
	bool no_pss;	       /* the card makes no such signatures */
	bool reinserted;       /* the card was, by the program's own doing */
	const char *complaint; /* what a step found wrong beside its return code */
};

/* A step whose requirements an earlier failure took away. */
#define STEP_SKIPPED ((CK_RV) - 1)

enum step_subject {
	STEP_LOOKS,  /* says what is there: always works */
	STEP_SLOT,   /* of a slot: CKR_TOKEN_NOT_PRESENT where there is none */
	STEP_SESSION /* of a session: dies with the card */
};

struct step {
	const struct action {
		const char *name;
		enum step_subject subject;
		CK_RV (*run)(struct run *r, int slot);
	} *action;
	int slot;
};

#define SCENARIO_STEPS_MAX 16

struct scenario {
	const char *name;
	struct step steps[SCENARIO_STEPS_MAX]; /* ends with a row without action */
};

/* Ends with a row without name. */
extern const struct scenario scenarios[];

/* Opens a session, logs in unless that lasts, signs and verifies; CKR_OK if all of it works. */
CK_RV run_sign_anew(struct run *r, int slot);

/* The same with whichever of its PINs the card has, which becomes r's. */
CK_RV run_settle_pin(struct run *r, int slot);

/* With the session and login that the run has. */
CK_RV run_sign(struct run *r, int slot);

/* The public key of the certificate on the token; the session and login are there. */
EVP_PKEY *run_public_key(struct run *r, int slot);

#endif
