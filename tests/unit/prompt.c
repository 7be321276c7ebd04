/* SPDX-License-Identifier: BSD-2-Clause */
#include "prompt/prompt.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/module/agent-stub.h"

/* The way to the agent (include/jpki-agent.h), with one that lies, dies, floods and is silent. */

#define ONE(...) agent_start(&(const struct agent_line){__VA_ARGS__}, 1)

/* How this program ends as another one, with "is-there": it has rights of its own; an agent. */
enum { IS_MORE = 1, IS_THERE = 2 };

static struct line line;
static struct secret *answer;

/* Where a test says so, each second that is asked for has taken a minute; and so much has passed.
 */
static _Atomic bool fast;
static _Atomic int passed_s;

static _Atomic bool given_up; /* by the module, on an agent */

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	const int r = (int)syscall(SYS_clock_gettime, clock, now);

	if (fast)
		now->tv_sec *= 60;
	now->tv_sec += passed_s;
	return r;
}

static int
set_up(void **state)
{
	(void)state;
	agent_prepare();
	answer = prompt_answer_new();
	assert_non_null(answer);
	line = (struct line){0};
	given_up = false;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fast = false;
	passed_s = 0;
	(void)agent_stop();
	secret_free(answer);
	return 0;
}

static enum result
ask(enum jpki_agent_purpose purpose)
{
	const struct jpki_agent_request request = {.version = JPKI_AGENT_VERSION,
						   .purpose = purpose};
	const int agent = prompt_connect(&line);
	enum result r;

	assert_true(agent >= 0);
	r = prompt_ask(agent, &request, &line, answer);
	prompt_hang_up(agent);
	return r;
}

static void
assert_no_pin_is_left(void)
{
	for (size_t i = 0; i < answer->size; i++)
		assert_int_equal(answer->data[i], 0);
}

static void
what_was_typed_comes_back(void **state)
{
	const struct jpki_agent_answer *typed = (const void *)answer->data;

	(void)state;
	ONE(.pin = "1234", .new_pin = "5678");
	assert_int_equal(ask(JPKI_AGENT_CHANGE), RESULT_OK);
	assert_int_equal(typed->pin_len, 4);
	assert_memory_equal(typed->pin, "1234", 4);
	assert_int_equal(typed->new_pin_len, 4);
	assert_memory_equal(typed->new_pin, "5678", 4);
}

static void
cancelled_is_cancelled_and_so_is_an_agent_without_a_screen(void **state)
{
	(void)state;
	ONE(.pin = NULL);
	assert_int_equal(ask(JPKI_AGENT_LOGIN), RESULT_CANCELLED);
	(void)agent_stop();
	ONE(.fault = AGENT_NO_PROMPT);
	assert_int_equal(ask(JPKI_AGENT_LOGIN), RESULT_CANCELLED);
}

static void
a_change_needs_both_pins(void **state)
{
	(void)state;
	ONE(.pin = "1234");
	assert_int_equal(ask(JPKI_AGENT_CHANGE), RESULT_CANCELLED);
	assert_no_pin_is_left();
}

static void
what_is_no_answer_is_none(void **state)
{
	static const enum agent_fault lies[] = {AGENT_HANGS_UP, AGENT_SHORT,	  AGENT_LONG,
						AGENT_VERSION,	AGENT_PIN_LENGTH, AGENT_EMPTY,
						AGENT_FLOODS};

	(void)state;
	for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
		ONE(.pin = "1234", .fault = lies[i]);
		assert_int_equal(ask(JPKI_AGENT_LOGIN), RESULT_CANCELLED);
		assert_no_pin_is_left();
		(void)agent_stop();
	}
}

/* Well before its deadline. */
static void
fall_silent(int client)
{
	struct pollfd hung_up = {.fd = client, .events = POLLIN};

	for (int i = 0; i < 20 && !given_up; i++) {
		passed_s += JPKI_AGENT_SILENCE_S + 1;
		given_up = poll(&hung_up, 1, 1000) == 1;
	}
	passed_s += 2 * JPKI_AGENT_DEADLINE_S;
}

static void
an_agent_that_says_nothing_any_more_is_not_waited_for(void **state)
{
	(void)state;
	ONE(.pin = "1234", .meanwhile = fall_silent, .fault = AGENT_SILENT);
	assert_int_equal(ask(JPKI_AGENT_LOGIN), RESULT_CANCELLED);
	(void)agent_stop();
	assert_true(given_up);
}

