/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FUZZ_PROGRAM_H
#define JPKI_TESTS_FUZZ_PROGRAM_H

#include <stdbool.h>

#include "jpki-pkcs11.h"
#include "tests/fuzz/input.h"

/*
 * A program that uses the module: one PKCS#11 call after the other, arguments taken from the
 * input. Where the input gives 0, and so where it has ended, the argument is what a sensible
 * program would give: the session opened last, the right PIN, the key found last.
 *
 * Around each call the module's promises are checked: by the guard, and here that it keeps to
 * the memory it was given, signs only when told to, and spends a try only on a PIN just typed.
 */

#define PROGRAM_SESSIONS 8
#define PROGRAM_SLOTS 8
#define PROGRAM_ROOMS 32

struct program_session {
	CK_SESSION_HANDLE handle; /* 0: none */
	CK_SLOT_ID slot;
};

/* Memory lent to the module for one call. */
struct program_room {
	uint8_t *data;
	size_t len;
	bool fenced; /* with bytes behind it that must stay as they are */
};

struct program {
	struct input *in;
	bool card_tells_truth;
	CK_SLOT_ID slot; /* the sensible one */
	struct program_session sessions[PROGRAM_SESSIONS];
	size_t newest;
	int reader_of[PROGRAM_SLOTS]; /* -1: not known */
	CK_OBJECT_HANDLE object;
	struct program_room rooms[PROGRAM_ROOMS];
	size_t room_count;
	CK_RV rv; /* of the call under way */
};

enum program_call {
	PROGRAM_LIST_SLOTS,
	PROGRAM_SLOT_INFO,
	PROGRAM_TOKEN_INFO,
	PROGRAM_LIST_MECHANISMS,
	PROGRAM_MECHANISM_INFO,
	PROGRAM_OPEN,
	PROGRAM_SESSION_INFO,
	PROGRAM_FIND,
	PROGRAM_ATTRIBUTES,
	PROGRAM_LOGIN,
	PROGRAM_SIGN_INIT,
	PROGRAM_CONFIRM,
	PROGRAM_SIGN_UPDATE,
	PROGRAM_SIGN,
	PROGRAM_SIGN_FINAL,
	PROGRAM_SET_PIN,
	PROGRAM_LOGOUT,
	PROGRAM_CANCEL,
	PROGRAM_CLOSE,
	PROGRAM_CLOSE_ALL,
	PROGRAM_EVENT,
	PROGRAM_STATUS,
	PROGRAM_INTERFACE,
	PROGRAM_UNSUPPORTED,
	PROGRAM_RESTART,
	PROGRAM_CALLS,
};

/* C_Initialize, with settings that the bits of `settings` choose. */
void program_start(struct program *p, struct input *in, uint8_t settings, bool card_tells_truth);
void program_call(struct program *p, enum program_call call);
/* C_Finalize; nothing may be left. */
void program_end(struct program *p);

/* program-rooms.c: memory as it is lent to the module. */

/* To write into. */
void *program_room(struct program *p, size_t len);
/* To read from: of exactly that length, so that a sanitizer sees what is read behind it. */
void *program_copy(struct program *p, const void *data, size_t len);
/* Checks the fences and frees. */
void program_take_back(struct program *p);

#endif
