/* SPDX-License-Identifier: BSD-2-Clause */
/* What the user is asked by the agent, and what becomes of what is typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/agent/play.h"

#define LONG_MS 600000

static struct jpki_agent_answer answer;

/* Starts the agent with a user who types these lines, asks once, and ends it. The outcome. */
static int
ask(const char *words, const struct jpki_agent_request *request)
{
	int client;
	bool answered;

	play_start(words, NULL, LONG_MS);
	client = play_connect();
	answered = play_ask(client, request, &answer);
	(void)close(client);
	assert_int_equal(play_stop(), 0);
	return answered ? (int)answer.outcome : -1;
}

static void
assert_typed(const char *pin, const char *new_pin)
{
	assert_int_equal(answer.outcome, JPKI_AGENT_TYPED);
	assert_int_equal(answer.pin_len, strlen(pin));
	assert_memory_equal(answer.pin, pin, strlen(pin));
	assert_int_equal(answer.new_pin_len, strlen(new_pin));
	assert_memory_equal(answer.new_pin, new_pin, strlen(new_pin));
}

static void
what_is_typed_is_the_answer(void **state)
{
	const struct jpki_agent_request auth = play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);
	const struct jpki_agent_request sign =
		play_request(JPKI_AGENT_SIGNATURE, JPKI_AGENT_KEY_SIGN);

	(void)state;
	assert_int_equal(ask("1234\n", &auth), JPKI_AGENT_TYPED);
	assert_typed("1234", "");
	assert_int_equal(ask("%31234\n", &auth), JPKI_AGENT_TYPED);
	assert_typed("1234", "");
	assert_int_equal(ask("SECRET7\n", &sign), JPKI_AGENT_TYPED);
	assert_typed("SECRET7", "");
}

static void
what_a_japanese_keyboard_types_is_folded(void **state)
{
	const struct jpki_agent_request auth = play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);
	const struct jpki_agent_request sign = play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_SIGN);

	(void)state;
	assert_int_equal(ask("１２３４\n", &auth), JPKI_AGENT_TYPED);
	assert_typed("1234", "");
	assert_int_equal(ask("ｓｅｃｒｅｔ７\n", &sign), JPKI_AGENT_TYPED);
	assert_typed("SECRET7", "");
}

static void
what_cannot_be_the_pin_is_asked_again_and_not_sent(void **state)
{
	const struct jpki_agent_request auth = play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);
	const struct jpki_agent_request sign = play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_SIGN);
	char words[1200];

	(void)state;
	assert_int_equal(ask("12345\nabcd\n1234\n", &auth), JPKI_AGENT_TYPED);
	assert_typed("1234", "");
	assert_int_equal(play_count("SETERROR this PIN has exactly 4 digits"), 2);
	assert_int_equal(ask("1234\nSECRET7\n", &sign), JPKI_AGENT_TYPED);
	assert_typed("SECRET7", "");
	play_assert_told("SETERROR this password has 6 to 16 characters, only letters and digits");
	/* longer than any room for it */
	(void)snprintf(words, sizeof words, "%0300d\n%0800d\n4321\n", 1, 1);
	assert_int_equal(ask(words, &auth), JPKI_AGENT_TYPED);
	assert_typed("4321", "");
}

/* The protocol can say any byte; a PIN has letters and digits. */
static void
a_nul_in_an_entry_does_not_end_it(void **state)
{
	const struct jpki_agent_request auth = play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);

	(void)state;
	assert_int_equal(ask("1234%005\n12%0034\n%00\n4321\n", &auth), JPKI_AGENT_TYPED);
	assert_typed("4321", "");
	assert_int_equal(play_count("SETERROR this PIN has exactly 4 digits"), 3);
}

static void
cancelling_is_said(void **state)
{
	const struct jpki_agent_request request =
		play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);

	(void)state;
	assert_int_equal(ask(PLAY_CANCEL "\n", &request), JPKI_AGENT_CANCELLED);
	assert_int_equal(answer.pin_len, 0);
}

