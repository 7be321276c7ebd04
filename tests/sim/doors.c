/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stand-in libpcsclite keeps what pcsc-lite 1.9.9 does, and faults strike where they were
 * ordered. Two contexts stand for two programs: pcscd tells programs apart by nothing else.
 *
 * Started alone, the test starts itself anew inside of `jpki-card-sim run`.
 */
#include <ftw.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <winscard.h>

#include "sim/control/client.h"
#include "sim/standin/wire.h"

#define READER "First reader"
#define EMPTY_READER "Second reader"

static struct control_client *control;

/* ---- helpers ---- */

/* Gives an order to the simulator that must be carried out. */
#define ORDER(...)                                                                                 \
	do {                                                                                       \
		char *error = NULL;                                                                \
		if (!control_client_do(control, &error, __VA_ARGS__, NULL))                        \
			fail_msg("order refused: %s", error);                                      \
	} while (0)

static json_t *
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

static void
assert_result(LONG is, LONG expected)
{
	if (is != expected)
		print_error("result 0x%lX, expected 0x%lX\n", (unsigned long)is,
			    (unsigned long)expected);
	assert_true(is == expected);
}

static SCARDCONTEXT
new_context(void)
{
	SCARDCONTEXT context;

	assert_result(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), 0);
	return context;
}

static LONG
try_connect(SCARDCONTEXT context, DWORD share, SCARDHANDLE *handle)
{
	DWORD protocol;

	return SCardConnect(context, READER, share, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, handle,
			    &protocol);
}

/* One program: a context and a connection to the first reader. */
struct program {
	SCARDCONTEXT context;
	SCARDHANDLE handle;
};

static struct program
new_program(void)
{
	struct program program = {.context = new_context()};

	assert_result(try_connect(program.context, SCARD_SHARE_SHARED, &program.handle), 0);
	return program;
}

static void
end_program(struct program *program)
{
	SCardDisconnect(program->handle, SCARD_LEAVE_CARD);
	assert_result(SCardReleaseContext(program->context), 0);
}

static LONG
reconnect(struct program *program, DWORD initialization)
{
	DWORD protocol;

	return SCardReconnect(program->handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY,
			      initialization, &protocol);
}

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

/* Sends a command; *sw is what came last. Returns PC/SC's result. */
static LONG
transmit(struct program *program, const void *command, size_t length, unsigned int *sw,
	 size_t *received)
{
	BYTE response[512];
	DWORD room = sizeof(response);
	LONG rv = SCardTransmit(program->handle, SCARD_PCI_T1, command, length, NULL, response,
				&room);

	*sw = rv == SCARD_S_SUCCESS && room >= 2
		      ? (unsigned int)response[room - 2] << 8 | response[room - 1]
		      : 0;
	*received = room;
	return rv;
}

#define TRANSMIT(program, command, sw, received)                                                   \
	transmit(program, command, sizeof(command) - 1, sw, received)

/* Sends a command, which must arrive; returns the status word. */
#define SW(program, command) status_word(program, command, sizeof(command) - 1)
static unsigned int
status_word(struct program *program, const void *command, size_t length)
{
	unsigned int sw;
	size_t received;

	assert_result(transmit(program, command, length, &sw, &received), 0);
	return sw;
}

static void
sleep_ms(long ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&pause, NULL);
}

static DWORD
state_of(struct program *program, const char *reader)
{
	SCARD_READERSTATE state = {.szReader = reader};

	assert_result(SCardGetStatusChange(program->context, 0, &state, 1), 0);
	return state.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
}

/* A call made in a thread of its own, to see whether it waits. */
struct waiting {
	pthread_t thread;
	LONG (*call)(struct program *program);
	struct program *program;
	LONG rv;
	atomic_bool returned;
};

static void *
waiting_run(void *arg)
{
	struct waiting *waiting = arg;

	waiting->rv = waiting->call(waiting->program);
	atomic_store(&waiting->returned, true);
	return NULL;
}

static void
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

static LONG
waiting_end(struct waiting *waiting)
{
	pthread_join(waiting->thread, NULL);
	return waiting->rv;
}

static LONG
call_begin(struct program *program)
{
	return SCardBeginTransaction(program->handle);
}

static LONG
call_connect(struct program *program)
{
	return try_connect(program->context, SCARD_SHARE_SHARED, &program->handle);
}

static LONG
call_transmit(struct program *program)
{
	unsigned int sw;
	size_t received;

	return TRANSMIT(program, SELECT_JPKI, &sw, &received);
}

static LONG
call_disconnect_reset(struct program *program)
{
	return SCardDisconnect(program->handle, SCARD_RESET_CARD);
}

/* The state that the waiting test of changes starts from and ends with. */
static SCARD_READERSTATE watched;

static LONG
call_status_change(struct program *program)
{
	return SCardGetStatusChange(program->context, 120000, &watched, 1);
}

/* Every test begins with the card adult in the first reader, tries full, no faults. */
static int
set_up(void **state)
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

/* ---- transactions ---- */

/* What `call` does while another program holds a transaction: it waits for its end. */
static void
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

static void
a_transaction_makes_anothers_begin_wait(void **state)
{
	struct program program = new_program();

	(void)state;
	assert_waits(call_begin, &program);
	assert_result(SCardEndTransaction(program.handle, SCARD_LEAVE_CARD), 0);
	end_program(&program);
}

static void
a_transaction_makes_anothers_connect_wait(void **state)
{
	struct program program = {.context = new_context()};

	(void)state;
	assert_waits(call_connect, &program);
	end_program(&program);
}

