/* SPDX-License-Identifier: BSD-2-Clause */
#include "prompt/prompt.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/module/agent-stub.h"

/* The way to the agent (include/jpki-agent.h), with one that lies, dies, floods and is silent. */

#define ONE(...) agent_start(&(const struct agent_line){__VA_ARGS__}, 1)

static struct line line;
static struct secret *answer;

/* Where a test says so, each second that is asked for has taken a minute. */
static _Atomic bool fast;

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	const int r = (int)syscall(SYS_clock_gettime, clock, now);

	if (fast)
		now->tv_sec *= 60;
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
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	fast = false;
	(void)agent_stop();
	secret_free(answer);
	return 0;
}

static enum result
ask(enum jpki_agent_purpose purpose)
{
	const struct jpki_agent_request request = {.version = JPKI_AGENT_VERSION,
						   .purpose = purpose};
	const int agent = prompt_connect();
	enum result r;

	assert_true(agent >= 0);
	r = prompt_ask(agent, &request, &line, answer);
	(void)close(agent);
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

static void
an_agent_that_says_nothing_any_more_is_not_waited_for(void **state)
{
	(void)state;
	ONE(.pin = "1234", .fault = AGENT_SILENT);
	fast = true;
	assert_int_equal(ask(JPKI_AGENT_LOGIN), RESULT_CANCELLED);
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
	assert_int_equal(prompt_connect(), -1); /* nobody is there */
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
	if (geteuid() != 0)
		skip();
	ONE(.pin = "1234");
	assert_int_equal(chown(agent_path(), 65534, 65534), 0);
	assert_false(prompt_is_there());
	assert_int_equal(chown(agent_path(), 0, 0), 0);
	assert_true(prompt_is_there());
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_typed_comes_back),
		TEST(cancelled_is_cancelled_and_so_is_an_agent_without_a_screen),
		TEST(a_change_needs_both_pins),
		TEST(what_is_no_answer_is_none),
		TEST(an_agent_that_says_nothing_any_more_is_not_waited_for),
		TEST(finalizing_ends_the_wait),
		TEST(no_runtime_folder_no_agent),
		TEST(another_users_socket_is_no_agent),
		TEST(programs_are_told_by_their_executables_names),
	};

	return cmocka_run_group_tests_name("unit-prompt", tests, NULL, NULL);
}
