/* SPDX-License-Identifier: BSD-2-Clause */
/* The module, jpki-tool agent and a user before its dialogs, over the simulated card. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/agent/play.h"
#include "tests/module/harness.h"
#include "tests/secrets/scan.h"

#define NO_PIN NULL, 0
#define NO_DEADLINE 0 /* the tool has its own */

static CK_FUNCTION_LIST *f;
static CK_SESSION_HANDLE session;

/* The module in a program that lets the agent ask, before a user who types these lines. */
static void
start(const char *words, CK_SLOT_ID slot)
{
	harness_setting("ask-pin", "agent");
	play_start(words, NULL, NO_DEADLINE);
	p11_start(f);
	session = p11_open(f, slot);
}

static int
set_up(void **state)
{
	(void)state;
	f = harness_module("jpki-pkcs11");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)f->C_Finalize(NULL);
	(void)play_stop();
	harness_reset();
	return 0;
}

static void
a_login_without_a_pin_is_asked_by_the_agent(void **state)
{
	(void)state;
	start(PIN_AUTH "\n", SLOT_AUTH);
	assert_true(p11_token_flags(f, SLOT_AUTH) & CKF_PROTECTED_AUTHENTICATION_PATH);
	assert_int_equal(p11_login_by_agent(f, session), CKR_OK);
	assert_int_equal(p11_sign_any(f, session), CKR_OK);
	assert_int_equal(play_count("GETPIN"), 1);
	assert_int_equal(harness_tries("auth"), 3);
	assert_false(harness_is_open("auth"));
	play_assert_told("in Reader");
}

static void
a_wrong_pin_is_asked_again_with_the_tries_that_are_left(void **state)
{
	(void)state;
	start("12345\n0000\n0000\n１２３４\n", SLOT_AUTH);
	assert_int_equal(p11_login_by_agent(f, session), CKR_OK);
	play_assert_told("SETERROR this PIN has exactly 4 digits");
	play_assert_told("SETERROR the PIN was wrong: a try is gone");
	play_assert_told("SETERROR this one was refused before");
	play_assert_told("2 of 3 tries left");
	assert_int_equal(play_count("GETPIN"), 4);
	assert_int_equal(harness_tries("auth"), 3);
}

static void
the_last_try_is_not_spent_without_a_yes(void **state)
{
	(void)state;
	start("0000\n0001\n" PLAY_CANCEL "\n" PLAY_OK "\n" PIN_AUTH "\n", SLOT_AUTH);
	assert_int_equal(p11_login_by_agent(f, session), CKR_FUNCTION_CANCELED);
	assert_int_equal(harness_tries("auth"), 1);
	assert_int_equal(play_count("CONFIRM"), 1);
	assert_int_equal(p11_login_by_agent(f, session), CKR_OK);
	assert_int_equal(harness_tries("auth"), 3);
}

static void
cancelling_sends_nothing(void **state)
{
	unsigned long before;

	(void)state;
	start(PLAY_CANCEL "\n", SLOT_SIGN);
	before = harness_verifies();
	assert_int_equal(p11_login_by_agent(f, session), CKR_FUNCTION_CANCELED);
	assert_int_equal(harness_verifies(), before);
	play_assert_told("name, address, birth date and sex");
}

static void
a_change_is_asked_by_the_agent(void **state)
{
	(void)state;
	start(PIN_AUTH "\n4321\n4321\n4321\n" PIN_AUTH "\n" PIN_AUTH "\n", SLOT_AUTH);
	assert_int_equal(f->C_SetPIN(session, NO_PIN, NO_PIN), CKR_OK);
	assert_int_equal(p11_login(f, session, "4321"), CKR_OK);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	assert_int_equal(f->C_SetPIN(session, NO_PIN, NO_PIN), CKR_OK);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
}