static void
a_transaction_makes_anothers_transmit_wait(void **state)
{
	struct program program = new_program();

	(void)state;
	assert_waits(call_transmit, &program);
	end_program(&program);
}

static void
a_transaction_makes_anothers_disconnect_with_reset_wait(void **state)
{
	struct program program = new_program();

	(void)state;
	assert_waits(call_disconnect_reset, &program);
	assert_result(SCardReleaseContext(program.context), 0);
}

static void
a_transaction_lets_anothers_disconnect_pass(void **state)
{
	struct program holder = new_program(), other = new_program();

	(void)state;
	assert_result(SCardBeginTransaction(holder.handle), 0);
	assert_result(SCardDisconnect(other.handle, SCARD_LEAVE_CARD), 0);
	assert_result(SCardEndTransaction(holder.handle, SCARD_LEAVE_CARD), 0);
	end_program(&holder);
	end_program(&other);
}

static void
transactions_nest(void **state)
{
	struct program holder = new_program(), other = new_program();
	struct waiting waiting;

	(void)state;
	assert_result(SCardBeginTransaction(holder.handle), 0);
	assert_result(SCardBeginTransaction(holder.handle), 0);
	assert_result(SCardEndTransaction(holder.handle, SCARD_LEAVE_CARD), 0);
	waiting_start(&waiting, call_begin, &other);
	assert_false(atomic_load(&waiting.returned));
	assert_result(SCardEndTransaction(holder.handle, SCARD_LEAVE_CARD), 0);
	assert_result(waiting_end(&waiting), 0);
	assert_result(SCardEndTransaction(holder.handle, SCARD_LEAVE_CARD),
		      SCARD_E_SHARING_VIOLATION);
	end_program(&other);
	assert_result(SCardEndTransaction(holder.handle, SCARD_LEAVE_CARD), SCARD_E_NOT_TRANSACTED);
	end_program(&holder);
}

static void
a_waiting_begin_leaves_its_context_to_other_threads(void **state)
{
	struct program holder = new_program();
	struct program other = {.context = holder.context};
	struct waiting waiting;

	(void)state;
	assert_result(try_connect(other.context, SCARD_SHARE_SHARED, &other.handle), 0);
	assert_result(SCardBeginTransaction(holder.handle), 0);
	waiting_start(&waiting, call_begin, &other);
	assert_int_equal(SW(&holder, SELECT_JPKI), 0x9000);
	assert_result(SCardEndTransaction(holder.handle, SCARD_LEAVE_CARD), 0);
	assert_result(waiting_end(&waiting), 0);
	end_program(&holder);
}

/* ---- sharing ---- */

static void
an_exclusive_connection_shuts_others_out(void **state)
{
	struct program owner = {.context = new_context()}, other = {.context = new_context()};
	SCARD_READERSTATE now = {.szReader = READER};

	(void)state;
	assert_result(try_connect(owner.context, SCARD_SHARE_EXCLUSIVE, &owner.handle), 0);
	assert_result(try_connect(other.context, SCARD_SHARE_SHARED, &other.handle),
		      SCARD_E_SHARING_VIOLATION);
	assert_result(SCardGetStatusChange(other.context, 0, &now, 1), 0);
	assert_true(now.dwEventState & SCARD_STATE_EXCLUSIVE);
	assert_false(now.dwEventState & SCARD_STATE_INUSE);
	end_program(&owner);
	assert_result(try_connect(other.context, SCARD_SHARE_SHARED, &other.handle), 0);
	end_program(&other);
}

static void
nobody_becomes_exclusive_while_others_are_connected(void **state)
{
	struct program owner = new_program(), other = {.context = new_context()};

	(void)state;
	assert_result(try_connect(other.context, SCARD_SHARE_EXCLUSIVE, &other.handle),
		      SCARD_E_SHARING_VIOLATION);
	end_program(&owner);
	assert_result(try_connect(other.context, SCARD_SHARE_EXCLUSIVE, &other.handle), 0);
	end_program(&other);
}

static void
a_reader_in_use_says_so(void **state)
{
	struct program looker = {.context = new_context()}, user;

	(void)state;
	assert_false(state_of(&looker, READER) & SCARD_STATE_INUSE);
	user = new_program();
	assert_true(state_of(&looker, READER) & SCARD_STATE_INUSE);
	end_program(&user);
	assert_false(state_of(&looker, READER) & SCARD_STATE_INUSE);
	assert_result(SCardReleaseContext(looker.context), 0);
}

static void
an_empty_reader_is_reached_only_directly(void **state)
{
	SCARDCONTEXT context = new_context();
	SCARDHANDLE handle;
	DWORD protocol;

	(void)state;
	assert_result(SCardConnect(context, EMPTY_READER, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY,
				   &handle, &protocol),
		      SCARD_E_NO_SMARTCARD);
	assert_result(
		SCardConnect(context, EMPTY_READER, SCARD_SHARE_DIRECT, 0, &handle, &protocol), 0);
	assert_result(SCardDisconnect(handle, SCARD_LEAVE_CARD), 0);
	assert_result(SCardConnect(context, "no reader", SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY,
				   &handle, &protocol),
		      SCARD_E_UNKNOWN_READER);
	assert_result(SCardReleaseContext(context), 0);
}

/* ---- reset and power ---- */

static void
a_reset_is_told_to_every_other_handle_until_it_reconnects(void **state)
{
	struct program one = new_program(), other = new_program();
	unsigned int sw;
	size_t received;

	(void)state;
	assert_result(reconnect(&one, SCARD_RESET_CARD), 0);
	assert_int_equal(SW(&one, SELECT_JPKI), 0x9000);
	assert_result(SCardBeginTransaction(other.handle), SCARD_W_RESET_CARD);
	assert_result(TRANSMIT(&other, SELECT_JPKI, &sw, &received), SCARD_W_RESET_CARD);
	assert_result(reconnect(&other, SCARD_LEAVE_CARD), 0);
	assert_int_equal(SW(&other, SELECT_JPKI), 0x9000);
	end_program(&one);
	end_program(&other);
}

