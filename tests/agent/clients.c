/* SPDX-License-Identifier: BSD-2-Clause */
/* The agent among programs that ask it, well and badly, and where it listens. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/agent.h"
#include "agent/listener.h"
#include "tests/agent/play.h"

#define LONG_MS 600000

static struct jpki_agent_request auth;

static void
say(int client, const void *data, size_t size)
{
	assert_int_equal(send(client, data, size, MSG_NOSIGNAL), size);
}

/* The next message, whatever it says; false: the agent hung up. */
static bool
hear_next(int client, struct jpki_agent_answer *answer)
{
	struct pollfd readable = {.fd = client, .events = POLLIN};

	assert_int_equal(poll(&readable, 1, 300000), 1);
	return recv(client, answer, sizeof *answer, 0) > 0;
}

static bool
is_hung_up(int client)
{
	struct jpki_agent_answer answer;

	return !play_hear(client, &answer);
}

static void
whoever_waits_hears_of_it_at_once_and_again(void **state)
{
	struct jpki_agent_answer answer;
	int first, second;

	(void)state;
	play_start(PLAY_OPEN "\n", NULL, LONG_MS);
	first = play_connect();
	second = play_connect();
	say(first, &auth, sizeof auth);
	play_wait_until_told("GETPIN");
	say(second, &auth, sizeof auth);
	for (int i = 0; i < 3; i++) {
		assert_true(hear_next(first, &answer));
		assert_int_equal(answer.outcome, JPKI_AGENT_WAITS);
		assert_int_equal(answer.pin_len, 0);
		assert_true(hear_next(second, &answer));
		assert_int_equal(answer.outcome, JPKI_AGENT_QUEUED);
	}
	assert_int_equal(play_count("GETPIN"), 1);
	(void)close(first);
	(void)close(second);
}

static void
two_at_once_are_asked_one_after_the_other(void **state)
{
	const struct jpki_agent_request sign = play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_SIGN);
	struct jpki_agent_answer answer;
	int first, second;

	(void)state;
	play_start("1234\nSECRET7\n", NULL, LONG_MS);
	first = play_connect();
	second = play_connect();
	say(first, &auth, sizeof auth);
	assert_true(hear_next(first, &answer));
	say(second, &sign, sizeof sign);
	assert_true(play_hear(second, &answer));
	assert_int_equal(answer.pin_len, 7);
	assert_memory_equal(answer.pin, "SECRET7", 7);
	assert_true(play_hear(first, &answer));
	assert_int_equal(answer.pin_len, 4);
	assert_memory_equal(answer.pin, "1234", 4);
	(void)close(first);
	(void)close(second);
}

static void
those_who_wait_are_asked_in_their_turn(void **state)
{
	static const char *const pins[] = {"1111", "2222", "3333"};
	struct jpki_agent_answer answer;
	int first, others[3];

	(void)state;
	play_start(PLAY_OPEN "\n1111\n2222\n3333\n", NULL, LONG_MS);
	first = play_connect();
	say(first, &auth, sizeof auth);
	play_wait_until_told("GETPIN");
	for (int i = 2; i >= 0; i--)
		others[i] = play_connect();
	for (int i = 0; i < 3; i++) {
		say(others[i], &auth, sizeof auth);
		assert_true(hear_next(others[i], &answer));
	}
	(void)close(first);
	for (int i = 0; i < 3; i++) {
		assert_true(play_hear(others[i], &answer));
		assert_memory_equal(answer.pin, pins[i], 4);
		(void)close(others[i]);
	}
}

static void
a_wrong_pin_is_asked_again_on_the_same_connection(void **state)
{
	struct jpki_agent_request request = auth;
	struct jpki_agent_answer answer;
	int client;

	(void)state;
	play_start("0000\n1234\n", NULL, LONG_MS);
	client = play_connect();
	assert_true(play_ask(client, &request, &answer));
	assert_memory_equal(answer.pin, "0000", 4);
	request.fault = JPKI_AGENT_FAULT_WRONG;
	request.tries_left = 2;
	assert_true(play_ask(client, &request, &answer));
	assert_memory_equal(answer.pin, "1234", 4);
	assert_non_null(strstr(play_told(), "2 of 3 tries left"));
	(void)close(client);
}

