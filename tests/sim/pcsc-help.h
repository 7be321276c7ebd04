/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_SIM_PCSC_HELP_H
#define JPKI_TESTS_SIM_PCSC_HELP_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <winscard.h>

#include <cmocka.h>

#include "sim/control/client.h"

/*
 * Help for the tests of the stand-in libpcsclite and its pcscd. Two contexts stand for two
 * programs: pcscd tells programs apart by nothing else.
 *
 * Started alone, a test program starts itself anew inside of `jpki-card-sim run`.
 */

#define READER "First reader"
#define EMPTY_READER "Second reader"

extern struct control_client *control;

bool pcsc_is_inside(char *self);
int pcsc_begin(void **state);
int pcsc_end(void **state);
#define pcsc_test(name) cmocka_unit_test_setup(name, pcsc_set_up)
#define pcsc_run(self, tests)                                                                      \
	(pcsc_is_inside(self) ? cmocka_run_group_tests(tests, pcsc_begin, pcsc_end) : 1)

/* Gives an order to the simulator that must be carried out. */
#define ORDER(...)                                                                                 \
	do {                                                                                       \
		char *error = NULL;                                                                \
		json_t *ordered = control_client_ask(control, &error, __VA_ARGS__, NULL);          \
                                                                                                   \
		if (!ordered)                                                                      \
			fail_msg("order refused: %s", error);                                      \
		json_decref(ordered);                                                              \
	} while (0)

/* One program: a context and a connection to the first reader. */
struct program {
	SCARDCONTEXT context;
	SCARDHANDLE handle;
};

#define SELECT_JPKI "\x00\xA4\x04\x0C\x0A\xD3\x92\xF0\x00\x26\x01\x00\x00\x00\x01"
#define READ_TOKEN_INFORMATION "\x00\xB0\x86\x00\x00"
#define WRONG_PIN                                                                                  \
	"\x00\x20\x00\x98\x04"                                                                     \
	"9999"
#define RIGHT_PIN                                                                                  \
	"\x00\x20\x00\x98\x04"                                                                     \
	"1234"
#define RIGHT_SIGN_PIN                                                                             \
	"\x00\x20\x00\x9B\x06"                                                                     \
	"ABC123"
#define QUERY "\x00\x20\x00\x98"

#define TRANSMIT(program, command, sw, received)                                                   \
	transmit(program, command, sizeof(command) - 1, sw, received)

/* A call made in a thread of its own, to see whether it waits. */
struct waiting {
	pthread_t thread;
	LONG (*call)(struct program *program);
	struct program *program;
	LONG rv;
	atomic_bool returned;
};

json_t *asked(const char *word);

void assert_result(LONG is, LONG expected);

SCARDCONTEXT new_context(void);

LONG try_connect(SCARDCONTEXT context, DWORD share, SCARDHANDLE *handle);

struct program new_program(void);

void end_program(struct program *program);

LONG reconnect(struct program *program, DWORD initialization);

/* Sends a command; *sw is what came last. Returns PC/SC's result. */
LONG transmit(struct program *program, const void *command, size_t length, unsigned int *sw,
	      size_t *received);

/* Sends a command, which must arrive; returns the status word. */
#define SW(program, command) status_word(program, command, sizeof(command) - 1)
unsigned int status_word(struct program *program, const void *command, size_t length);

void sleep_ms(long ms);

DWORD state_of(struct program *program, const char *reader);

void waiting_start(struct waiting *waiting, LONG (*call)(struct program *program),
		   struct program *program);

LONG waiting_end(struct waiting *waiting);

LONG call_begin(struct program *program);

LONG call_transmit(struct program *program);

/* Every test begins with the card adult in the first reader, tries full, no faults. */
int pcsc_set_up(void **state);

/* What `call` does while another program holds a transaction: it waits for its end. */
void assert_waits(LONG (*call)(struct program *program), struct program *caller);

#endif