/* An agent that says this for so long, every five seconds; one is heard before the next is said. */
static void
dawdle(int client, enum jpki_agent_outcome outcome, int seconds)
{
	const struct jpki_agent_answer said = {.version = JPKI_AGENT_VERSION, .outcome = outcome};
	int unheard;

	for (int s = 0; s < seconds; s += 5) {
		if (send(client, &said, sizeof said, MSG_NOSIGNAL) != (ssize_t)sizeof said)
			return;
		while (ioctl(client, SIOCOUTQ, &unheard) == 0 && unheard > 0)
			(void)sched_yield();
		passed_s += 5;
	}
}

static void
queue_then_ask(int client)
{
	dawdle(client, JPKI_AGENT_QUEUED, 280);
	dawdle(client, JPKI_AGENT_WAITS, 280);
}

static void
never_end(int client)
{
	for (int i = 0; i < 4; i++)
		queue_then_ask(client);
}

static void
queue_for_ever(int client)
{
	dawdle(client, JPKI_AGENT_QUEUED, 340);
}

static void
ask_for_ever(int client)
{
	dawdle(client, JPKI_AGENT_WAITS, 340);
}

/* Behind another program's dialog; the user then has as long as always. */
static void
the_wait_for_ones_turn_takes_nothing_from_the_users_time(void **state)
{
	(void)state;
	ONE(.pin = "1234", .meanwhile = queue_then_ask);
	assert_int_equal(ask(JPKI_AGENT_LOGIN), RESULT_OK);
}

static void
nobody_is_waited_for_for_ever(void **state)
{
	static void (*const agents[])(int) = {queue_for_ever, ask_for_ever, never_end};

	(void)state;
	for (size_t i = 0; i < sizeof agents / sizeof agents[0]; i++) {
		ONE(.pin = "1234", .meanwhile = agents[i]);
		assert_int_equal(ask(JPKI_AGENT_LOGIN), RESULT_CANCELLED);
		(void)agent_stop();
	}
}

static void
draw(void)
{
	line_draw(&line);
}

static void
finalizing_ends_the_wait(void **state)
{
	(void)state;
	ONE(.pin = "1234", .before = draw);
	assert_int_equal(ask(JPKI_AGENT_LOGIN), RESULT_ENDED);
	assert_no_pin_is_left();
}

static void
no_runtime_folder_no_agent(void **state)
{
	(void)state;
	assert_int_equal(prompt_connect(&line), -1); /* nobody is there */
	ONE(.pin = "1234");
	assert_true(prompt_is_there());
	(void)unsetenv("XDG_RUNTIME_DIR");
	assert_false(prompt_is_there());
	(void)setenv("XDG_RUNTIME_DIR", "relative", 1);
	assert_false(prompt_is_there());
}

static void
another_users_socket_is_no_agent(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: only root can be another user\n");
		skip();
	}
	ONE(.pin = "1234");
	assert_int_equal(chown(agent_path(), 65534, 65534), 0);
	assert_false(prompt_is_there());
	assert_int_equal(chown(agent_path(), 0, 0), 0);
	assert_true(prompt_is_there());
}

/* One that is not accepting just now: on a busy machine, or asked by many at once. */
static void
a_full_queue_is_an_agent_that_is_waited_for(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	int waiting[8], accepted;

	(void)state;
	memcpy(address.sun_path, agent_path(), strlen(agent_path()) + 1);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 0), 0);
	for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++) {
		waiting[i] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
		(void)connect(waiting[i], (struct sockaddr *)&address, sizeof address);
	}
	assert_int_equal(connect(waiting[7], (struct sockaddr *)&address, sizeof address), -1);
	assert_int_equal(errno, EAGAIN);
	assert_true(prompt_is_there());
	fast = true;
	assert_int_equal(prompt_connect(&line), -1); /* but not for ever */
	fast = false;
	accepted = accept(listener, NULL, NULL);
	assert_true(prompt_is_there());
	for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++)
		(void)close(waiting[i]);
	(void)close(accepted);
	(void)close(listener);
	assert_int_equal(unlink(agent_path()), 0);
}