static void
disconnecting_leaves_the_card_as_it_is(void **state)
{
	struct program first = new_program(), second;

	(void)state;
	assert_int_equal(SW(&first, SELECT_JPKI), 0x9000);
	end_program(&first);
	second = new_program();
	assert_int_equal(SW(&second, READ_TOKEN_INFORMATION), 0x9000);
	end_program(&second);
}

static void
disconnecting_with_unpower_takes_the_cards_memory(void **state)
{
	struct program first = new_program(), second;

	(void)state;
	assert_int_equal(SW(&first, SELECT_JPKI), 0x9000);
	assert_result(SCardDisconnect(first.handle, SCARD_UNPOWER_CARD), 0);
	second = new_program();
	assert_int_not_equal(SW(&second, READ_TOKEN_INFORMATION), 0x9000);
	end_program(&second);
	end_program(&first);
}

static void
ending_a_transaction_with_reset_is_told_to_its_own_program_too(void **state)
{
	struct program program = new_program();

	(void)state;
	assert_result(SCardBeginTransaction(program.handle), 0);
	assert_result(SCardEndTransaction(program.handle, SCARD_UNPOWER_CARD), 0);
	assert_result(SCardBeginTransaction(program.handle), SCARD_W_RESET_CARD);
	assert_result(reconnect(&program, SCARD_LEAVE_CARD), 0);
	assert_result(SCardBeginTransaction(program.handle), 0);
	end_program(&program);
}

/* ---- insertion, removal, readers ---- */

static void
a_removal_ends_transactions_and_handles_until_a_reconnect(void **state)
{
	struct program holder = new_program(), other = new_program();
	unsigned int sw;
	size_t received;

	(void)state;
	assert_result(SCardBeginTransaction(holder.handle), 0);
	ORDER("remove", READER);
	assert_result(TRANSMIT(&holder, SELECT_JPKI, &sw, &received), SCARD_W_REMOVED_CARD);
	assert_result(SCardEndTransaction(holder.handle, SCARD_LEAVE_CARD), SCARD_W_REMOVED_CARD);
	assert_result(reconnect(&holder, SCARD_LEAVE_CARD), SCARD_E_NO_SMARTCARD);
	ORDER("insert", "adult", READER);
	assert_result(SCardBeginTransaction(other.handle), SCARD_W_REMOVED_CARD);
	assert_result(reconnect(&other, SCARD_LEAVE_CARD), 0);
	assert_result(SCardBeginTransaction(other.handle), 0);
	end_program(&holder);
	end_program(&other);
}

static void
the_event_counter_counts_insertions_and_removals(void **state)
{
	struct program looker = {.context = new_context()};
	DWORD before = state_of(&looker, READER) >> 16, after;

	(void)state;
	ORDER("remove", READER);
	after = state_of(&looker, READER);
	assert_int_equal(after >> 16, (before + 1) & 0xFFFF);
	assert_true(after & SCARD_STATE_EMPTY);
	ORDER("insert", "adult", READER);
	after = state_of(&looker, READER);
	assert_int_equal(after >> 16, (before + 2) & 0xFFFF);
	assert_true(after & SCARD_STATE_PRESENT);
	assert_result(SCardReleaseContext(looker.context), 0);
}

static void
waiting_for_a_change_ends_with_the_change(void **state)
{
	struct program looker = {.context = new_context()};
	struct waiting waiting;

	(void)state;
	memset(&watched, 0, sizeof(watched));
	watched.szReader = READER;
	watched.dwCurrentState = state_of(&looker, READER);
	waiting_start(&waiting, call_status_change, &looker);
	assert_false(atomic_load(&waiting.returned));
	ORDER("remove", READER);
	assert_result(waiting_end(&waiting), 0);
	assert_true(watched.dwEventState & SCARD_STATE_CHANGED);
	assert_true(watched.dwEventState & SCARD_STATE_EMPTY);
	watched.dwCurrentState = watched.dwEventState & ~(DWORD)SCARD_STATE_CHANGED;
	waiting_start(&waiting, call_status_change, &looker);
	assert_false(atomic_load(&waiting.returned));
	ORDER("insert", "adult", READER);
	assert_result(waiting_end(&waiting), 0);
	assert_true(watched.dwEventState & SCARD_STATE_PRESENT);
	assert_result(SCardReleaseContext(looker.context), 0);
}

static void
a_swap_faster_than_a_look_is_still_a_change(void **state)
{
	struct program looker = {.context = new_context()};
	SCARD_READERSTATE now = {.szReader = READER};

	(void)state;
	now.dwCurrentState = state_of(&looker, READER);
	ORDER("swap", "adult", READER);
	assert_result(SCardGetStatusChange(looker.context, 0, &now, 1), 0);
	assert_true(now.dwEventState & SCARD_STATE_CHANGED);
	assert_true(now.dwEventState & SCARD_STATE_PRESENT);
	assert_result(SCardReleaseContext(looker.context), 0);
}

