/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The door to a virtual computer: this test plays QEMU's ccid-card-passthru, as libcacard's VSCard
 * protocol (vscard_common.h) and QEMU's hw/usb/ccid-card-passthru.c have it.
 */
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
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

#include "sim/control/client.h"

#define SIMULATOR "src/sim/jpki-card-sim"
#define PATIENCE_MS 300000 /* only what hangs takes so long; a card's keys are made in it */

enum { INIT = 1, ERROR = 2, READER_ADD = 3, ATR = 5, CARD_REMOVE = 6, APDU = 7 };

struct message {
	uint32_t type, reader, length;
	uint8_t body[512];
};

static char folder[] = "/tmp/sim-qemu.XXXXXX";
static int listener = -1, line = -1;
static pid_t simulator = -1;
static struct control_client *control;

/* ---- QEMU's side ---- */

static void
read_bytes(void *to, size_t length)
{
	struct pollfd readable = {.fd = line, .events = POLLIN};

	for (size_t got = 0; got < length;) {
		ssize_t n;

		assert_int_equal(poll(&readable, 1, PATIENCE_MS), 1);
		n = read(line, (uint8_t *)to + got, length - got);
		assert_true(n > 0);
		got += (size_t)n;
	}
}

static struct message
next(void)
{
	struct message m;
	uint8_t header[12];
	uint32_t *const numbers[] = {&m.type, &m.reader, &m.length};

	read_bytes(header, sizeof header);
	for (int i = 0; i < 3; i++)
		*numbers[i] = (uint32_t)header[4 * i] << 24 | (uint32_t)header[4 * i + 1] << 16 |
			      (uint32_t)header[4 * i + 2] << 8 | header[4 * i + 3];
	assert_true(m.length <= sizeof m.body);
	read_bytes(m.body, m.length);
	return m;
}

static void
say(uint32_t type, uint32_t claimed, const void *body, size_t length)
{
	uint8_t bytes[12 + 512] = {0, 0, 0, (uint8_t)type, 0, 0, 0, 0};

	for (int i = 0; i < 4; i++)
		bytes[8 + i] = (uint8_t)(claimed >> (24 - 8 * i));
	memcpy(bytes + 12, body, length);
	assert_int_equal(send(line, bytes, 12 + length, MSG_NOSIGNAL), 12 + length);
}

/* QEMU says so after a reader and a card came or went. */
static void
confirm(void)
{
	static const uint8_t success[4];

	say(ERROR, 4, success, 4);
}

static void
answer_the_line(void)
{
	struct pollfd readable = {.fd = listener, .events = POLLIN};

	assert_int_equal(poll(&readable, 1, PATIENCE_MS), 1);
	line = accept(listener, NULL, NULL);
	assert_true(line >= 0);
}

static void
expect_greeting(bool card)
{
	static const uint8_t init[12] = {'V', 'S', 'C', 'D', 0, 0, 0, 2};
	struct message m = next();

	assert_int_equal(m.type, INIT);
	assert_int_equal(m.length, sizeof init);
	assert_memory_equal(m.body, init, sizeof init);
	m = next();
	assert_int_equal(m.type, READER_ADD);
	assert_int_equal(m.body[m.length - 1], 0);
	confirm();
	if (!card)
		return;
	m = next();
	assert_int_equal(m.type, ATR);
	assert_int_equal(m.body[0], 0x3b);
	confirm();
}

/* The computer sends a command; the status word of the answer, 0 if it was a failure. */
static unsigned int
transmit(const void *bytes, size_t length, size_t *answer_length)
{
	struct message m;

	say(APDU, (uint32_t)length, bytes, length);
	m = next();
	*answer_length = m.length;
	if (m.type == ERROR) {
		assert_int_equal(m.length, 4);
		return 0;
	}
	assert_int_equal(m.type, APDU);
	assert_true(m.length >= 2);
	return (unsigned int)m.body[m.length - 2] << 8 | m.body[m.length - 1];
}

/* ---- the simulator ---- */

static int
remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

static const char *
place(const char *name)
{
	static char paths[4][128];
	static unsigned int turn;
	char *path = paths[turn++ % 4];

	(void)snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static void
start_simulator(void)
{
	simulator = fork();
	assert_true(simulator >= 0);
	if (simulator == 0) {
		(void)freopen("/dev/null", "w", stdout);
		(void)execl(SIMULATOR, SIMULATOR, "serve", "--state", place("cards"), "--control",
			    place("control"), "--qemu", place("qemu"), (char *)NULL);
		_exit(127);
	}
	answer_the_line();
	expect_greeting(true);
	while ((control = control_client_open(place("control"), NULL)) == NULL)
		(void)usleep(10000);
}

static int
set_up(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = place("qemu");

	(void)state;
	memcpy(address.sun_path, path, strlen(path) + 1);
	(void)unlink(path); /* of one that could not be set up */
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 4), 0);
	start_simulator();
	return 0;
}

