/* SPDX-License-Identifier: BSD-2-Clause */
/* Logins that follow each other within ten seconds ask the agent once, and what ends that. */
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/module/agent-case.h"

static void
log_in_and_close(void)
{
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(f->C_CloseSession(session), CKR_OK);
	session = p11_open(f, SLOT_AUTH);
}

/* GnuTLS logs in once for each object. */
static void
a_burst_of_logins_asks_once_within_ten_seconds(void **state)
{
	static const struct agent_line lines[] = {RIGHT, RIGHT};

	(void)state;
	harness_stop_clock();
	START(lines);
	log_in_and_close();
	harness_move_clock(9000);
	log_in_and_close();
	harness_move_clock(9000); /* the last session's end counts, not the first's */
	log_in_and_close();
	harness_move_clock(11000);
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(agent_stop(), 2);
	assert_int_equal(harness_tries("auth"), 3);
}

static void
closing_all_sessions_is_closing_the_last(void **state)
{
	static const struct agent_line lines[] = {RIGHT};

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_OK);
	(void)p11_open(f, SLOT_AUTH);
	assert_int_equal(f->C_CloseAllSessions(SLOT_AUTH), CKR_OK);
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(agent_stop(), 1);
}

static void
finalizing_ends_it(void **state)
{
	static const struct agent_line lines[] = {RIGHT, RIGHT};

	(void)state;
	START(lines);
	log_in_and_close();
	p11_stop(f);
	p11_start(f);
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(agent_stop(), 2);
}

static void
taking_the_card_out_ends_it_also_where_it_comes_back(void **state)
{
	static const struct agent_line lines[] = {RIGHT, RIGHT};

	(void)state;
	START(lines);
	log_in_and_close();
	take_card_out();
	harness_sim("insert", "adult", "Reader", NULL);
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(agent_stop(), 2);
}

/* A child starts anew like any other program, and has no PIN of its parent's. */
static void
another_process_has_to_ask(void **state)
{
	static const struct agent_line lines[] = {RIGHT, {.pin = NULL}};
	int status;
	pid_t child;

	(void)state;
	START(lines);
	log_in_and_close();
	child = fork();
	if (child == 0) {
		if (f->C_Initialize(NULL) != CKR_OK ||
		    f->C_OpenSession(SLOT_AUTH, CKF_SERIAL_SESSION, NULL, NULL, &session) != CKR_OK)
			_exit(1);
		_exit(log_in() == CKR_FUNCTION_CANCELED && f->C_Finalize(NULL) == CKR_OK ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(log_in(), CKR_OK); /* and the parent has its own still */
	assert_int_equal(agent_stop(), 2);
}

/* They may have been the user's, who errs now; or somebody guesses. */
static void
where_others_spent_a_try_the_user_is_asked(void **state)
{
	static const struct agent_line lines[] = {RIGHT, RIGHT};
	unsigned long before;

	(void)state;
	START(lines);
	log_in_and_close();
	spend_one();
	before = harness_verifies();
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(agent_stop(), 2);
	assert_int_equal(agent_request(1)->tries_left, 2);
	assert_int_equal(harness_verifies(), before + 1);
}

/* It cannot be seen that another program changed the PIN: one of all the tries, and no more. */
static void
a_pin_that_another_program_changed_is_sent_once_at_most(void **state)
{
	static const struct agent_line lines[] = {RIGHT, {.pin = NULL}, {.pin = NULL}};

	(void)state;
	START(lines);
	log_in_and_close();
	assert_int_equal(harness_other_program(SELECT_JPKI, "00A4020C020018", "002000800431323334",
					       "002401800434333231", NULL),
			 0x9000);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(log_in(), CKR_FUNCTION_CANCELED);
		assert_int_equal(harness_tries("auth"), 2);
	}
	assert_int_equal(agent_stop(), 3);
	assert_int_equal(agent_request(1)->tries_left, 2);
	assert_int_equal(harness_other_program(SELECT_JPKI, "00A4020C020018", "002000800434333231",
					       "002401800431323334", NULL),
			 0x9000);
}

static void
logging_out_ends_it(void **state)
{
	static const struct agent_line lines[] = {RIGHT, RIGHT};

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	log_in_and_close();
	assert_int_equal(agent_stop(), 2);
}

static void
so_does_the_setting_another_card_and_the_programs_own_pin(void **state)
{
	static const struct agent_line lines[] = {RIGHT, RIGHT, RIGHT, RIGHT};

	(void)state;
	START(lines);
	restart_with("ask-pin-agent-keep", "0", SLOT_AUTH);
	log_in_and_close();
	log_in_and_close();
	restart_with("ask-pin-agent-keep", "10", SLOT_AUTH);
	log_in_and_close();
	swap_card();
	session = p11_open(f, SLOT_AUTH);
	log_in_and_close();
	assert_int_equal(agent_stop(), 4);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(f->C_CloseSession(session), CKR_OK);
	START(lines);
	session = p11_open(f, SLOT_AUTH);
	log_in_and_close();
	assert_int_equal(agent_stop(), 1);
}

/* Nobody types it now: it is not for this to spend the last try. */
static void
a_burst_never_spends_a_last_try(void **state)
{
	static const struct agent_line lines[] = {RIGHT, {.pin = NULL}};
	unsigned long before;

	(void)state;
	START(lines);
	log_in_and_close();
	spend_all_but_one();
	before = harness_verifies();
	assert_int_equal(log_in(), CKR_FUNCTION_CANCELED);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(harness_tries("auth"), 1);
	assert_int_equal(agent_request(1)->tries_left, 1);
}

/* By the program itself, while the old one waited for the next login. */
static void
a_pin_that_was_changed_meanwhile_is_not_sent(void **state)
{
	static const struct agent_line lines[] = {RIGHT, {.pin = NULL}};
	CK_UTF8CHAR old_pin[] = PIN_AUTH, new_pin[] = "4321";
	unsigned long before;

	(void)state;
	START(lines);
	log_in_and_close();
	assert_int_equal(f->C_SetPIN(session, old_pin, 4, new_pin, 4), CKR_OK);
	before = harness_verifies();
	assert_int_equal(log_in(), CKR_FUNCTION_CANCELED);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(harness_tries("auth"), 3);
	assert_int_equal(f->C_SetPIN(session, new_pin, 4, old_pin, 4), CKR_OK);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(a_burst_of_logins_asks_once_within_ten_seconds),
		TEST(closing_all_sessions_is_closing_the_last),
		TEST(finalizing_ends_it),
		TEST(taking_the_card_out_ends_it_also_where_it_comes_back),
		TEST(another_process_has_to_ask),
		TEST(where_others_spent_a_try_the_user_is_asked),
		TEST(a_pin_that_another_program_changed_is_sent_once_at_most),
		TEST(logging_out_ends_it),
		TEST(so_does_the_setting_another_card_and_the_programs_own_pin),
		TEST(a_burst_never_spends_a_last_try),
		TEST(a_pin_that_was_changed_meanwhile_is_not_sent),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests_name("module-agent-burst", tests, NULL, NULL);
}