static void
the_dialog_of_one_that_goes_away_closes_and_the_next_is_asked(void **state)
{
	struct jpki_agent_answer answer;
	int first, second;

	(void)state;
	play_start(PLAY_OPEN "\n1234\n", NULL, LONG_MS);
	first = play_connect();
	say(first, &auth, sizeof auth);
	play_wait_until_told("GETPIN");
	assert_true(play_dialog_is_open());
	second = play_connect();
	say(second, &auth, sizeof auth);
	(void)close(first);
	assert_true(play_hear(second, &answer));
	assert_int_equal(answer.outcome, JPKI_AGENT_TYPED);
	(void)close(second);
}

static void
so_does_that_of_one_that_dies(void **state)
{
	pid_t asker;

	(void)state;
	play_start(PLAY_OPEN "\n", NULL, LONG_MS);
	asker = fork();
	if (asker == 0) {
		const int client = play_connect();

		(void)!send(client, &auth, sizeof auth, MSG_NOSIGNAL);
		(void)pause();
		_exit(0);
	}
	play_wait_until_told("GETPIN");
	(void)kill(asker, SIGKILL);
	assert_int_equal(waitpid(asker, NULL, 0), asker);
	play_wait_until_closed();
}

/* A child that was forked meanwhile has the socket too. */
static void
so_does_that_of_one_that_dies_and_leaves_a_child(void **state)
{
	struct jpki_agent_answer answer;
	pid_t asker;

	(void)state;
	play_start(PLAY_OPEN "\n1234\n", NULL, LONG_MS);
	asker = fork();
	if (asker == 0) {
		const int client = play_connect();

		(void)setpgid(0, 0);
		(void)!send(client, &auth, sizeof auth, MSG_NOSIGNAL);
		(void)fork();
		(void)alarm(300); /* where the test fails, nobody else ends it */
		/* The child may even listen. */
		while (recv(client, &answer, sizeof answer, 0) > 0)
			;
		for (;;)
			(void)pause();
	}
	play_wait_until_told("GETPIN");
	(void)kill(asker, SIGKILL);
	assert_int_equal(waitpid(asker, NULL, 0), asker);
	play_wait_until_closed();
	assert_int_equal(kill(-asker, SIGKILL), 0); /* the child lived until now */
	assert_int_equal(play_outcome(&auth), JPKI_AGENT_TYPED);
}

/* While what was typed for it is on its way to the card. */
static void
one_between_two_rounds_keeps_its_place(void **state)
{
	int idle[3 * AGENT_CLIENTS_MAX], client;
	struct jpki_agent_request request = auth;
	struct jpki_agent_answer answer;

	(void)state;
	play_start("0000\n1234\n", NULL, LONG_MS);
	client = play_connect();
	assert_true(play_ask(client, &request, &answer));
	for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++)
		idle[i] = play_connect();
	assert_int_equal(play_outcome(&(struct jpki_agent_request){0}), -1); /* they are in */
	request.fault = JPKI_AGENT_FAULT_WRONG;
	request.tries_left = 2;
	assert_true(play_ask(client, &request, &answer));
	assert_memory_equal(answer.pin, "1234", 4);
	for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++)
		(void)close(idle[i]);
	(void)close(client);
}