static void
waiting_for_a_change_ends_in_time_and_by_cancel(void **state)
{
	struct program looker = {.context = new_context()};
	struct waiting waiting;

	(void)state;
	memset(&watched, 0, sizeof(watched));
	watched.szReader = READER;
	watched.dwCurrentState = state_of(&looker, READER);
	assert_result(SCardGetStatusChange(looker.context, 20, &watched, 1), SCARD_E_TIMEOUT);
	waiting_start(&waiting, call_status_change, &looker);
	assert_false(atomic_load(&waiting.returned));
	/* the library looks before it waits, and a cancel between the two does nothing */
	for (int rounds = 0; rounds < 60000 && !atomic_load(&waiting.returned); rounds++) {
		assert_result(SCardCancel(looker.context), 0);
		sleep_ms(1);
	}
	assert_result(waiting_end(&waiting), SCARD_E_CANCELLED);
	assert_result(SCardReleaseContext(looker.context), 0);
}

static void
an_unplugged_reader_is_gone_with_its_handles(void **state)
{
	struct program program = new_program();
	SCARD_READERSTATE now = {.szReader = READER};
	char names[256];
	DWORD length = sizeof(names);

	(void)state;
	ORDER("unplug", READER);
	assert_result(SCardListReaders(program.context, NULL, names, &length), 0);
	assert_string_equal(names, EMPTY_READER);
	assert_result(SCardBeginTransaction(program.handle), SCARD_E_INVALID_VALUE);
	assert_result(SCardGetStatusChange(program.context, 0, &now, 1), SCARD_E_UNKNOWN_READER);
	ORDER("plug", READER);
	assert_result(SCardBeginTransaction(program.handle), SCARD_E_INVALID_VALUE);
	assert_result(SCardDisconnect(program.handle, SCARD_LEAVE_CARD), 0);
	assert_result(try_connect(program.context, SCARD_SHARE_SHARED, &program.handle), 0);
	end_program(&program);
}

static void
a_new_reader_is_told_to_who_waits_for_one(void **state)
{
	struct program looker = {.context = new_context()};
	struct waiting waiting;

	(void)state;
	ORDER("unplug", READER);
	memset(&watched, 0, sizeof(watched));
	watched.szReader = "\\\\?PnP?\\Notification";
	waiting_start(&waiting, call_status_change, &looker);
	assert_false(atomic_load(&waiting.returned));
	ORDER("plug", READER);
	assert_result(waiting_end(&waiting), 0);
	assert_true(watched.dwEventState & SCARD_STATE_CHANGED);
	assert_result(SCardReleaseContext(looker.context), 0);
}

/* ---- programs that die, fork, or find no service ---- */

/* Starts a program in a child that connects, maybe begins a transaction, and waits. */
static pid_t
child_program(bool transaction)
{
	int ready[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		struct program program = new_program();

		if (SW(&program, SELECT_JPKI) != 0x9000 ||
		    (transaction && SCardBeginTransaction(program.handle) != 0))
			_exit(1);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void
kill_child(pid_t child)
{
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void
a_program_killed_in_a_transaction_frees_it_and_the_card_is_reset(void **state)
{
	struct program other = new_program();
	pid_t child = child_program(true);
	struct waiting waiting;

	(void)state;
	waiting_start(&waiting, call_begin, &other);
	assert_false(atomic_load(&waiting.returned));
	kill_child(child);
	assert_result(waiting_end(&waiting), SCARD_W_RESET_CARD);
	end_program(&other);
}

static void
a_program_killed_outside_of_a_transaction_leaves_the_card_alone(void **state)
{
	struct program other = new_program();
	pid_t child = child_program(false);

	(void)state;
	kill_child(child);
	sleep_ms(20);
	assert_int_equal(SW(&other, READ_TOKEN_INFORMATION), 0x9000);
	end_program(&other);
}

static void
a_forked_child_that_ends_leaves_its_parents_transaction(void **state)
{
	struct program program = new_program(), other = new_program();
	struct waiting waiting;
	pid_t child;

	(void)state;
	assert_result(SCardBeginTransaction(program.handle), 0);
	child = fork();
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	waiting_start(&waiting, call_begin, &other);
	assert_false(atomic_load(&waiting.returned));
	assert_result(SCardEndTransaction(program.handle, SCARD_LEAVE_CARD), 0);
	assert_result(waiting_end(&waiting), 0);
	end_program(&program);
	end_program(&other);
}

static void
without_a_service_there_is_no_context(void **state)
{
	char *socket = strdup(getenv(WIRE_SOCKET_VARIABLE));
	SCARDCONTEXT context = 1;

	(void)state;
	setenv(WIRE_SOCKET_VARIABLE, "/nonexistent/socket", 1);
	assert_result(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context),
		      SCARD_E_NO_SERVICE);
	unsetenv(WIRE_SOCKET_VARIABLE);
	assert_result(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context),
		      SCARD_E_NO_SERVICE);
	setenv(WIRE_SOCKET_VARIABLE, socket, 1);
	free(socket);
}

static void
a_stopped_service_drops_its_programs_and_takes_new_ones_after_a_start(void **state)
{
	struct program program = new_program();
	SCARDCONTEXT context;

	(void)state;
	ORDER("service", "stop");
	assert_result(SCardBeginTransaction(program.handle), SCARD_F_COMM_ERROR);
	assert_result(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context),
		      SCARD_E_NO_SERVICE);
	SCardReleaseContext(program.context);
	ORDER("service", "start");
	program = new_program();
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	end_program(&program);
}

static void
foreign_contexts_and_handles_are_refused(void **state)
{
	struct program program = new_program();

	(void)state;
	assert_result(SCardIsValidContext(program.context), 0);
	assert_result(SCardBeginTransaction(program.handle + 1000), SCARD_E_INVALID_HANDLE);
	end_program(&program);
	assert_result(SCardBeginTransaction(program.handle), SCARD_E_INVALID_HANDLE);
	assert_result(SCardIsValidContext(program.context), SCARD_E_INVALID_HANDLE);
	assert_result(SCardReleaseContext(program.context), SCARD_E_INVALID_HANDLE);
}

