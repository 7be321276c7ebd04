/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/pcsc-help.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sim/standin/wire.h"

struct control_client *control;

json_t *
asked(const char *word)
{
	char *error = NULL;
	json_t *reply = control_client_ask(control, &error, word, NULL);

	if (reply == NULL)
		fail_msg("%s refused: %s", word, error);
	return reply;
}

/* The PC/SC calls that have arrived at the simulator so far. */
static long
calls_total(void)
{
	json_t *reply = asked("calls");
	long total = (long)json_integer_value(json_object_get(reply, "total"));

	json_decref(reply);
	return total;
}

void
assert_result(LONG is, LONG expected)
{
	if (is != expected)
		print_error("result 0x%lX, expected 0x%lX\n", (unsigned long)is,
			    (unsigned long)expected);
	assert_true(is == expected);
}

SCARDCONTEXT
new_context(void)
{
	SCARDCONTEXT context;

	assert_result(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), 0);
	return context;
}

LONG
try_connect(SCARDCONTEXT context, DWORD share, SCARDHANDLE *handle)
{
	DWORD protocol;

	return SCardConnect(context, READER, share, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, handle,
			    &protocol);
}

struct program
new_program(void)
{
	struct program program = {.context = new_context()};

	assert_result(try_connect(program.context, SCARD_SHARE_SHARED, &program.handle), 0);
	return program;
}

void
end_program(struct program *program)
{
	SCardDisconnect(program->handle, SCARD_LEAVE_CARD);
	assert_result(SCardReleaseContext(program->context), 0);
}

LONG
reconnect(struct program *program, DWORD initialization)
{
	DWORD protocol;

	return SCardReconnect(program->handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY,
			      initialization, &protocol);
}

/* Sends a command; *sw is what came last. Returns PC/SC's result. */
LONG
transmit(struct program *program, const void *command, size_t length, unsigned int *sw,
	 size_t *received)
{
	BYTE response[512];
	DWORD room = sizeof response;
	LONG rv = SCardTransmit(program->handle, SCARD_PCI_T1, command, length, NULL, response,
				&room);

	*sw = rv == SCARD_S_SUCCESS && room >= 2
		      ? (unsigned int)response[room - 2] << 8 | response[room - 1]
		      : 0;
	*received = room;
	return rv;
}

unsigned int
status_word(struct program *program, const void *command, size_t length)
{
	unsigned int sw;
	size_t received;

	assert_result(transmit(program, command, length, &sw, &received), 0);
	return sw;
}

void
sleep_ms(long ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&pause, NULL);
}

DWORD
state_of(struct program *program, const char *reader)
{
	SCARD_READERSTATE state = {.szReader = reader};

	assert_result(SCardGetStatusChange(program->context, 0, &state, 1), 0);
	return state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
}

static void *
waiting_run(void *arg)
{
	struct waiting *waiting = arg;

	waiting->rv = waiting->call(waiting->program);
	atomic_store(&waiting->returned, true);
	return NULL;
}

void
waiting_start(struct waiting *waiting, LONG (*call)(struct program *program),
	      struct program *program)
{
	long before = calls_total();
	int rounds;

	waiting->call = call;
	waiting->program = program;
	atomic_store(&waiting->returned, false);
	assert_int_equal(pthread_create(&waiting->thread, NULL, waiting_run, waiting), 0);
	/* the call has arrived once it was counted; then it gets time to be answered */
	for (rounds = 0; rounds < 60000 && calls_total() == before; rounds++)
		sleep_ms(1);
	assert_int_not_equal(calls_total(), before);
	sleep_ms(20);
}

LONG
waiting_end(struct waiting *waiting)
{
	pthread_join(waiting->thread, NULL);
	return waiting->rv;
}

LONG
call_begin(struct program *program)
{
	return SCardBeginTransaction(program->handle);
}

LONG
call_transmit(struct program *program)
{
	unsigned int sw;
	size_t received;

	return TRANSMIT(program, SELECT_JPKI, &sw, &received);
}

/* Every test begins with the card adult in the first reader, tries full, no faults. */
int
pcsc_set_up(void **state)
{
	(void)state;
	ORDER("clear");
	ORDER("service", "start");
	ORDER("plug", READER);
	ORDER("swap", "adult", READER);
	ORDER("tries", "adult", "auth", "3");
	ORDER("set", "adult", "delay-exchange", "0ms");
	return 0;
}

/* What `call` does while another program holds a transaction: it waits for its end. */
void
assert_waits(LONG (*call)(struct program *program), struct program *caller)
{
	struct program holder = new_program();
	struct waiting waiting;

	assert_result(SCardBeginTransaction(holder.handle), 0);
	waiting_start(&waiting, call, caller);
	assert_false(atomic_load(&waiting.returned));
	assert_result(SCardEndTransaction(holder.handle, SCARD_LEAVE_CARD), 0);
	assert_result(waiting_end(&waiting), 0);
	end_program(&holder);
}

static int
remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about, (void)kind, (void)where;
	return remove(path);
}

bool
pcsc_is_inside(char *self)
{
	char first[] = "--reader=" READER "=adult", second[] = "--reader=" EMPTY_READER;
	char state[] = "sim-pcsc.XXXXXX";
	char program[] = "src/sim/jpki-card-sim", run[] = "run", end[] = "--";
	char *arguments[] = {program, run, first, second, end, self, NULL};

	if (getenv(WIRE_SOCKET_VARIABLE) != NULL)
		return true;
	if (mkdtemp(state) == NULL || setenv("JPKI_CARD_SIM_STATE", state, 1) != 0)
		return false;
	execv(program, arguments);
	perror(program);
	return false;
}

int
pcsc_begin(void **state)
{
	char *error = NULL;

	(void)state;
	alarm(900); /* a call that never returns is a failure too */
	control = control_client_open(NULL, &error);
	if (control == NULL)
		fprintf(stderr, "%s\n", error);
	return control == NULL;
}

int
pcsc_end(void **state)
{
	(void)state;
	control_client_free(control);
	nftw(getenv("JPKI_CARD_SIM_STATE"), remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}
