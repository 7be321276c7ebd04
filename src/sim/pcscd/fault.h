/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PCSCD_FAULT_H
#define JPKI_SIM_PCSCD_FAULT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/standin/wire.h"

/*
 * Orders for faults at the n-th PC/SC call, as the user writes them:
 *
 *     KIND@[CALL:]N[+][:OPTION]...
 *
 * N counts from the moment of the order, 1 being the next call (of kind CALL, if given); with +
 * the fault strikes at every call from the N-th on. A fault that can only strike some calls
 * (a truncated answer needs a transmit) waits for the next one it can strike.
 */

/*
 * ROW(kind, name, group, and where there is one the kind of value that it takes, what for if it has
 * to be there, and what stands for it otherwise: see order.c). FAULTS in jpki-card-sim(1) says
 * what they do.
 */
/* clang-format off */
#define FAULT_KIND_ROWS(ROW) \
	ROW(FAULT_CARD_REMOVED, "card-removed", FAULT_STATE) \
	ROW(FAULT_CARD_SWAPPED, "card-swapped", FAULT_STATE, VALUE_CARD, \
	    .needs = "another CARD takes its place") \
	ROW(FAULT_SLEPT, "slept", FAULT_STATE, VALUE_CARD) \
	ROW(FAULT_LINE_DEAD, "line-dead", FAULT_STATE) \
	ROW(FAULT_CARD_RESET, "card-reset", FAULT_OTHER) \
	ROW(FAULT_RESET_ENDS, "reset-ends", FAULT_OTHER) \
	ROW(FAULT_RESET_UNSAID, "reset-unsaid", FAULT_OTHER) \
	ROW(FAULT_APP_SELECTED, "app-selected", FAULT_OTHER, VALUE_AID) \
	ROW(FAULT_READER_GONE, "reader-gone", FAULT_STATE) \
	ROW(FAULT_SERVICE_STOPPED, "service-stopped", FAULT_STATE) \
	ROW(FAULT_COMM_ERROR, "comm-error", FAULT_RESULT) \
	ROW(FAULT_SHARING_VIOLATION, "sharing-violation", FAULT_RESULT, \
	    .code = (uint32_t)SCARD_E_SHARING_VIOLATION) \
	ROW(FAULT_TIMEOUT, "timeout", FAULT_RESULT, .code = (uint32_t)SCARD_E_TIMEOUT) \
	ROW(FAULT_ERROR, "error", FAULT_RESULT, VALUE_CODE, \
	    .needs = "any PC/SC error CODE (name or hex)") \
	ROW(FAULT_TRUNCATED, "truncated", FAULT_ANSWER, VALUE_LENGTH, .len = 1) \
	ROW(FAULT_OVERSIZED, "oversized", FAULT_ANSWER, VALUE_LENGTH, .len = 300) \
	ROW(FAULT_SW, "sw", FAULT_ANSWER, VALUE_SW) \
	ROW(FAULT_61XX, "61xx", FAULT_ANSWER) \
	ROW(FAULT_6CXX, "6cxx", FAULT_ANSWER)
/* clang-format on */

enum fault_kind {
#define ROW(kind, ...) kind,
	FAULT_KIND_ROWS(ROW)
#undef ROW
};

enum fault_group {
	FAULT_STATE,  /* of card, reader or service */
	FAULT_OTHER,  /* another program does something, as soon as PC/SC lets it */
	FAULT_RESULT, /* the call returns an error */
	FAULT_ANSWER  /* the card's answer is another */
};

enum fault_moment {
	FAULT_BEFORE, /* the call meets the fault; the card sees nothing of it */
	FAULT_DURING, /* the call takes effect, its answer is lost */
	FAULT_AFTER   /* the call is answered as if nothing were */
};

#define FAULT_VALUE_MAX 64

struct fault {
	unsigned int number; /* names the order */
	enum fault_kind kind;
	enum fault_group group;
	enum fault_moment moment;
	enum wire_call call; /* which calls N counts */
	unsigned long at;    /* N plus what was counted before the order */
	bool onwards;
	unsigned long back;	/* undo after so many further calls; 0: not */
	char reader[WIRE_NAME]; /* which one; empty: the call's own, else the first with a card */
	char card[FAULT_VALUE_MAX]; /* of FAULT_CARD_SWAPPED, FAULT_SLEPT */
	uint8_t aid[16];
	size_t aid_len;
	uint32_t code;	/* of FAULT_ERROR; the status word of FAULT_SW, 61XX, 6CXX */
	bool has_value; /* code was given */
	size_t len;	/* of FAULT_TRUNCATED and FAULT_OVERSIZED, status word and all */
	char text[160]; /* the order as written */

	unsigned long struck; /* how often */
	unsigned long
		struck_at; /* the last time: the number of the call, all counted since a reset */
	enum wire_call struck_in;
	bool due;	       /* struck, but the other program has not had its turn yet */
	unsigned long back_at; /* number of the call that undoes it, 0: none */
	char undo_card[FAULT_VALUE_MAX];
	char undo_reader[WIRE_NAME];
	struct fault *next;
};

/* All zero: none. */
struct faults {
	struct fault *list; /* in the order of their orders */
	unsigned int numbers;
	unsigned long calls[WIRE_CALLS]; /* so far; WIRE_ANY: all */
	unsigned long reset[WIRE_CALLS]; /* and at the last reset */
};

/* Calls since the last reset. */
static inline unsigned long
faults_count(const struct faults *faults, enum wire_call call)
{
	return faults->calls[call] - faults->reset[call];
}

/* Enters an order; "now" in place of N strikes at once (at is 0). */
bool faults_order(struct faults *faults, const char *text, char **error);

/* Reads an order, its N not yet counted from now (order.c). */
bool fault_read(struct fault *fault, const char *text, char **error);

/* Forgets all orders, also those that wait for their moment. */
void faults_clear(struct faults *faults);

/* All orders with what became of them; a new reference to an array. */
json_t *faults_list(const struct faults *faults);

/* Does the order strike the call that was counted last? */
bool fault_meets(const struct faults *faults, const struct fault *fault, enum wire_call call);

/* Enters that the order struck (called by who carries it out). */
void fault_struck(const struct faults *faults, struct fault *fault, enum wire_call call);

/* Calls since the last reset: {"total": n, "by_call": {name: n}}. A new reference. */
json_t *faults_calls(const struct faults *faults);
void faults_reset_calls(struct faults *faults);

/* As orders name the calls (order.c). */
extern const char *const fault_call_names[WIRE_CALLS];

#endif
