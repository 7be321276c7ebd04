/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The door to pcscd: this test plays the driver vpcd, as vsmartcard's vpcd.c has it. A look at
 * whether there is a card is the question for the ATR; a new card is powered after it.
 */
#include <arpa/inet.h>
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SIMULATOR "src/sim/jpki-card-sim"
#define PATIENCE_MS 300000 /* only what hangs takes so long; a card's keys are made in it */

enum { POWER_ON = 1, ASK_ATR = 4 };

static char folder[] = "/tmp/sim-vpcd.XXXXXX";
static int listener = -1, line = -1;
static pid_t simulator = -1;

/* ---- the driver's side ---- */

static void
card_comes(void)
{
	struct pollfd readable = {.fd = listener, .events = POLLIN};

	assert_int_equal(poll(&readable, 1, PATIENCE_MS), 1);
	line = accept(listener, NULL, NULL);
	assert_true(line >= 0);
}

static void
say(uint8_t order)
{
	const uint8_t message[3] = {0, 1, order};

	assert_int_equal(send(line, message, sizeof message, MSG_NOSIGNAL), sizeof message);
}

/* Whether a card answers with its ATR; if not, it is out, and the driver hangs up. */
static bool
sees_card(void)
{
	struct pollfd readable = {.fd = line, .events = POLLIN};
	uint8_t answer[2 + 33];
	ssize_t n;

	say(ASK_ATR);
	assert_int_equal(poll(&readable, 1, PATIENCE_MS), 1);
	n = recv(line, answer, sizeof answer, 0);
	if (n > 0) {
		assert_true(n > 3 && answer[0] == 0 && answer[1] == n - 2 && answer[2] == 0x3b);
		return true;
	}
	(void)close(line);
	return false;
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

static int
set_up(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof address;
	char cards[64], control[64], port[8];

	(void)state;
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 4), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
	(void)snprintf(cards, sizeof cards, "%s/cards", folder);
	(void)snprintf(control, sizeof control, "%s/control", folder);
	(void)snprintf(port, sizeof port, "%u", (unsigned int)ntohs(address.sin_port));
	simulator = fork();
	assert_true(simulator >= 0);
	if (simulator == 0) {
		(void)freopen("/dev/null", "w", stdout);
		(void)execl(SIMULATOR, SIMULATOR, "serve", "--state", cards, "--control", control,
			    "--port", port, "--card", "adult", (char *)NULL);
		_exit(127);
	}
	card_comes();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)kill(simulator, SIGTERM);
	(void)waitpid(simulator, NULL, 0);
	(void)close(line);
	(void)close(listener);
	return 0;
}

static void
a_powered_card_stays_however_often_it_is_looked_at(void **state)
{
	(void)state;
	assert_true(sees_card());
	say(POWER_ON);
	for (int i = 0; i < 20; i++)
		assert_true(sees_card());
}

/* pcscd, beside other work, has not seen that the card before it was out, and so powers nothing. */
static void
a_card_taken_for_the_one_before_is_taken_out_once_more(void **state)
{
	int looks = 1;

	(void)state;
	while (sees_card())
		assert_true(++looks < 10);
	card_comes();
	assert_true(sees_card());
	say(POWER_ON);
	for (int i = 0; i < 20; i++)
		assert_true(sees_card());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_powered_card_stays_however_often_it_is_looked_at,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_card_taken_for_the_one_before_is_taken_out_once_more, set_up, tear_down),
	};
	int failed;

	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests_name("sim-vpcd", tests, NULL, NULL);
	(void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return failed;
}