/* It is no answer, and the agent is none the worse: it is ended in good order each time. */
static void
a_pinentry_that_dies_or_shouts_types_nothing(void **state)
{
	static const char *const words[] = {PLAY_DIE "\n", PLAY_SHOUT "\n",
					    "12345\n" PLAY_DIE "\n"};
	const struct jpki_agent_request request =
		play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		assert_int_equal(ask(words[i], &request), JPKI_AGENT_NO_PROMPT);
		assert_int_equal(answer.pin_len, 0);
	}
}

static void
one_that_types_by_itself_is_left(void **state)
{
	const struct jpki_agent_request request =
		play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);

	(void)state;
	assert_int_equal(ask("1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1\n1234\n", &request),
			 JPKI_AGENT_CANCELLED);
}

static void
the_dialog_says_who_asks_which_card_and_how_many_tries(void **state)
{
	const struct jpki_agent_request request =
		play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);
	char asked[5000], program[4096] = "";

	(void)state;
	assert_int_equal(ask("1234\n", &request), JPKI_AGENT_TYPED);
	assert_true(readlink("/proc/self/exe", program, sizeof program - 1) > 0);
	(void)snprintf(asked, sizeof asked, "%s (process %d)",
		       strlen(program) > 120 ? program + strlen(program) - 120 : program,
		       (int)getpid());
	play_assert_told(asked);
	play_assert_told("0123456789ABCDEF in Sony RC-S300 00 00");
	play_assert_told("3 of 3 tries left");
	play_assert_told("SETPROMPT 4-digit PIN for user authentication");
}

/* A pinentry's own is a minute, short for whoever looks for a PIN; the agent has its own. */
static void
the_pinentry_has_no_limit_of_its_own(void **state)
{
	const struct jpki_agent_request request =
		play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);

	(void)state;
	assert_int_equal(ask("1234\n", &request), JPKI_AGENT_TYPED);
	play_assert_told("SETTIMEOUT 0\n");
}

static void
the_signing_password_says_what_a_signature_discloses(void **state)
{
	const struct jpki_agent_request log_in =
		play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_SIGN);
	const struct jpki_agent_request one =
		play_request(JPKI_AGENT_SIGNATURE, JPKI_AGENT_KEY_SIGN);

	(void)state;
	assert_int_equal(ask("SECRET7\n", &log_in), JPKI_AGENT_TYPED);
	play_assert_told("name, address, birth date and sex");
	assert_null(strstr(play_told(), "ONE SIGNATURE"));
	play_assert_told("SETPROMPT password for digital signature (6 to 16 characters)");
	assert_int_equal(ask("SECRET7\n", &one), JPKI_AGENT_TYPED);
	play_assert_told("ONE SIGNATURE");
	play_assert_told("name, address, birth date and sex");
}

static void
what_was_wrong_is_said(void **state)
{
	static const struct {
		enum jpki_agent_fault fault;
		const char *said;
	} cases[] = {
		{JPKI_AGENT_FAULT_WRONG, "SETERROR the PIN was wrong: a try is gone"},
		{JPKI_AGENT_FAULT_SHAPE, "SETERROR this PIN has exactly 4 digits"},
		{JPKI_AGENT_FAULT_REPEATED, "no try is gone"},
		{JPKI_AGENT_FAULT_NEW_LENGTH, "nothing was changed"},
		{JPKI_AGENT_FAULT_NEW, "nothing was changed"},
	};
	struct jpki_agent_request request = play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);

	(void)state;
	assert_int_equal(ask("1234\n", &request), JPKI_AGENT_TYPED);
	assert_null(strstr(play_told(), "SETERROR"));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		request.fault = cases[i].fault;
		assert_int_equal(ask("1234\n", &request), JPKI_AGENT_TYPED);
		play_assert_told(cases[i].said);
	}
}