/* What is no request, and what makes it none. */
static void
whoever_speaks_nonsense_is_hung_up_on(void **state)
{
	static const struct {
		size_t offset;
		uint32_t value;
	} cases[] = {
		{offsetof(struct jpki_agent_request, version), JPKI_AGENT_VERSION + 1},
		{offsetof(struct jpki_agent_request, version), 0},
		{offsetof(struct jpki_agent_request, purpose), JPKI_AGENT_CHANGE + 1},
		{offsetof(struct jpki_agent_request, key), JPKI_AGENT_KEY_SIGN + 1},
		{offsetof(struct jpki_agent_request, key), UINT32_MAX},
		{offsetof(struct jpki_agent_request, fault), JPKI_AGENT_FAULT_FEWER + 1},
		{offsetof(struct jpki_agent_request, tries_left), 0},
		{offsetof(struct jpki_agent_request, tries_left), 4},
		{offsetof(struct jpki_agent_request, tries_allowed), UINT32_MAX},
	};
	static const size_t sizes[] = {1, sizeof(struct jpki_agent_request) / 2,
				       sizeof(struct jpki_agent_request) - 1,
				       sizeof(struct jpki_agent_request) + 1, 4096};
	struct jpki_agent_request request;
	char room[4096] = {0};

	(void)state;
	play_start("1234\n", NULL, LONG_MS);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		request = auth;
		memcpy((char *)&request + cases[i].offset, &cases[i].value, sizeof cases[i].value);
		assert_int_equal(play_outcome(&request), -1);
	}
	request = auth;
	memset(request.serial, '1', sizeof request.serial);
	assert_int_equal(play_outcome(&request), -1);
	request = auth;
	memset(request.reader, 'r', sizeof request.reader);
	assert_int_equal(play_outcome(&request), -1);
	memcpy(room, &auth, sizeof auth);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		const int client = play_connect();

		say(client, room, sizes[i]);
		assert_true(is_hung_up(client));
		(void)close(client);
	}
	assert_int_equal(play_count("GETPIN"), 0);
	assert_int_equal(play_outcome(&auth), JPKI_AGENT_TYPED);
}

static void
whoever_speaks_while_it_waits_is_hung_up_on_and_its_dialog_closes(void **state)
{
	int client;

	(void)state;
	play_start(PLAY_OPEN "\n1234\n", NULL, LONG_MS);
	client = play_connect();
	say(client, &auth, sizeof auth);
	play_wait_until_told("GETPIN");
	say(client, &auth, sizeof auth);
	assert_true(is_hung_up(client));
	play_wait_until_closed();
	assert_int_equal(play_outcome(&auth), JPKI_AGENT_TYPED);
	(void)close(client);
}

/* Floods: connections that ask nothing, requests in one go, answers that nobody reads. */
static void
a_flood_does_not_keep_others_from_asking(void **state)
{
	int idle[3 * AGENT_CLIENTS_MAX], client;

	(void)state;
	play_start("1234\n", NULL, LONG_MS);
	for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
		idle[i] = play_connect();
		assert_true(idle[i] >= 0);
	}
	client = play_connect();
	for (int i = 0;
	     i < 1000 && send(client, &auth, sizeof auth, MSG_NOSIGNAL | MSG_DONTWAIT) > 0; i++)
		;
	(void)close(client);
	assert_int_equal(play_outcome(&auth), JPKI_AGENT_TYPED);
	for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++)
		(void)close(idle[i]);
}

static void
the_seventeenth_that_asks_is_turned_away(void **state)
{
	int clients[AGENT_CLIENTS_MAX], late;
	struct jpki_agent_answer answer;

	(void)state;
	play_start(PLAY_OPEN "\n", NULL, LONG_MS);
	for (size_t i = 0; i < AGENT_CLIENTS_MAX; i++) {
		clients[i] = play_connect();
		say(clients[i], &auth, sizeof auth);
		assert_true(hear_next(clients[i], &answer));
	}
	late = play_connect();
	(void)send(late, &auth, sizeof auth, MSG_NOSIGNAL);
	assert_true(is_hung_up(late));
	(void)close(late);
	for (size_t i = 0; i < AGENT_CLIENTS_MAX; i++) {
		assert_true(hear_next(clients[i], &answer));
		(void)close(clients[i]);
	}
}

static void
one_that_is_ended_closes_its_dialog_and_leaves_no_socket(void **state)
{
	int client;

	(void)state;
	play_start(PLAY_OPEN "\n", NULL, LONG_MS);
	client = play_connect();
	say(client, &auth, sizeof auth);
	play_wait_until_told("GETPIN");
	assert_int_equal(play_stop(), 0);
	assert_false(play_dialog_is_open());
	assert_true(is_hung_up(client));
	assert_int_equal(access(play_socket(), F_OK), -1);
	(void)close(client);
}