static void
each_signature_can_want_consent(void **state)
{
	(void)state;
	harness_setting("ask-pin-each-signature", "yes");
	start(PIN_SIGN "\n" PIN_SIGN "\n" PLAY_CANCEL "\n", SLOT_SIGN);
	assert_int_equal(p11_login_by_agent(f, session), CKR_OK);
	assert_int_equal(play_count("ONE SIGNATURE"), 0);
	assert_int_equal(p11_sign_any(f, session), CKR_OK);
	assert_int_equal(play_count("ONE SIGNATURE"), 1);
	assert_int_equal(p11_sign_any(f, session), CKR_FUNCTION_CANCELED);
	assert_int_equal(harness_tries("sign"), 5);
}

static void
without_a_pinentry_nothing_is_sent_and_both_sides_say_why(void **state)
{
	(void)state;
	harness_setting("ask-pin", "agent");
	harness_log("warning");
	play_start("", "/nonexistent", NO_DEADLINE);
	p11_start(f);
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(p11_login_by_agent(f, session), CKR_FUNCTION_CANCELED);
	assert_int_equal(harness_tries("auth"), 3);
	assert_int_equal(harness_log_count("the agent has no way to ask the user"), 1);
	assert_non_null(strstr(play_said(), "/nonexistent cannot ask: it is not installed, or "
					    "finds neither a screen nor the terminal"));
}

/* Both are served, one after the other, each by its own dialog. */
static void
two_processes_at_once_are_both_logged_in(void **state)
{
	pid_t child;
	int status;

	(void)state;
	start(PIN_AUTH "\n" PIN_AUTH "\n", SLOT_AUTH);
	child = fork();
	if (child == 0) {
		if (f->C_Initialize(NULL) != CKR_OK ||
		    f->C_OpenSession(SLOT_AUTH, CKF_SERIAL_SESSION, NULL, NULL, &session) != CKR_OK)
			_exit(1);
		_exit(p11_login_by_agent(f, session) == CKR_OK && f->C_Finalize(NULL) == CKR_OK
			      ? 0
			      : 2);
	}
	assert_int_equal(p11_login_by_agent(f, session), CKR_OK);
	assert_int_equal(p11_sign_any(f, session), CKR_OK);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(play_count("GETPIN"), 2);
	assert_int_equal(harness_tries("auth"), 3);
}

static void *
log_in_too(void *rv)
{
	*(CK_RV *)rv = p11_login_by_agent(f, session);
	return NULL;
}

static void
finalize_takes_the_dialog_away(void **state)
{
	pthread_t thread;
	CK_RV rv = CKR_OK;

	(void)state;
	start(PLAY_OPEN "\n", SLOT_AUTH);
	assert_int_equal(pthread_create(&thread, NULL, log_in_too, &rv), 0);
	play_wait_until_told("GETPIN");
	assert_int_equal(f->C_Finalize(NULL), CKR_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(rv, CKR_CRYPTOKI_NOT_INITIALIZED);
	play_wait_until_closed();
}

/* Whoever was forked meanwhile has the connection too, and may live on. */
static void
a_child_that_lives_on_does_not_keep_the_dialog(void **state)
{
	pthread_t thread;
	CK_RV rv = CKR_OK;
	pid_t child;

	(void)state;
	start(PLAY_OPEN "\n", SLOT_AUTH);
	assert_int_equal(pthread_create(&thread, NULL, log_in_too, &rv), 0);
	play_wait_until_told("GETPIN");
	child = fork();
	if (child == 0) {
		(void)alarm(HANG_SECONDS); /* where the test fails, nobody else ends it */
		for (;;)
			(void)pause();
	}
	assert_int_equal(f->C_Finalize(NULL), CKR_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	play_wait_until_closed();
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

#define TYPED                                                                                      \
	"%57"                                                                                      \
	"7KQ4ZJ2TYX9" /* the first character in disguise */
#define MEANT "W7KQ4ZJ2TYX9"

static CK_RV
change(const char *old, const char *new)
{
	return f->C_SetPIN(session, (CK_UTF8CHAR *)(uintptr_t)old, strlen(old),
			   (CK_UTF8CHAR *)(uintptr_t)new, strlen(new));
}

/* It does one thing after the other: when it has hung up on nonsense, it is done with what was
 * before. */
static void
await_agent(void)
{
	const int client = play_connect();
	struct jpki_agent_answer answer;

	assert_int_equal(send(client, "", 1, MSG_NOSIGNAL), 1);
	assert_false(play_hear(client, &answer));
	(void)close(client);
}

/* A sanitizer keeps what was freed, and has terabytes of its own. */
#ifdef __SANITIZE_ADDRESS__
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

/* "VmLck: 12 kB" of the agent's. */
static long
locked_memory(void)
{
	char path[64], line[256];
	long kilobytes = 0;
	FILE *file;

	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)play_agent());
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof line, file))
		(void)sscanf(line, "VmLck: %ld", &kilobytes);
	(void)fclose(file);
	return kilobytes;
}