static int
tear_down(void **state)
{
	int status;

	(void)state;
	control_client_free(control);
	(void)kill(simulator, SIGTERM);
	(void)waitpid(simulator, &status, 0);
	(void)close(line);
	(void)close(listener);
	(void)unlink(place("qemu"));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

/* An order that waits for QEMU's word: carried out in a child, so that this can play QEMU. */
static pid_t
order(const char *word, const char *card)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct control_client *own = control_client_open(place("control"), NULL);

		_exit(own == NULL || !(card ? control_client_ask(own, NULL, word, card, NULL)
					    : control_client_ask(own, NULL, word, NULL)));
	}
	return child;
}

static void
assert_done(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static const uint8_t select_jpki[] = {0x00, 0xa4, 0x04, 0x0c, 0x0a, 0xd3, 0x92, 0xf0,
				      0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};

/* ---- tests ---- */

static void
commands_reach_the_card_and_its_answers_the_computer(void **state)
{
	static const uint8_t select_file[] = {0x00, 0xa4, 0x02, 0x0c, 0x02, 0x00, 0x0a};
	static const uint8_t read_head[] = {0x00, 0xb0, 0x00, 0x00, 0x00};
	size_t length;

	(void)state;
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0x9000);
	assert_int_equal(transmit(select_file, sizeof select_file, &length), 0x9000);
	assert_int_equal(transmit(read_head, sizeof read_head, &length), 0x9000);
	assert_int_equal(length, 258);
}

static void
a_card_comes_and_goes(void **state)
{
	size_t length;
	pid_t child;

	(void)state;
	child = order("remove", NULL);
	assert_int_equal(next().type, CARD_REMOVE);
	confirm();
	assert_done(child);
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0);
	child = order("insert", "adult");
	assert_int_equal(next().type, ATR);
	confirm();
	assert_done(child);
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0x9000);
}

static void
a_swap_takes_one_out_before_the_other_comes(void **state)
{
	pid_t child;

	(void)state;
	child = order("swap", "child");
	assert_int_equal(next().type, CARD_REMOVE);
	confirm();
	assert_int_equal(next().type, ATR);
	confirm();
	assert_done(child);
}

/* On the monitor, where QEMU keeps the line: only the one who did it knows. */
static void
a_reader_plugged_in_again_is_told_everything_again(void **state)
{
	size_t length;
	pid_t child;

	(void)state;
	assert_done(order("unplug", NULL));
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0);
	child = order("plug", NULL);
	expect_greeting(true);
	assert_done(child);
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0x9000);
}

static void
a_qemu_that_comes_anew_is_told_everything_again(void **state)
{
	size_t length;

	(void)state;
	(void)close(line);
	answer_the_line();
	expect_greeting(true);
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0x9000);
}

static void
whoever_speaks_something_else_is_hung_up_on(void **state)
{
	uint8_t byte;

	(void)state;
	say(APDU, 0x7fffffff, "x", 1);
	assert_int_equal(read(line, &byte, 1), 0);
	(void)close(line);
	answer_the_line();
	expect_greeting(true);
	say(99, 3, "abc", 3); /* a kind of message that nobody knows yet: no harm */
	say(APDU, 0, "", 0);
	commands_reach_the_card_and_its_answers_the_computer(state);
}

static void
a_message_in_pieces_is_a_message(void **state)
{
	const uint8_t header[12] = {0, 0, 0, APDU, 0, 0, 0, 0, 0, 0, 0, sizeof select_jpki};
	struct message m;

	(void)state;
	for (size_t i = 0; i < sizeof header; i++)
		assert_int_equal(write(line, header + i, 1), 1);
	for (size_t i = 0; i < sizeof select_jpki; i++)
		assert_int_equal(write(line, select_jpki + i, 1), 1);
	m = next();
	assert_int_equal(m.type, APDU);
	assert_memory_equal(m.body, "\x90\x00", 2);
}

static void
a_stuck_line_is_an_error_and_the_card_hears_nothing(void **state)
{
	size_t length;

	(void)state;
	assert_done(order("line", "2"));
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0);
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0);
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0x9000);
	assert_done(order("line", "1000"));
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0);
	assert_done(order("line", "0"));
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0x9000);
}

static uint64_t
milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
a_slow_card_takes_its_time_here_too(void **state)
{
	json_t *set =
		control_client_ask(control, NULL, "set", "adult", "delay-exchange", "80ms", NULL);
	uint64_t start;
	size_t length;

	(void)state;
	assert_non_null(set);
	json_decref(set);
	start = milliseconds();
	assert_int_equal(transmit(select_jpki, sizeof select_jpki, &length), 0x9000);
	assert_true(milliseconds() - start >= 80);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commands_reach_the_card_and_its_answers_the_computer),
		TEST(a_card_comes_and_goes),
		TEST(a_swap_takes_one_out_before_the_other_comes),
		TEST(a_reader_plugged_in_again_is_told_everything_again),
		TEST(a_qemu_that_comes_anew_is_told_everything_again),
		TEST(whoever_speaks_something_else_is_hung_up_on),
		TEST(a_message_in_pieces_is_a_message),
		TEST(a_stuck_line_is_an_error_and_the_card_hears_nothing),
		TEST(a_slow_card_takes_its_time_here_too),
	};
	int failed;

	if (mkdtemp(folder) == NULL)
		return 99;
	failed = cmocka_run_group_tests_name("sim-qemu", tests, NULL, NULL);
	(void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return failed;
}