static void
another_user_is_hung_up_on(void **state)
{
	pid_t other;
	int status;

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: only root can be another user\n");
		skip();
	}
	play_start("1234\n", NULL, LONG_MS);
	assert_int_equal(chmod(play_file("."), 0755), 0);
	assert_int_equal(chmod(play_file(JPKI_AGENT_FOLDER), 0755), 0);
	assert_int_equal(chmod(play_socket(), 0666), 0);
	other = fork();
	if (other == 0) {
		int client;

		if (setuid(65534) != 0)
			_exit(3);
		client = play_connect();
		(void)!send(client, &auth, sizeof auth, MSG_NOSIGNAL);
		_exit(client >= 0 && is_hung_up(client) ? 0 : 1);
	}
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
	assert_int_equal(play_count("GETPIN"), 0);
}

/* A PIN that is being typed can be seen by nobody who is not root, and goes into no core file. */
static void
others_of_the_same_user_cannot_look_into_the_agent(void **state)
{
	char path[64];
	struct rlimit core;
	struct stat st;

	(void)state;
	play_start("", NULL, LONG_MS);
	assert_int_equal(play_outcome(&auth), JPKI_AGENT_CANCELLED);
	(void)snprintf(path, sizeof path, "/proc/%d/mem", (int)play_agent());
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 0); /* where root runs the tests, it always is */
	assert_int_equal(prlimit(play_agent(), RLIMIT_CORE, NULL, &core), 0);
	assert_int_equal(core.rlim_max, 0);
}

/* ---- where it listens ---- */

