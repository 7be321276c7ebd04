/* SPDX-License-Identifier: BSD-2-Clause */
/* Transactions, sharing, resets and power, as pcsc-lite 1.9.9 has them. */
#include <stdatomic.h>

#include "tests/sim/pcsc-help.h"

static LONG
call_connect(struct program *program)
{
	return try_connect(program->context, SCARD_SHARE_SHARED, &program->handle);
}

static LONG
call_disconnect_reset(struct program *program)
{
	return SCardDisconnect(program->handle, SCARD_RESET_CARD);
}

/* ---- transactions ---- */

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

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		pcsc_test(a_transaction_makes_anothers_begin_wait),
		pcsc_test(a_transaction_makes_anothers_connect_wait),
		pcsc_test(a_transaction_makes_anothers_transmit_wait),
		pcsc_test(a_transaction_makes_anothers_disconnect_with_reset_wait),
		pcsc_test(a_transaction_lets_anothers_disconnect_pass),
		pcsc_test(transactions_nest),
		pcsc_test(a_waiting_begin_leaves_its_context_to_other_threads),
		pcsc_test(an_exclusive_connection_shuts_others_out),
		pcsc_test(nobody_becomes_exclusive_while_others_are_connected),
		pcsc_test(a_reader_in_use_says_so),
		pcsc_test(an_empty_reader_is_reached_only_directly),
		pcsc_test(a_reset_is_told_to_every_other_handle_until_it_reconnects),
		pcsc_test(disconnecting_leaves_the_card_as_it_is),
		pcsc_test(disconnecting_with_unpower_takes_the_cards_memory),
		pcsc_test(ending_a_transaction_with_reset_is_told_to_its_own_program_too),
	};

	(void)argc;
	return pcsc_run(argv[0], tests);
}