static void
eight_threads_share_a_context(void **state)
{
	struct program program = new_program();
	struct waiting waiting[8];
	int i;

	(void)state;
	for (i = 0; i < 8; i++)
		waiting_start(&waiting[i], call_transmit, &program);
	for (i = 0; i < 8; i++)
		assert_result(waiting_end(&waiting[i]), 0);
	end_program(&program);
}

/* ---- faults ---- */

static void
a_fault_strikes_the_nth_call_and_no_other(void **state)
{
	struct program program = new_program();
	int i;

	(void)state;
	ORDER("fault", "error@3:SCARD_E_NO_MEMORY");
	for (i = 1; i <= 5; i++) {
		LONG rv = SCardBeginTransaction(program.handle);

		assert_result(rv, i == 3 ? SCARD_E_NO_MEMORY : SCARD_S_SUCCESS);
	}
	end_program(&program);
}

static void
a_fault_with_a_plus_strikes_from_the_nth_call_of_its_kind_on(void **state)
{
	struct program program = new_program();

	(void)state;
	ORDER("fault", "timeout@end:2+");
	assert_result(SCardBeginTransaction(program.handle), 0);
	assert_result(SCardBeginTransaction(program.handle), 0);
	assert_result(SCardEndTransaction(program.handle, SCARD_LEAVE_CARD), 0);
	assert_result(SCardEndTransaction(program.handle, SCARD_LEAVE_CARD), SCARD_E_TIMEOUT);
	assert_result(SCardEndTransaction(program.handle, SCARD_LEAVE_CARD), SCARD_E_TIMEOUT);
	ORDER("clear");
	assert_result(SCardEndTransaction(program.handle, SCARD_LEAVE_CARD), 0);
	end_program(&program);
}

static void
a_communication_error_before_the_command_keeps_it_from_the_card(void **state)
{
	struct program program = new_program();
	unsigned int sw;
	size_t received;

	(void)state;
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	ORDER("fault", "comm-error@transmit:1");
	assert_result(TRANSMIT(&program, WRONG_PIN, &sw, &received), SCARD_E_NOT_TRANSACTED);
	assert_int_equal(SW(&program, QUERY), 0x63C3);
	end_program(&program);
}

static void
a_communication_error_during_the_command_loses_only_its_answer(void **state)
{
	struct program program = new_program();
	unsigned int sw;
	size_t received;

	(void)state;
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	ORDER("fault", "comm-error@transmit:1:during");
	assert_result(TRANSMIT(&program, WRONG_PIN, &sw, &received), SCARD_E_NOT_TRANSACTED);
	assert_int_equal(SW(&program, QUERY), 0x63C2);
	end_program(&program);
}

static void
an_answer_can_be_truncated_and_oversized(void **state)
{
	struct program program = new_program();
	BYTE small[258];
	DWORD room = sizeof(small);
	unsigned int sw;
	size_t received;

	(void)state;
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	ORDER("fault", "truncated@transmit:1:7", "oversized@transmit:2:400",
	      "oversized@transmit:3");
	assert_result(TRANSMIT(&program, READ_TOKEN_INFORMATION, &sw, &received), 0);
	assert_int_equal(received, 7);
	assert_result(TRANSMIT(&program, READ_TOKEN_INFORMATION, &sw, &received), 0);
	assert_int_equal(received, 400);
	assert_result(SCardTransmit(program.handle, SCARD_PCI_T1,
				    (const BYTE *)READ_TOKEN_INFORMATION, 5, NULL, small, &room),
		      SCARD_E_INSUFFICIENT_BUFFER);
	assert_int_equal(SW(&program, READ_TOKEN_INFORMATION), 0x9000);
	end_program(&program);
}

static void
a_status_word_can_be_given_and_random(void **state)
{
	struct program program = new_program();

	(void)state;
	ORDER("fault", "sw@transmit:1:6A82", "sw@transmit:2");
	assert_int_equal(SW(&program, SELECT_JPKI), 0x6A82);
	assert_int_not_equal(SW(&program, SELECT_JPKI), 0x9000);
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	end_program(&program);
}

static void
an_answer_can_be_left_waiting_for_get_response(void **state)
{
	struct program program = new_program();
	unsigned int sw;
	size_t received;

	(void)state;
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	ORDER("fault", "61xx@transmit:1");
	assert_int_equal(SW(&program, READ_TOKEN_INFORMATION), 0x61A0);
	assert_result(TRANSMIT(&program, "\x00\xC0\x00\x00\xA0", &sw, &received), 0);
	assert_int_equal(sw, 0x9000);
	assert_int_equal(received, 162);
	end_program(&program);
}

static void
a_card_can_name_the_right_length_instead(void **state)
{
	struct program program = new_program();

	(void)state;
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	ORDER("fault", "6cxx@transmit:1");
	assert_int_equal(SW(&program, READ_TOKEN_INFORMATION), 0x6CA0);
	assert_int_equal(SW(&program, "\x00\xB0\x86\x00\xA0"), 0x9000);
	end_program(&program);
}

static void
another_programs_reset_waits_for_the_end_of_a_transaction(void **state)
{
	struct program program = new_program();

	(void)state;
	assert_result(SCardBeginTransaction(program.handle), 0);
	ORDER("fault", "card-reset@transmit:1");
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	assert_int_equal(SW(&program, READ_TOKEN_INFORMATION), 0x9000);
	assert_result(SCardEndTransaction(program.handle, SCARD_LEAVE_CARD), 0);
	assert_result(SCardBeginTransaction(program.handle), SCARD_W_RESET_CARD);
	end_program(&program);
}