static void
only_the_user_can_reach_it(void **state)
{
	struct stat st;

	(void)state;
	assert_true(mkdir(play_file(JPKI_AGENT_FOLDER), 0777) == 0 || errno == EEXIST);
	assert_int_equal(chmod(play_file(JPKI_AGENT_FOLDER), 0777), 0);
	play_start("", NULL, LONG_MS);
	assert_int_equal(stat(play_file(JPKI_AGENT_FOLDER), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(play_socket(), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
a_second_one_is_told_of_the_first(void **state)
{
	struct listener listener;

	(void)state;
	play_start("1234\n", NULL, LONG_MS);
	assert_int_equal(listener_open(&listener), LISTENER_RUNNING);
	listener_close(&listener);
	assert_int_equal(play_outcome(&auth), JPKI_AGENT_TYPED);
}

static void
the_socket_of_a_dead_one_is_replaced(void **state)
{
	(void)state;
	play_start("", NULL, LONG_MS);
	(void)kill(play_agent(), SIGKILL);
	(void)play_stop();
	assert_int_equal(access(play_socket(), F_OK), 0);
	play_start("1234\n", NULL, LONG_MS);
	assert_int_equal(play_outcome(&auth), JPKI_AGENT_TYPED);
}

static enum listener_trouble
try_to_listen(void)
{
	struct listener listener;
	const enum listener_trouble trouble = listener_open(&listener);

	listener_close(&listener);
	return trouble;
}

static void
a_link_or_another_thing_in_its_place_is_left_alone(void **state)
{
	char there[256], own[256];

	(void)state;
	(void)snprintf(there, sizeof there, "%s", play_file("elsewhere"));
	(void)snprintf(own, sizeof own, "%s", play_file(JPKI_AGENT_FOLDER));
	(void)rmdir(own);
	assert_int_equal(mkdir(there, 0755), 0);
	assert_int_equal(symlink(there, own), 0);
	assert_int_equal(try_to_listen(), LISTENER_FOREIGN);
	assert_int_equal(access(play_file("elsewhere/" JPKI_AGENT_SOCKET), F_OK), -1);
	assert_int_equal(unlink(own), 0);
	assert_int_equal(rename(there, own), 0);
	assert_int_equal(close(open(play_socket(), O_CREAT | O_WRONLY, 0600)), 0);
	assert_int_equal(try_to_listen(), LISTENER_FOREIGN);
	assert_int_equal(access(play_socket(), F_OK), 0);
	assert_int_equal(unlink(play_socket()), 0);
	assert_int_equal(symlink("/dev/null", play_socket()), 0);
	assert_int_equal(try_to_listen(), LISTENER_FOREIGN);
	assert_int_equal(unlink(play_socket()), 0);
	assert_int_equal(try_to_listen(), LISTENER_FINE);
	if (geteuid() == 0) {
		assert_int_equal(chown(own, 65534, 65534), 0);
		assert_int_equal(try_to_listen(), LISTENER_FOREIGN);
		assert_int_equal(chown(own, 0, 0), 0);
	}
}

static void
without_a_place_for_sockets_it_does_not_guess_one(void **state)
{
	char *was = strdup(getenv("XDG_RUNTIME_DIR"));

	(void)state;
	assert_int_equal(unsetenv("XDG_RUNTIME_DIR"), 0);
	assert_int_equal(try_to_listen(), LISTENER_NO_PLACE);
	assert_int_equal(setenv("XDG_RUNTIME_DIR", "tmp", 1), 0);
	assert_int_equal(try_to_listen(), LISTENER_NO_PLACE);
	assert_int_equal(setenv("XDG_RUNTIME_DIR", was, 1), 0);
	free(was);
}

/* As systemd does: the socket is descriptor 3, and two variables say so. */
static _Noreturn void
be_started_by_systemd(int socket, int client)
{
	const struct agent_rules rules = {.pinentry = "/bin/false",
					  .beat_ms = PLAY_BEAT_MS,
					  .deadline_ms = LONG_MS,
					  .idle_ms = 200};
	struct listener listener;
	char pid[16];
	bool ok;

	(void)close(client);
	(void)dup2(socket, 3);
	(void)snprintf(pid, sizeof pid, "%d", (int)getpid());
	(void)setenv("LISTEN_PID", pid, 1);
	(void)setenv("LISTEN_FDS", "1", 1);
	ok = listener_open(&listener) == LISTENER_FINE && listener.socket == 3 &&
	     listener.path[0] == '\0' && !getenv("LISTEN_FDS") && fcntl(3, F_GETFD) == FD_CLOEXEC &&
	     agent_serve(3, &rules);
	listener_close(&listener);
	_exit(ok ? 0 : 1);
}

static void
a_socket_of_systemds_is_served_and_left_until_the_next_start(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int socket_of_systemd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	struct jpki_agent_answer answer;
	int status, client;
	pid_t agent;

	(void)state;
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", play_socket());
	assert_int_equal(bind(socket_of_systemd, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(socket_of_systemd, 4), 0);
	client = play_connect();
	say(client, &auth, sizeof auth);
	agent = fork();
	if (agent == 0)
		be_started_by_systemd(socket_of_systemd, client);
	assert_true(play_hear(client, &answer));
	assert_int_equal(answer.outcome, JPKI_AGENT_NO_PROMPT);
	(void)close(client);
	/* nobody asks any more: it ends by itself */
	assert_int_equal(waitpid(agent, &status, 0), agent);
	assert_int_equal(status, 0);
	assert_int_equal(access(play_socket(), F_OK), 0);
	(void)close(socket_of_systemd);
	assert_int_equal(unlink(play_socket()), 0);
}

/* What stands in LISTEN_PID and LISTEN_FDS, and what descriptor 3 is. */
struct handed {
	const char *pid, *count; /* "%d" is the own process */
	int domain, type;	 /* of the socket; 0: /dev/null */
	bool listens;
};

/* 0: the socket is the agent's own, and neither the descriptor nor the variables matter any more.
 */
static _Noreturn void
listen_with(const struct handed *handed)
{
	const struct sockaddr any = {.sa_family = AF_UNIX}; /* an abstract name of the kernel's */
	struct listener listener;
	char pid[32];
	int fd = handed->domain == 0 ? open("/dev/null", O_RDONLY)
				     : socket(handed->domain, handed->type, 0);

	if (fd != 3 && dup2(fd, 3) != 3)
		_exit(2);
	if (handed->listens && handed->domain == AF_UNIX &&
	    bind(3, &any, sizeof any.sa_family) != 0)
		_exit(3);
	if (handed->listens && listen(3, 1) != 0)
		_exit(3);
	(void)snprintf(pid, sizeof pid, "%d", (int)getpid());
	if (!strncmp(handed->pid, "%d", 2))
		(void)strncat(pid, handed->pid + 2, sizeof pid - strlen(pid) - 1);
	else
		(void)snprintf(pid, sizeof pid, "%s", handed->pid);
	(void)setenv("LISTEN_PID", pid, 1);
	(void)setenv("LISTEN_FDS", handed->count, 1);
	if (listener_open(&listener) != LISTENER_FINE || listener.socket == 3 ||
	    listener.path[0] == '\0' || getenv("LISTEN_PID") || getenv("LISTEN_FDS") ||
	    fcntl(3, F_GETFD) != 0)
		_exit(1);
	listener_close(&listener);
	_exit(0);
}

static void
what_is_no_socket_of_systemds_is_not_taken_for_one(void **state)
{
	static const struct handed cases[] = {
		{"%d", "1", 0, 0, false},
		{"%d", "1", AF_UNIX, SOCK_STREAM, true},
		{"%d", "1", AF_INET, SOCK_STREAM, true},
		{"%d", "1", AF_UNIX, SOCK_DGRAM, false},
		{"%d", "1", AF_UNIX, SOCK_SEQPACKET, false},
		{"1", "1", AF_UNIX, SOCK_SEQPACKET, true},
		{"-1", "1", AF_UNIX, SOCK_SEQPACKET, true},
		{"", "1", AF_UNIX, SOCK_SEQPACKET, true},
		{"99999999999999999999", "1", AF_UNIX, SOCK_SEQPACKET, true},
		{"%d%s%n", "1", AF_UNIX, SOCK_SEQPACKET, true},
		{"%d ", "1", AF_UNIX, SOCK_SEQPACKET, true},
		{"%d", "", AF_UNIX, SOCK_SEQPACKET, true},
		{"%d", "0", AF_UNIX, SOCK_SEQPACKET, true},
		{"%d", "2", AF_UNIX, SOCK_SEQPACKET, true},
		{"%d", "-1", AF_UNIX, SOCK_SEQPACKET, true},
		{"%d", "1x", AF_UNIX, SOCK_SEQPACKET, true},
		{"%d", "4294967297", AF_UNIX, SOCK_SEQPACKET, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const pid_t child = fork();
		int status;

		if (child == 0)
			listen_with(&cases[i]);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (status != 0)
			fail_msg("case %zu: status %d", i, status);
	}
}

#define TEST(name) cmocka_unit_test_teardown(name, play_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whoever_waits_hears_of_it_at_once_and_again),
		TEST(two_at_once_are_asked_one_after_the_other),
		TEST(those_who_wait_are_asked_in_their_turn),
		TEST(a_wrong_pin_is_asked_again_on_the_same_connection),
		TEST(the_dialog_of_one_that_goes_away_closes_and_the_next_is_asked),
		TEST(so_does_that_of_one_that_dies),
		TEST(so_does_that_of_one_that_dies_and_leaves_a_child),
		TEST(one_between_two_rounds_keeps_its_place),
		TEST(whoever_speaks_nonsense_is_hung_up_on),
		TEST(whoever_speaks_while_it_waits_is_hung_up_on_and_its_dialog_closes),
		TEST(a_flood_does_not_keep_others_from_asking),
		TEST(the_seventeenth_that_asks_is_turned_away),
		TEST(one_that_is_ended_closes_its_dialog_and_leaves_no_socket),
		TEST(another_user_is_hung_up_on),
		TEST(others_of_the_same_user_cannot_look_into_the_agent),
		TEST(only_the_user_can_reach_it),
		TEST(a_second_one_is_told_of_the_first),
		TEST(the_socket_of_a_dead_one_is_replaced),
		TEST(a_link_or_another_thing_in_its_place_is_left_alone),
		TEST(without_a_place_for_sockets_it_does_not_guess_one),
		TEST(a_socket_of_systemds_is_served_and_left_until_the_next_start),
		TEST(what_is_no_socket_of_systemds_is_not_taken_for_one),
	};

	(void)setenv("LC_ALL", "C.UTF-8", 1);
	auth = play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);
	return cmocka_run_group_tests_name("agent-clients", tests, play_set_up_group,
					   play_tear_down_group);
}
