/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults strike where they were ordered. */
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim/standin/wire.h"
#include "tests/sim/pcsc-help.h"

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
	DWORD room = sizeof small;
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
a_card_that_stays_is_not_torn_by_what_befalls_another_reader(void **state)
{
	struct program program = new_program();
	unsigned int sw;
	size_t received;

	(void)state;
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	ORDER("fault", "card-removed@transmit:1:during:reader=" EMPTY_READER);
	assert_result(TRANSMIT(&program, SELECT_JPKI, &sw, &received), SCARD_E_NOT_TRANSACTED);
	assert_result(reconnect(&program, SCARD_RESET_CARD), 0);
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
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
	int fd = socket(AF_UNIX, WIRE_SOCKET_TYPE, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", getenv(WIRE_SOCKET_VARIABLE));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(send(fd, &request, sizeof request, 0), sizeof request);
	assert_int_equal(recv(fd, &reply, sizeof reply, MSG_WAITALL), sizeof reply);
	assert_int_equal(reply.rv, SCARD_S_SUCCESS);
	return fd;
}

/* Whether the simulator, our parent, has stopped as by SIGSTOP. */
static bool
simulator_is_stopped(void)
{
	char path[64], state = '?';
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)getppid());
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
	char reply[2 * sizeof(struct wire_reply)];
	ssize_t part, got = 0;
	int i;

	(void)state;
	ORDER("fault", "service-stopped@1:back=1");
	kill(getppid(), SIGSTOP);
	while (!simulator_is_stopped())
		sched_yield();
	for (i = 0; i < 2; i++)
		assert_int_equal(send(fd[i], &request, sizeof request, 0), sizeof request);
	kill(getppid(), SIGCONT);
	for (i = 0; i < 2; i++) {
		while ((part = recv(fd[i], reply, sizeof reply, 0)) > 0)
			got += part;
		close(fd[i]);
	}
	assert_int_equal(got, sizeof(struct wire_reply)); /* the first call's error, and no more */
	program = new_program();
	end_program(&program);
}

/* Room for more than any answer has, as much as an address space: the next call gets its own
 * answer. */
static void
room_without_end_is_room_enough(void **state)
{
	struct program program = new_program();
	unsigned char answer[64];
	DWORD len = 0;

	(void)state;
	assert_result(SCardControl(program.handle, 0, NULL, 0, answer, (DWORD)-1, &len),
		      SCARD_E_UNSUPPORTED_FEATURE);
	assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	end_program(&program);
}

/* Too short, with less than it says, and with more: who sends it is hung up on, others go on. */
static void
a_packet_of_the_wrong_size_ends_its_connection(void **state)
{
	struct {
		struct wire_request request;
		char more[8];
	} packet = {.request = {.call = WIRE_LIST_READERS, .len = 4}};
	const size_t sizes[] = {1, sizeof packet.request - 1, sizeof packet.request,
				sizeof packet.request + 3, sizeof packet};
	char reply[sizeof(struct wire_reply)];
	struct program program = new_program();

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		const int fd = raw_context();

		assert_int_equal(send(fd, &packet, sizes[i], 0), sizes[i]);
		assert_true(recv(fd, reply, sizeof reply, 0) <= 0);
		close(fd);
		assert_int_equal(SW(&program, SELECT_JPKI), 0x9000);
	}
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

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		pcsc_test(a_fault_strikes_the_nth_call_and_no_other),
		pcsc_test(a_fault_with_a_plus_strikes_from_the_nth_call_of_its_kind_on),
		pcsc_test(a_communication_error_before_the_command_keeps_it_from_the_card),
		pcsc_test(a_communication_error_during_the_command_loses_only_its_answer),
		pcsc_test(an_answer_can_be_truncated_and_oversized),
		pcsc_test(a_status_word_can_be_given_and_random),
		pcsc_test(an_answer_can_be_left_waiting_for_get_response),
		pcsc_test(a_card_can_name_the_right_length_instead),
		pcsc_test(another_programs_reset_waits_for_the_end_of_a_transaction),
		pcsc_test(another_program_selects_another_application_between_transactions),
		pcsc_test(a_card_removed_during_a_command_has_carried_it_out),
		pcsc_test(a_card_that_stays_is_not_torn_by_what_befalls_another_reader),
		pcsc_test(room_without_end_is_room_enough),
		pcsc_test(a_packet_of_the_wrong_size_ends_its_connection),
		pcsc_test(another_persons_card_has_its_own_tries),
		pcsc_test(a_reader_unplugged_at_the_nth_call_comes_back),
		pcsc_test(a_service_stopped_at_the_nth_call_comes_back),
		pcsc_test(a_service_back_at_once_has_dropped_who_was_connected),
		pcsc_test(a_fault_tells_when_it_struck),
	};

	(void)argc;
	return pcsc_run(argv[0], tests);
}
