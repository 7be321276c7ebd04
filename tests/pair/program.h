/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_PAIR_PROGRAM_H
#define JPKI_TESTS_PAIR_PROGRAM_H

#include <stdbool.h>

#include "jpki-pkcs11.h"

/*
 * Other programs, for tests of several on one card. Each is a process of its own, started anew
 * from this very file, which does one step after another as it is told. Some use a PKCS#11
 * module, some speak PC/SC themselves; a program can do both.
 *
 *	int main(int argc, char *argv[])
 *	{
 *		program_main(argc, argv);	(does not return in such a process)
 *		...
 *	}
 */

enum step {
	/* PKCS#11; `slot` says on which slot. Sessions are kept, one for each slot. */
	STEP_INITIALIZE,
	STEP_FINALIZE,
	STEP_SLOT_LIST,	 /* number: slots with a token */
	STEP_FIND_SLOT,	 /* text: start of a token's label; number: its slot */
	STEP_SLOT_INFO,	 /* number: flags */
	STEP_TOKEN_INFO, /* number: flags; text: the label */
	STEP_OPEN,
	STEP_SESSION_INFO, /* number: state */
	STEP_LOGIN,	   /* text: PIN */
	STEP_LOGOUT,
	STEP_FIND_KEYS,	     /* number: private keys found; costs no exchange */
	STEP_READ,	     /* number: end entity certificates whose value could be read */
	STEP_SIGN,	     /* number: 1 if OpenSSL takes the signature with the certificate */
	STEP_SET_PIN,	     /* text: old and new PIN, separated by a blank */
	STEP_EVENT,	     /* C_WaitForSlotEvent without blocking */
	STEP_SIGN_IN_THREAD, /* begins it, on a session of its own */
	STEP_JOIN,	     /* that thread's end and code; number as for STEP_SIGN */
	/* A thread signs, or waits for an event; C_Finalize 0.3 s later. number: its code; done:
	 * how many ms it took. */
	STEP_WAIT_AND_FINALIZE,

	/* PC/SC; `slot` is the reader's number. Codes are those of SCard..., numbers status words.
	 */
	STEP_RAW_CONNECT,
	STEP_RAW_CONNECT_EXCLUSIVE,
	STEP_RAW_DISCONNECT,
	STEP_RAW_BEGIN,
	STEP_RAW_END,
	STEP_RAW_SELECT, /* the JPKI application */
	STEP_RAW_SIGN_AUTH,
	STEP_RAW_SIGN_SIGN,
	STEP_RAW_READ_SIGN,   /* the signing certificate */
	STEP_RAW_VERIFY_AUTH, /* text: PIN */
	STEP_RAW_VERIFY_SIGN,
	/* For text (a number) ms, as fast as it goes: SELECT, sign with both keys, read, in
	 * transactions (slot 0) or without (slot 1). number: how often the card gave way; done: how
	 * often it answered. */
	STEP_RAW_HAMMER,
	STEPS
};

struct reply {
	CK_RV rv;
	unsigned long number;
	unsigned long done;
	unsigned int ms; /* how long it took */
	char text[64];
};

struct program;

/* In a process that is to be another program, does as it is told and ends. */
void program_main(int argc, char *argv[]);

/* `module`: a path; NULL: ours. Fails the running test if it does not start. */
struct program *program_start(const char *module);

/* One step. A program that hangs or dies on its own fails the running test. */
struct reply program_do(struct program *p, enum step step, unsigned long slot, const char *text);

/* The same in two halves, so that others can do something meanwhile. */
void program_begin(struct program *p, enum step step, unsigned long slot, const char *text);
struct reply program_finish(struct program *p);

/* Whether the step that was begun is done. */
bool program_has_answered(struct program *p);

/* Ends it without a word to the module. */
void program_kill(struct program *p);

/* Kills those that are left. */
void program_kill_all(void);

#endif