static void
what_is_typed_is_in_locked_memory(void **state)
{
	const struct jpki_agent_request request =
		play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);
	struct rlimit limit;
	long idle;
	int client;

	(void)state;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur < 65536 || sanitized) {
		print_message(
			"SKIPPED: no memory may be locked here, or none is under a sanitizer\n");
		skip();
	}
	play_start(PLAY_OPEN "\n", NULL, NO_DEADLINE);
	await_agent(); /* it has begun */
	idle = locked_memory();
	assert_true(idle > 0); /* for its answers */
	client = play_connect();
	assert_int_equal(send(client, &request, sizeof request, MSG_NOSIGNAL), sizeof request);
	play_wait_until_told("GETPIN");
	assert_true(locked_memory() > idle); /* and for the dialog */
	(void)close(client);
}

static void
no_pin_is_left_in_the_agent_after_its_answer(void **state)
{
	struct scan_needles needles = {.count = 0};
	struct scan_result result;

	(void)state;
	if (geteuid() != 0 || sanitized) {
		print_message("SKIPPED: only root can look into the agent's memory, and at no "
			      "sanitizer's\n");
		skip();
	}
	start(TYPED "\n", SLOT_SIGN);
	assert_int_equal(change(PIN_SIGN, MEANT), CKR_OK);
	assert_int_equal(p11_login_by_agent(f, session), CKR_OK);
	assert_int_equal(play_count("GETPIN"), 1);
	await_agent();
	scan_add(&needles, "typed", TYPED, strlen(TYPED));
	scan_add(&needles, "meant", MEANT, strlen(MEANT));
	scan_add(&needles, "its end", MEANT + 4, strlen(MEANT) - 4);
	scan_add(&needles, "place", "jpki-pkcs11/agent", 17);
	assert_true(scan_process(play_agent(), &needles, &result));
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(result.found[i], 0);
	assert_true(result.found[3] > 0);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	assert_int_equal(change(MEANT, PIN_SIGN), CKR_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(a_login_without_a_pin_is_asked_by_the_agent),
		TEST(a_wrong_pin_is_asked_again_with_the_tries_that_are_left),
		TEST(the_last_try_is_not_spent_without_a_yes),
		TEST(cancelling_sends_nothing),
		TEST(a_change_is_asked_by_the_agent),
		TEST(each_signature_can_want_consent),
		TEST(without_a_pinentry_nothing_is_sent_and_both_sides_say_why),
		TEST(two_processes_at_once_are_both_logged_in),
		TEST(what_is_typed_is_in_locked_memory),
		TEST(finalize_takes_the_dialog_away),
		TEST(a_child_that_lives_on_does_not_keep_the_dialog),
		TEST(no_pin_is_left_in_the_agent_after_its_answer),
	};
	char *tool;
	int failed;

	(void)setenv("LC_ALL", "C.UTF-8", 1);
	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	tool = strdup(harness_path("src/tool/jpki-tool"));
	play_use_tool(tool);
	failed = cmocka_run_group_tests_name("agent-module", tests, play_set_up_group,
					     play_tear_down_group);
	free(tool);
	return failed;
}