/* At a path of this user's, which is what a folder that others may write into allows. */
static void
another_user_at_this_users_socket_is_no_agent(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int ready[2];
	char byte;
	bool taken;
	pid_t other;

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: only root can be another user\n");
		skip();
	}
	memcpy(address.sun_path, agent_path(), strlen(agent_path()) + 1);
	assert_int_equal(pipe(ready), 0);
	other = fork();
	if (other == 0) {
		const int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);

		/* Whoever listens is who is there; root may have made the path. */
		if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
		    setuid(65534) != 0 || listen(listener, 4) != 0)
			_exit(1);
		(void)!write(ready[1], "", 1);
		for (;;)
			(void)pause();
	}
	/* Nobody is left behind, also where this fails. */
	(void)close(ready[1]);
	taken = read(ready[0], &byte, 1) != 1 || prompt_is_there();
	(void)kill(other, SIGKILL);
	(void)waitpid(other, NULL, 0);
	(void)unlink(agent_path());
	(void)close(ready[0]);
	assert_false(taken);
}

static bool
may_have_more(const char *path)
{
	struct statvfs file_system;

	return statvfs(path, &file_system) == 0 && !(file_system.f_flag & ST_NOSUID);
}

/* Who starts it says what XDG_RUNTIME_DIR is, and is somebody else. */
static void
a_program_with_more_rights_than_its_user_has_no_agent(void **state)
{
	char path[160], command[1024];
	int status;

	(void)state;
	if (geteuid() != 0) {
		print_message("SKIPPED: only root can make a program of another group's\n");
		skip();
	}
	ONE(.pin = "1234");
	(void)snprintf(path, sizeof path, "%s.program", agent_path());
	(void)snprintf(command, sizeof command,
		       "cp /proc/%d/exe %s && chgrp 65534 %s && %s is-there", (int)getpid(), path,
		       path, path);
	assert_int_equal(system(command), IS_THERE << 8); /* as itself it has one */
	(void)snprintf(command, sizeof command, "chmod g+s %s && %s is-there", path, path);
	status = system(command);
	(void)unlink(path);
	if (status == IS_THERE << 8 && !may_have_more(agent_path())) {
		print_message("SKIPPED: programs in /tmp get no rights of their files\n");
		skip();
	}
	assert_int_equal(status, IS_MORE << 8);
}

static void
programs_are_told_by_their_executables_names(void **state)
{
	(void)state;
	assert_true(prompt_is_for_this_process(""));
	assert_true(prompt_is_for_this_process("firefox* chrom*"));
	assert_true(prompt_is_for_this_process("unit"));
	assert_false(prompt_is_for_this_process("*prompt"));
	assert_false(prompt_is_for_this_process("firefox*, *prom*"));
	assert_false(prompt_is_for_this_process("  * "));
}

/* What an upgrade has replaced is the same program still. */
static void
so_are_those_that_were_replaced_since_they_were_started(void **state)
{
	char path[160], command[1024];

	(void)state;
	(void)snprintf(path, sizeof path, "%s.program", agent_path());
	(void)snprintf(command, sizeof command, "cp /proc/%d/exe %s && %s is-excepted %s",
		       (int)getpid(), path, path, path);
	assert_int_equal(system(command), 0);
	assert_int_equal(access(path, F_OK), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_typed_comes_back),
		TEST(cancelled_is_cancelled_and_so_is_an_agent_without_a_screen),
		TEST(a_change_needs_both_pins),
		TEST(what_is_no_answer_is_none),
		TEST(an_agent_that_says_nothing_any_more_is_not_waited_for),
		TEST(the_wait_for_ones_turn_takes_nothing_from_the_users_time),
		TEST(nobody_is_waited_for_for_ever),
		TEST(finalizing_ends_the_wait),
		TEST(no_runtime_folder_no_agent),
		TEST(a_full_queue_is_an_agent_that_is_waited_for),
		TEST(another_users_socket_is_no_agent),
		TEST(another_user_at_this_users_socket_is_no_agent),
		TEST(a_program_with_more_rights_than_its_user_has_no_agent),
		TEST(programs_are_told_by_their_executables_names),
		TEST(so_are_those_that_were_replaced_since_they_were_started),
	};

	if (argc == 2 && strcmp(argv[1], "is-there") == 0)
		return (getauxval(AT_SECURE) ? IS_MORE : 0) | (prompt_is_there() ? IS_THERE : 0);
	if (argc == 3 && strcmp(argv[1], "is-excepted") == 0)
		return unlink(argv[2]) == 0 && !prompt_is_for_this_process("x agent.program") ? 0
											      : 1;
	return cmocka_run_group_tests_name("unit-prompt", tests, NULL, NULL);
}