static void
another_program_selects_another_application_between_transactions(void **state)
{
	struct program program = new_program();

	(void)state;
	assert_result(SCardBeginTransaction(program.handle), 0);
	ORDER("fault", "app-selected@transmit:1");
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	assert_int_equal(SW(&program, READ_TOKEN_INFORMATION), 0x9000);
	assert_result(SCardEndTransaction(program.handle, SCARD_LEAVE_CARD), 0);
	assert_result(SCardBeginTransaction(program.handle), 0);
	assert_int_not_equal(SW(&program, READ_TOKEN_INFORMATION), 0x9000);
	end_program(&program);
}

static void
a_card_removed_during_a_command_has_carried_it_out(void **state)
{
	struct program program = new_program();
	unsigned int sw;
	size_t received;

	(void)state;
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	ORDER("fault", "card-removed@transmit:1:during:back=2");
	assert_result(TRANSMIT(&program, WRONG_PIN, &sw, &received), SCARD_E_NOT_TRANSACTED);
	assert_result(SCardBeginTransaction(program.handle), SCARD_W_REMOVED_CARD);
	assert_result(reconnect(&program, SCARD_LEAVE_CARD), 0); /* the second call: it is back */
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	assert_int_equal(SW(&program, QUERY), 0x63C2);
	end_program(&program);
}

static void
another_persons_card_has_its_own_tries(void **state)
{
	struct program program = new_program();
	unsigned int sw;
	size_t received;

	(void)state;
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	assert_int_equal(SW(&program, WRONG_PIN), 0x63C2);
	ORDER("fault", "card-swapped@transmit:1:child");
	assert_result(TRANSMIT(&program, WRONG_PIN, &sw, &received), SCARD_W_REMOVED_CARD);
	assert_result(reconnect(&program, SCARD_LEAVE_CARD), 0);
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	assert_int_equal(SW(&program, QUERY), 0x63C3);
	end_program(&program);
}

static void
a_reader_unplugged_at_the_nth_call_comes_back(void **state)
{
	struct program program = new_program();

	(void)state;
	ORDER("fault", "reader-gone@2:back=1");
	assert_result(SCardBeginTransaction(program.handle), 0);
	assert_result(SCardEndTransaction(program.handle, SCARD_LEAVE_CARD), SCARD_E_INVALID_VALUE);
	SCardDisconnect(program.handle, SCARD_LEAVE_CARD);
	assert_result(try_connect(program.context, SCARD_SHARE_SHARED, &program.handle), 0);
	end_program(&program);
}

static void
a_service_stopped_at_the_nth_call_comes_back(void **state)
{
	struct program program = new_program();
	SCARDCONTEXT context;

	(void)state;
	ORDER("fault", "service-stopped@1:back=2");
	assert_result(SCardBeginTransaction(program.handle), SCARD_F_COMM_ERROR);
	SCardReleaseContext(program.context); /* does not reach the service: not counted */
	assert_result(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context),
		      SCARD_E_NO_SERVICE);
	program = new_program();
	end_program(&program);
}

/* A context made on the wire, whose calls wait for no answer. */
static int
raw_context(void)
{
	const struct wire_request request = {
		.call = WIRE_ESTABLISH,
		.arg = {WIRE_VERSION, SCARD_SCOPE_SYSTEM},
		.pid = (uint32_t)getpid(),
	};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct wire_reply reply;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", getenv(WIRE_SOCKET_VARIABLE));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(fd, &request, sizeof(request), 0), sizeof(request));
	assert_int_equal(recv(fd, &reply, sizeof(reply), MSG_WAITALL), sizeof(reply));
	assert_int_equal(reply.rv, SCARD_S_SUCCESS);
	return fd;
}

/* Whether the simulator, our parent, has stopped as by SIGSTOP. */
static bool
simulator_is_stopped(void)
{
	char path[64], state = '?';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)getppid());
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
	fclose(file);
	return state == 'T';
}

/* Two calls arrive together: at the first the service stops, and before the other it is back. */
static void
a_service_back_at_once_has_dropped_who_was_connected(void **state)
{
	const struct wire_request request = {.call = WIRE_LIST_READERS, .pid = (uint32_t)getpid()};
	int fd[2] = {raw_context(), raw_context()};
	struct program program;
	size_t got = 0;
	char byte;
	int i;

	(void)state;
	ORDER("fault", "service-stopped@1:back=1");
	kill(getppid(), SIGSTOP);
	while (!simulator_is_stopped())
		sched_yield();
	for (i = 0; i < 2; i++)
		assert_int_equal(send(fd[i], &request, sizeof(request), 0), sizeof(request));
	kill(getppid(), SIGCONT);
	for (i = 0; i < 2; i++) {
		while (recv(fd[i], &byte, 1, 0) == 1)
			got++;
		close(fd[i]);
	}
	assert_int_equal(got, sizeof(struct wire_reply)); /* the first call's error, and no more */
	program = new_program();
	end_program(&program);
}

static void
a_fault_tells_when_it_struck(void **state)
{
	struct program program = new_program();
	json_t *reply, *fault;

	(void)state;
	ORDER("fault", "truncated@2");
	assert_result(SCardBeginTransaction(program.handle), 0);
	assert_result(SCardEndTransaction(program.handle, SCARD_LEAVE_CARD), 0);
	reply = asked("fault");
	fault = json_array_get(json_object_get(reply, "faults"), 0);
	assert_int_equal(json_integer_value(json_object_get(fault, "struck")), 0);
	json_decref(reply);
	SW(&program, SELECT_JPKI); /* the first call that can be struck */
	reply = asked("fault");
	fault = json_array_get(json_object_get(reply, "faults"), 0);
	assert_int_equal(json_integer_value(json_object_get(fault, "struck")), 1);
	assert_string_equal(json_string_value(json_object_get(fault, "in")), "transmit");
	json_decref(reply);
	end_program(&program);
}