static void
the_last_try_needs_a_yes(void **state)
{
	struct jpki_agent_request request = play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);

	(void)state;
	request.tries_left = 1;
	assert_int_equal(ask(PLAY_CANCEL "\n1234\n", &request), JPKI_AGENT_CANCELLED);
	play_assert_told("THE LAST TRY");
	play_assert_told("set anew (smartphone and kiosk, or municipal office)");
	assert_int_equal(play_count("CONFIRM"), 1);
	assert_int_equal(play_count("GETPIN"), 0);
	assert_int_equal(ask(PLAY_OK "\n1234\n", &request), JPKI_AGENT_TYPED);
	assert_typed("1234", "");
	request.tries_left = 2;
	assert_int_equal(ask("1234\n", &request), JPKI_AGENT_TYPED);
	assert_int_equal(play_count("CONFIRM"), 0);
}

static void
a_change_asks_for_the_new_one_twice(void **state)
{
	const struct jpki_agent_request auth = play_request(JPKI_AGENT_CHANGE, JPKI_AGENT_KEY_AUTH);
	const struct jpki_agent_request sign = play_request(JPKI_AGENT_CHANGE, JPKI_AGENT_KEY_SIGN);

	(void)state;
	assert_int_equal(ask("1234\n4321\n４３２１\n", &auth), JPKI_AGENT_TYPED);
	assert_typed("1234", "4321");
	play_assert_told("SETPROMPT New 4-digit PIN");
	assert_int_equal(ask("1234\n4321\n4322\n5678\n5678\n", &auth), JPKI_AGENT_TYPED);
	assert_typed("1234", "5678");
	play_assert_told("SETERROR the two are not the same");
	assert_int_equal(ask("1234\n4321\n" PLAY_CANCEL "\n", &auth), JPKI_AGENT_CANCELLED);
	assert_int_equal(ask("SECRET7\nLETTERS\nLETTER5\nletter5\n", &sign), JPKI_AGENT_TYPED);
	assert_typed("SECRET7", "LETTER5");
	play_assert_told("SETERROR the new password needs at least one letter and one digit");
}

/* This program by another name and for another parent, which asks with "ask" and the folder. */
static _Noreturn void
ask_as(const char *name, const char *parent, const char *replaced)
{
	pid_t child;
	int status;

	(void)prctl(PR_SET_NAME, parent);
	child = fork();
	if (child == 0) {
		(void)execl(play_file(name), name, "ask", replaced, (char *)NULL);
		_exit(1);
	}
	_exit(child > 0 && waitpid(child, &status, 0) == child && status == 0 ? 0 : 1);
}

static int
be_another(const char *replaced)
{
	const struct jpki_agent_request request =
		play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);
	char own[4096] = "";

	play_join(getenv("XDG_RUNTIME_DIR"));
	if (strcmp(replaced, "replaced") == 0 &&
	    (readlink("/proc/self/exe", own, sizeof own - 1) <= 0 || unlink(own) != 0))
		return 1;
	return play_outcome(&request) == JPKI_AGENT_TYPED ? 0 : 1;
}

/* A card that is lent, and ssh's agent where it may be forwarded; also after an upgrade. */
static void
one_that_may_ask_for_another_machine_is_told(void **state)
{
	static const struct {
		const char *program, *parent, *replaced;
		bool is_told;
	} cases[] = {
		{"p11-kit-server", "bash", "", true},
		{"p11-kit-server", "bash", "replaced", true},
		{"ssh-pkcs11-helper", "ssh-agent", "", true},
		{"ssh-pkcs11-helper", "ssh", "", false},
		{"ssh", "ssh-agent", "replaced", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char copy[256], name[64];
		pid_t child;
		int status;

		(void)snprintf(name, sizeof name, "/%s (process ", cases[i].program);
		(void)snprintf(copy, sizeof copy, "cp /proc/%d/exe %s", (int)getpid(),
			       play_file(cases[i].program));
		assert_int_equal(system(copy), 0);
		play_start("1234\n", NULL, LONG_MS);
		child = fork();
		if (child == 0)
			ask_as(cases[i].program, cases[i].parent, cases[i].replaced);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		play_assert_told(name);
		assert_int_equal(play_count("for another machine perhaps"), cases[i].is_told);
		assert_int_equal(play_stop(), 0);
	}
}

/* Names that others gave must not look like ours, nor like another's. */
static void
names_cannot_write_lines_or_markup_into_the_dialog(void **state)
{
	struct jpki_agent_request request = play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);

	(void)state;
	(void)snprintf(request.reader, sizeof request.reader,
		       "A\nAsked by: <b>B</b>&\033[2J\u202eC");
	(void)snprintf(request.serial, sizeof request.serial, "1\n2<i>3");
	assert_int_equal(ask("1234\n", &request), JPKI_AGENT_TYPED);
	play_assert_told("1?2?i?3 in A?Asked by: ?b?B?/b???[2J?C%0A");
}

