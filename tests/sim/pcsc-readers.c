/* SPDX-License-Identifier: BSD-2-Clause */
/* Insertion and removal, readers that come and go, programs that die. */
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/standin/wire.h"
#include "tests/sim/pcsc-help.h"

/* The state that the waiting test of changes starts from and ends with. */
static SCARD_READERSTATE watched;

static LONG
call_status_change(struct program *program)
{
	return SCardGetStatusChange(program->context, 120000, &watched, 1);
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
	memset(&watched, 0, sizeof watched);
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
	memset(&watched, 0, sizeof watched);
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
	DWORD length = sizeof names;

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
	memset(&watched, 0, sizeof watched);
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

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		pcsc_test(a_removal_ends_transactions_and_handles_until_a_reconnect),
		pcsc_test(the_event_counter_counts_insertions_and_removals),
		pcsc_test(waiting_for_a_change_ends_with_the_change),
		pcsc_test(a_swap_faster_than_a_look_is_still_a_change),
		pcsc_test(waiting_for_a_change_ends_in_time_and_by_cancel),
		pcsc_test(an_unplugged_reader_is_gone_with_its_handles),
		pcsc_test(a_new_reader_is_told_to_who_waits_for_one),
		pcsc_test(a_program_killed_in_a_transaction_frees_it_and_the_card_is_reset),
		pcsc_test(a_program_killed_outside_of_a_transaction_leaves_the_card_alone),
		pcsc_test(a_forked_child_that_ends_leaves_its_parents_transaction),
		pcsc_test(without_a_service_there_is_no_context),
		pcsc_test(a_stopped_service_drops_its_programs_and_takes_new_ones_after_a_start),
		pcsc_test(foreign_contexts_and_handles_are_refused),
		pcsc_test(eight_threads_share_a_context),
	};

	(void)argc;
	return pcsc_run(argv[0], tests);
}