/* ---- slow cards, unused cards ---- */

static void
a_card_pulled_out_while_it_works_ends_the_command(void **state)
{
	struct program program = new_program();
	struct waiting waiting;

	(void)state;
	ORDER("set", "adult", "delay-exchange", "60s");
	waiting_start(&waiting, call_transmit, &program);
	assert_false(atomic_load(&waiting.returned));
	ORDER("remove", READER);
	assert_result(waiting_end(&waiting), SCARD_E_NOT_TRANSACTED);
	end_program(&program);
}

static void
a_slow_card_holds_up_its_own_programs_only(void **state)
{
	struct program program = new_program(), looker = {.context = new_context()};
	struct waiting waiting;

	(void)state;
	ORDER("set", "adult", "delay-exchange", "60s");
	waiting_start(&waiting, call_transmit, &program);
	assert_true(state_of(&looker, READER) & SCARD_STATE_INUSE);
	assert_true(state_of(&looker, EMPTY_READER) & SCARD_STATE_EMPTY);
	assert_false(atomic_load(&waiting.returned));
	ORDER("remove", READER); /* ends it */
	assert_result(waiting_end(&waiting), SCARD_E_NOT_TRANSACTED);
	end_program(&program);
	assert_result(SCardReleaseContext(looker.context), 0);
}

/* Runs "this test, leave a card unused" under another simulator, where it has power for so long. */
static int
unused(const char *how, const char *idle_ms)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "src/sim/jpki-card-sim run --reader '" READER "=child' --idle-power-off %s -- "
		 "tests/sim/doors unused %s",
		 idle_ms, how);
	return system(command);
}

/* Does the card remember what was selected before it was left alone? */
static bool
remembers(long ms)
{
	struct program program = new_program();
	unsigned int sw = SW(&program, SELECT_JPKI);

	end_program(&program);
	sleep_ms(ms);
	program = new_program();
	sw = sw == 0x9000 ? SW(&program, READ_TOKEN_INFORMATION) : 0;
	end_program(&program);
	return sw == 0x9000;
}

/* A simulator that has much else to do looks later. */
static bool
forgets(void)
{
	for (long ms = 200; ms < 60000; ms *= 2)
		if (!remembers(ms))
			return true;
	return false;
}

static void
an_unused_card_loses_its_power_after_a_while(void **state)
{
	(void)state;
	assert_int_equal(unused("shortly", "1000000"), 0);
	assert_int_equal(unused("until-forgotten", "100"), 0);
}

/* ---- counts and trace ---- */

static long
count_of(const char *order, const char *group, const char *name)
{
	json_t *reply = asked(order);
	json_t *number = group == NULL ? json_object_get(reply, name)
				       : json_object_get(json_object_get(reply, group), name);
	long count = (long)json_integer_value(number);

	json_decref(reply);
	return count;
}

static void
calls_and_exchanges_are_counted(void **state)
{
	struct program program;

	(void)state;
	ORDER("calls", "reset");
	ORDER("count", "reset");
	program = new_program();
	SW(&program, SELECT_JPKI);
	SW(&program, QUERY);
	SW(&program, QUERY);
	assert_int_equal(count_of("calls", NULL, "total"), 5);
	assert_int_equal(count_of("calls", "by_call", "transmit"), 3);
	assert_int_equal(count_of("count", NULL, "total"), 3);
	assert_int_equal(count_of("count", "by_name", "SELECT JPKI"), 1);
	assert_int_equal(count_of("count", "by_name", "QUERY auth PIN"), 2);
	end_program(&program);
}

static void
a_waiting_call_counts_once(void **state)
{
	struct program program = new_program();
	long before = count_of("calls", "by_call", "begin");

	(void)state;
	assert_waits(call_begin, &program);
	assert_int_equal(count_of("calls", "by_call", "begin"), before + 2);
	end_program(&program);
}

/* Is `text` in one of the lines? */
static bool
lines_have(const json_t *lines, const char *text)
{
	const json_t *line;
	size_t i;

	json_array_foreach(lines, i,
			   line) if (strstr(json_string_value(line), text) != NULL) return true;
	return false;
}