static void
assert_lines_fit(void)
{
	for (const char *line = play_told(), *end; (end = strchr(line, '\n')); line = end + 1)
		assert_true(end - line <= 1000);
}

/* In Japanese, with names as long as they may be: nothing that is said is cut. */
static void
all_is_said_whatever_the_language_and_the_length_of_names(void **state)
{
	struct jpki_agent_request request = play_request(JPKI_AGENT_SIGNATURE, JPKI_AGENT_KEY_SIGN);

	(void)state;
	memset(request.reader, 'r', sizeof request.reader - 1);
	memset(request.serial, 's', sizeof request.serial - 1);
	assert_int_equal(ask("SECRET7\n", &request), JPKI_AGENT_TYPED);
	play_assert_told("5 of 5 tries left");
	assert_lines_fit();
	(void)setenv("LC_ALL", "ja_JP.UTF-8", 1);
	request.tries_left = 1;
	assert_int_equal(ask(PLAY_OK "\nSECRET7\n", &request), JPKI_AGENT_TYPED);
	assert_lines_fit();
	assert_int_equal(play_count("残り1回（最大5回）"), 2);
	play_assert_told("氏名・住所・生年月日・性別");
	(void)setenv("LC_ALL", "C.UTF-8", 1);
}

static void
without_a_pinentry_there_is_no_prompt(void **state)
{
	static const char *const programs[] = {"/nonexistent/pinentry", "/bin/false", "/bin/true"};
	const struct jpki_agent_request request =
		play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);

	(void)state;
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		play_start("", programs[i], LONG_MS);
		assert_int_equal(play_outcome(&request), JPKI_AGENT_NO_PROMPT);
		assert_int_equal(play_stop(), 0);
	}
}

static void
a_dialog_that_nobody_answers_ends(void **state)
{
	const struct jpki_agent_request request =
		play_request(JPKI_AGENT_LOGIN, JPKI_AGENT_KEY_AUTH);

	(void)state;
	play_start(PLAY_OPEN "\n", NULL, 300);
	assert_int_equal(play_outcome(&request), JPKI_AGENT_CANCELLED);
	assert_false(play_dialog_is_open());
	assert_int_equal(play_stop(), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, play_tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_typed_is_the_answer),
		TEST(what_a_japanese_keyboard_types_is_folded),
		TEST(what_cannot_be_the_pin_is_asked_again_and_not_sent),
		TEST(a_nul_in_an_entry_does_not_end_it),
		TEST(cancelling_is_said),
		TEST(one_that_types_by_itself_is_left),
		TEST(a_pinentry_that_dies_or_shouts_types_nothing),
		TEST(the_dialog_says_who_asks_which_card_and_how_many_tries),
		TEST(the_pinentry_has_no_limit_of_its_own),
		TEST(one_that_may_ask_for_another_machine_is_told),
		TEST(the_signing_password_says_what_a_signature_discloses),
		TEST(what_was_wrong_is_said),
		TEST(the_last_try_needs_a_yes),
		TEST(a_change_asks_for_the_new_one_twice),
		TEST(names_cannot_write_lines_or_markup_into_the_dialog),
		TEST(all_is_said_whatever_the_language_and_the_length_of_names),
		TEST(without_a_pinentry_there_is_no_prompt),
		TEST(a_dialog_that_nobody_answers_ends),
	};

	(void)setenv("LC_ALL", "C.UTF-8", 1);
	if (argc == 3 && strcmp(argv[1], "ask") == 0)
		return be_another(argv[2]);
	return cmocka_run_group_tests_name("agent-dialog", tests, play_set_up_group,
					   play_tear_down_group);
}