static void
the_trace_shows_no_pin_and_nothing_of_the_signing_certificate(void **state)
{
	struct program program = new_program();
	json_t *reply, *lines;

	(void)state;
	json_decref(asked("trace"));
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	assert_int_equal(SW(&program, RIGHT_PIN), 0x9000);
	assert_int_equal(SW(&program, "\x00\xA4\x02\x0C\x02\x00\x18"), 0x9000);
	assert_int_equal(SW(&program, "\x00\x20\x00\x80\x04"
				      "1234"),
			 0x9000);
	assert_int_equal(SW(&program, "\x00\x24\x01\x80\x04"
				      "1234"),
			 0x9000);
	SW(&program, "\x80\x20\x00\x80\x04"
		     "1234"); /* wrong class, but a PIN all the same */
	assert_int_equal(SW(&program, RIGHT_SIGN_PIN), 0x9000);
	assert_int_equal(SW(&program, "\x00\xB0\x81\x00\x00"), 0x9000);
	assert_int_equal(SW(&program, "\x00\xA4\x02\x0C\x02\x00\x01"), 0x9000);
	assert_int_equal(SW(&program, "\x00\xB0\x00\x00\x00"), 0x9000);
	assert_int_equal(SW(&program, READ_TOKEN_INFORMATION), 0x9000);
	reply = asked("trace");
	lines = json_object_get(reply, "lines");
	assert_true(lines_have(lines, "VERIFY auth PIN"));
	assert_true(lines_have(lines, "CHANGE auth PIN"));
	assert_true(lines_have(lines, "READ sign certificate"));
	assert_true(lines_have(lines, "4A504B49")); /* "JPKI": the token information is shown */
	assert_false(lines_have(lines, "31323334"));
	assert_false(lines_have(lines, "414243313233"));
	assert_false(lines_have(lines, "3082"));
	json_decref(reply);
	end_program(&program);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

static const struct CMUnitTest tests[] = {
	TEST(a_transaction_makes_anothers_begin_wait),
	TEST(a_transaction_makes_anothers_connect_wait),
	TEST(a_transaction_makes_anothers_transmit_wait),
	TEST(a_transaction_makes_anothers_disconnect_with_reset_wait),
	TEST(a_transaction_lets_anothers_disconnect_pass),
	TEST(transactions_nest),
	TEST(a_waiting_begin_leaves_its_context_to_other_threads),
	TEST(an_exclusive_connection_shuts_others_out),
	TEST(nobody_becomes_exclusive_while_others_are_connected),
	TEST(a_reader_in_use_says_so),
	TEST(an_empty_reader_is_reached_only_directly),
	TEST(a_reset_is_told_to_every_other_handle_until_it_reconnects),
	TEST(disconnecting_leaves_the_card_as_it_is),
	TEST(disconnecting_with_unpower_takes_the_cards_memory),
	TEST(ending_a_transaction_with_reset_is_told_to_its_own_program_too),
	TEST(a_removal_ends_transactions_and_handles_until_a_reconnect),
	TEST(the_event_counter_counts_insertions_and_removals),
	TEST(waiting_for_a_change_ends_with_the_change),
	TEST(a_swap_faster_than_a_look_is_still_a_change),
	TEST(waiting_for_a_change_ends_in_time_and_by_cancel),
	TEST(an_unplugged_reader_is_gone_with_its_handles),
	TEST(a_new_reader_is_told_to_who_waits_for_one),
	TEST(a_program_killed_in_a_transaction_frees_it_and_the_card_is_reset),
	TEST(a_program_killed_outside_of_a_transaction_leaves_the_card_alone),
	TEST(a_forked_child_that_ends_leaves_its_parents_transaction),
	TEST(without_a_service_there_is_no_context),
	TEST(a_stopped_service_drops_its_programs_and_takes_new_ones_after_a_start),
	TEST(foreign_contexts_and_handles_are_refused),
	TEST(eight_threads_share_a_context),
	TEST(a_fault_strikes_the_nth_call_and_no_other),
	TEST(a_fault_with_a_plus_strikes_from_the_nth_call_of_its_kind_on),
	TEST(a_communication_error_before_the_command_keeps_it_from_the_card),
	TEST(a_communication_error_during_the_command_loses_only_its_answer),
	TEST(an_answer_can_be_truncated_and_oversized),
	TEST(a_status_word_can_be_given_and_random),
	TEST(an_answer_can_be_left_waiting_for_get_response),
	TEST(a_card_can_name_the_right_length_instead),
	TEST(another_programs_reset_waits_for_the_end_of_a_transaction),
	TEST(another_program_selects_another_application_between_transactions),
	TEST(a_card_removed_during_a_command_has_carried_it_out),
	TEST(another_persons_card_has_its_own_tries),
	TEST(a_reader_unplugged_at_the_nth_call_comes_back),
	TEST(a_service_stopped_at_the_nth_call_comes_back),
	TEST(a_service_back_at_once_has_dropped_who_was_connected),
	TEST(a_fault_tells_when_it_struck),
	TEST(a_card_pulled_out_while_it_works_ends_the_command),
	TEST(a_slow_card_holds_up_its_own_programs_only),
	TEST(an_unused_card_loses_its_power_after_a_while),
	TEST(calls_and_exchanges_are_counted),
	TEST(a_waiting_call_counts_once),
	TEST(the_trace_shows_no_pin_and_nothing_of_the_signing_certificate),
};

static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

/* Becomes `jpki-card-sim run … -- this program`. */
static int
run_inside(char *self)
{
	char first[] = "--reader=" READER "=adult", second[] = "--reader=" EMPTY_READER;
	char state[] = "sim-doors.XXXXXX";
	char program[] = "src/sim/jpki-card-sim", run[] = "run", end[] = "--";
	char *arguments[] = {program, run, first, second, end, self, NULL};

	if (mkdtemp(state) == NULL || setenv("JPKI_CARD_SIM_STATE", state, 1) != 0)
		return 1;
	execv(program, arguments);
	perror(program);
	return 1;
}

int
main(int argc, char *argv[])
{
	char *error = NULL;
	int failed;

	if (argc == 3 && strcmp(argv[1], "unused") == 0)
		return strcmp(argv[2], "shortly") == 0 ? !remembers(0) : !forgets();
	if (getenv(WIRE_SOCKET_VARIABLE) == NULL)
		return run_inside(argv[0]);
	alarm(900); /* a call that never returns is a failure too */
	control = control_client_open(NULL, &error);
	if (control == NULL) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	failed = cmocka_run_group_tests_name("sim-doors", tests, NULL, NULL);
	control_client_free(control);
	nftw(getenv("JPKI_CARD_SIM_STATE"), remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return failed;
}
