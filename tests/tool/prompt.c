/* SPDX-License-Identifier: BSD-2-Clause */
/* PINs on a terminal: what is shown and what not, what ends it, and what comes back then. */
#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/tool/pty.h"

/* An order to the simulator that is running. */
static void
order(const char *words)
{
	char command[2 * PATH_MAX];

	(void)snprintf(command, sizeof command, "'%s/src/sim/jpki-card-sim' --control '%s' %s",
		       pty_build, pty_control, words);
	assert_int_equal(system(command), 0);
}

/* The same, but in the line with the card's serial number, which is any digits. */
static bool
showed(const char *text)
{
	for (const char *at = pty_term.text; (at = strstr(at, text)); at++) {
		const char *line = at;

		while (line > pty_term.text && line[-1] != '\n')
			line--;
		line = strstr(line, ", card ");
		if (!line || line > at)
			return true;
	}
	return false;
}

static void
a_pin_is_changed_and_never_shown(void **state)
{
	(void)state;
	pty_start("adult", "pin", "change", "auth", NULL);
	pty_expect("JPKI Card Simulator 00 00, card ");
	pty_answer_unseen("4-digit PIN for user authentication: ", "12345\n");
	pty_expect("exactly 4 digits");
	pty_answer("authentication: ", "1234\n");
	pty_answer_unseen("New 4-digit PIN", "8642\n");
	pty_answer("once more", "8643\n");
	pty_expect("not the same");
	pty_answer("New 4-digit PIN", "8642\n");
	pty_answer("once more", "8642\n");
	pty_expect("was changed");
	assert_true(pty_echoes());
	assert_int_equal(pty_end(), 0);
	assert_false(showed("1234") || showed("8642") || showed("8643") || showed("12345"));
	pty_start("adult", "pin", "change", "auth", NULL);
	pty_answer(": ", "8642\n");
	pty_answer(": ", "1234\n");
	pty_answer(": ", "1234\n");
	assert_int_equal(pty_end(), 0);
}

static void
ctrl_c_restores_the_terminal_and_spends_nothing(void **state)
{
	(void)state;
	pty_start("adult", "pin", "change", "auth", NULL);
	pty_answer_unseen("authentication: ", "99");
	pty_type("\003");
	pty_await_echo(true);
	assert_int_equal(pty_end(), 130);
	pty_start("adult", "status", NULL);
	pty_expect("3 of 3 tries left");
	assert_int_equal(pty_end(), 0);
}

static void
end_of_input_cancels(void **state)
{
	(void)state;
	pty_start("adult", "pin", "change", "auth", NULL);
	pty_answer_unseen("authentication: ", "\004");
	pty_expect("nothing was sent");
	assert_int_equal(pty_end(), 8);
	/* also after something was typed: only Enter sends it */
	pty_start("adult", "validity", "auth", NULL);
	pty_answer_unseen("authentication: ", "9999\004\004");
	pty_expect("nothing was sent");
	assert_int_equal(pty_end(), 8);
}

static void
wrong_pin(const char *left)
{
	pty_start("alias", "pin", "change", "auth", NULL);
	pty_answer(": ", "9999\n");
	pty_answer(": ", "8642\n");
	pty_answer(": ", "8642\n");
	pty_expect(left);
	assert_int_equal(pty_end(), 6);
}

static void
the_last_try_wants_a_typed_yes(void **state)
{
	(void)state;
	wrong_pin("2 tries left");
	wrong_pin("1 try left");
	pty_start("alias", "pin", "change", "auth", NULL);
	pty_expect("only one try is left");
	pty_answer("Type \"yes\"", "y\n");
	pty_expect("nothing was sent");
	assert_int_equal(pty_end(), 8);
	pty_set_language("ja_JP.UTF-8");
	pty_start("alias", "pin", "change", "auth", NULL);
	pty_expect("あと1回しか入力できません");
	pty_answer("入力してください: ", "はい\n");
	pty_answer("4桁）: ", "9998\n");
	pty_answer(": ", "8642\n");
	pty_answer(": ", "8642\n");
	pty_expect("ロックされました");
	assert_int_equal(pty_end(), 7);
}

/* A pinentry in a few lines: answers all with OK, GETPIN with the lines of a file. */
static const char pinentry_text[] = "#!/bin/sh\n"
				    "echo 'OK here'\n"
				    "while read -r word rest; do\n"
				    "	printf '%s %s\\n' \"$word\" \"$rest\" >>\"$0.log\"\n"
				    "	case $word in\n"
				    "	GETPIN) read -r pin <\"$0.pins\"; sed -i 1d \"$0.pins\"\n"
				    "		if test \"$pin\" = cancel; then echo 'ERR 83886179 "
				    "cancelled'; continue; fi\n"
				    "		printf 'D %s\\n' \"$pin\" ;;\n"
				    "	BYE) echo OK; exit ;;\n"
				    "	esac\n"
				    "	echo OK\n"
				    "done\n";

static void
assert_log_has(const char *program, const char *text)
{
	char command[2 * PATH_MAX];

	(void)snprintf(command, sizeof command, "grep -q '%s' '%s.log'", text, program);
	assert_int_equal(system(command), 0);
}

static void
a_pinentry_program_asks(void **state)
{
	char program[PATH_MAX], pins[PATH_MAX + 8];

	(void)state;
	assert_true(snprintf(program, sizeof program, "%s/pinentry", pty_folder) > 0);
	assert_true(snprintf(pins, sizeof pins, "%s.pins", program) > 0);
	pty_write_file(program, pinentry_text, 0700);
	pty_write_file(pins, "%312345\n1234\n7531\n7531\ncancel\n", 0600);
	/* the first is "12345" in disguise: a digit too many, so it is asked again */
	pty_start("child", "pin", "change", "auth", "--pinentry", program, NULL);
	pty_expect("was changed");
	assert_int_equal(pty_end(), 0);
	assert_log_has(program, "SETERROR this PIN has exactly 4 digits");
	assert_log_has(program, "SETPROMPT 4-digit PIN for user authentication");
	assert_log_has(program, "SETDESC JPKI Card Simulator 00 00, card ");
	pty_start("child", "pin", "change", "auth", "--pinentry", program, NULL);
	pty_expect("cancelled");
	assert_int_equal(pty_end(), 8);
	pty_start("child", "pin", "change", "auth", "--pinentry", "/bin/false", NULL);
	pty_expect("does not work");
	assert_int_equal(pty_end(), 1);
}

static void
ctrl_z_restores_the_terminal_and_fg_asks_again(void **state)
{
	(void)state;
	pty_job_control = true;
	pty_start("adult", "cert", "show", "sign", NULL);
	pty_job_control = false;
	pty_answer_unseen("(6 to 16 characters): ", "AB");
	pty_type("\032");
	pty_expect("[stopped]");
	assert_true(pty_echoes());
	pty_type("fg\n");
	/* what was typed before does not count */
	pty_answer_unseen("(6 to 16 characters): ", "ABC123\n");
	pty_expect("SHA-256 fingerprint");
	assert_int_equal(pty_end(), 0);
	assert_false(pty_came("ABC123"));
}

static void
the_card_is_pulled_out_at_the_prompt(void **state)
{
	static const char *const commands[][3] = {{"cert", "show", "sign"},
						  {"validity", "sign", NULL}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		pty_set_language(i == 0 ? "C.UTF-8" : "ja_JP.UTF-8");
		pty_start("adult", commands[i][0], commands[i][1], commands[i][2], NULL);
		pty_expect(": ");
		pty_await_echo(false);
		order("remove");
		pty_type("ABC123\n");
		pty_expect(i == 0 ? "the card was taken away" : "カードが取り出されました");
		assert_int_equal(pty_end(), 4);
	}
	pty_set_language("C.UTF-8");
	pty_start("adult", "pin", "change", "sign", NULL);
	pty_answer_unseen(": ", "ABC123\n");
	pty_expect("New");
	order("remove");
	pty_type("XYZ789\n");
	pty_answer("once more", "XYZ789\n");
	pty_expect("the card was taken away");
	assert_int_equal(pty_end(), 4);
	pty_start("adult", "status", NULL);
	pty_expect("5 of 5 tries left");
	assert_int_equal(pty_end(), 0);
}

/* Another card in its place at the prompt: the password typed for one is not tried on the other. */
static void
another_card_gets_no_password(void **state)
{
	(void)state;
	pty_start("adult", "cert", "show", "sign", NULL);
	pty_expect(": ");
	pty_await_echo(false);
	order("swap alias");
	pty_type("WRONG1\n");
	pty_expect("the card was taken away");
	assert_int_equal(pty_end(), 4);
	pty_start("alias", "status", NULL);
	pty_expect("5 of 5 tries left");
	(void)pty_end();
}

/* What lies in the keyboard's buffer was not said to the question. */
static void
what_was_typed_ahead_answers_nothing(void **state)
{
	char path[PATH_MAX];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/ahead", pty_folder);
	pty_write_file(path, "a contract\n", 0600);
	pty_typed_ahead = "yes\nABC123\n";
	pty_start("adult", "sign", path, NULL);
	pty_answer("to go on: ", "no\n");
	pty_expect("not done");
	assert_int_equal(pty_end(), 8);
	pty_assert_file("ahead.p7s", false);
}

/* jpki-tool itself: the one child of the simulator that start started. */
static pid_t
tool_pid(void)
{
	struct dirent *entry;
	DIR *all = opendir("/proc");
	pid_t found = 0;

	assert_non_null(all);
	while (!found && (entry = readdir(all))) {
		char path[PATH_MAX], text[256] = "", *after;
		FILE *stat;
		int parent;

		(void)snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || !(stat = fopen(path, "r")))
			continue;
		(void)!fread(text, 1, sizeof text - 1, stat);
		(void)fclose(stat);
		/* the name in brackets may have anything in it */
		after = strrchr(text, ')');
		if (after && sscanf(after + 1, " %*c %d", &parent) == 1 && parent == pty_term.child)
			found = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	(void)closedir(all);
	assert_true(found > 0);
	return found;
}

/* A sanitizer makes a report of a signal that tells of a fault; here such a signal is what is
 * tried. */
static void
spare_faults(char options[1024])
{
	const char *before = getenv("ASAN_OPTIONS");

	(void)snprintf(options, 1024, "%s", before ? before : "");
	if (before) {
		char all[2048];

		(void)snprintf(all, sizeof all,
			       "%s:handle_segv=0:handle_sigbus=0:handle_sigill=0:handle_sigfpe=0:"
			       "handle_sigtrap=0:handle_abort=0",
			       before);
		(void)setenv("ASAN_OPTIONS", all, 1);
	}
}

static void
whatever_ends_it_the_echo_comes_back(void **state)
{
	const int numbers[] = {SIGINT,	SIGTERM,   SIGHUP,  SIGQUIT, SIGUSR1, SIGUSR2,	SIGALRM,
			       SIGPROF, SIGVTALRM, SIGXCPU, SIGIO,   SIGPWR,  SIGRTMIN, SIGRTMAX,
			       SIGABRT, SIGSEGV,   SIGBUS,  SIGILL,  SIGFPE,  SIGTRAP,	SIGSYS};
	char options[1024];

	(void)state;
	spare_faults(options);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		pty_start("adult", "pin", "change", "auth", NULL);
		pty_answer_unseen("authentication: ", "12");
		assert_int_equal(kill(tool_pid(), numbers[i]), 0);
		/* the line's end that is written with the echo is the last that it says */
		assert_int_equal(pty_end(), 128 + numbers[i]);
		assert_true(pty_came("\r\n"));
		assert_null(strstr(pty_term.text + pty_term.seen, "12"));
	}
	if (*options)
		(void)setenv("ASAN_OPTIONS", options, 1);
}

/* Ctrl-\ and all else wait while the card works. */
static void
nothing_ends_it_while_the_card_works(void **state)
{
	char path[PATH_MAX], line[256], command[2 * PATH_MAX];
	unsigned long long blocked = 0;
	FILE *about;
	pid_t tool;

	(void)state;
	(void)snprintf(path, sizeof path, "%s/slow", pty_folder);
	pty_write_file(path, "a contract\n", 0600);
	pty_start("adult", "sign", "--yes", path, NULL);
	pty_expect("characters): ");
	pty_await_echo(false);
	tool = tool_pid();
	order("set adult delay-signature 5s"); /* long enough to be looked at beside other work */
	pty_type("ABC123\n");
	pty_expect("is signing");
	(void)snprintf(path, sizeof path, "/proc/%d/status", (int)tool);
	about = fopen(path, "r");
	assert_non_null(about);
	while (fgets(line, sizeof line, about))
		(void)sscanf(line, "SigBlk: %llx", &blocked);
	(void)fclose(about);
	for (int i = 1; i <= SIGRTMAX; i++) {
		const int never[] = {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL,
				     SIGTRAP, SIGSYS,  SIGABRT, 32,	33 /* glibc's own */};
		bool held = true;

		for (size_t j = 0; j < sizeof never / sizeof never[0]; j++)
			held = held && never[j] != i;
		if (held && !(blocked >> (i - 1) & 1))
			fail_msg("signal %d is not held back", i);
	}
	pty_type("\034");
	assert_int_equal(pty_end(), 128 + SIGQUIT);
	(void)snprintf(command, sizeof command,
		       "'%s/src/sim/jpki-card-sim' set adult delay-signature 0s", pty_build);
	assert_int_equal(system(command), 0);
	pty_assert_file("slow.p7s", false);
}

static void
a_descriptor_that_is_a_terminal_shows_no_pin(void **state)
{
	(void)state;
	pty_start("adult", "cert", "show", "sign", "--pin-fd", "0", NULL);
	pty_answer_unseen(": ", "ABC123\n");
	pty_expect("SHA-256 fingerprint");
	assert_int_equal(pty_end(), 0);
	assert_false(pty_came("ABC123"));
}

/* setsid leaves it standard input, which is a terminal, but none that /dev/tty would lead to. */
static void
a_terminal_need_not_control_it(void **state)
{
	(void)state;
	pty_no_control = true;
	pty_start("adult", "cert", "show", "sign", NULL);
	pty_no_control = false;
	pty_answer_unseen("(6 to 16 characters): ", "ABC123\n");
	pty_expect("SHA-256 fingerprint");
	assert_int_equal(pty_end(), 0);
	assert_false(pty_came("ABC123"));
}

static void
a_pinentry_that_repeats_itself_is_asked_three_times(void **state)
{
	char program[PATH_MAX], command[2 * PATH_MAX];

	(void)state;
	(void)snprintf(program, sizeof program, "%s/parrot", pty_folder);
	pty_write_file(
		program,
		"#!/bin/sh\necho 'OK here'\nwhile read -r word rest; do\n"
		"	echo $word >>\"$0.log\"\n	test $word != GETPIN || echo 'D 12'\n"
		"	echo OK\n	test $word != BYE || exit 0\ndone\n",
		0700);
	pty_start("adult", "cert", "show", "sign", "--pinentry", program, NULL);
	pty_expect("6 to 16 characters, only letters and digits; no try was lost");
	assert_int_equal(pty_end(), 6);
	(void)snprintf(command, sizeof command, "test $(grep -c GETPIN '%s.log') -eq 3", program);
	assert_int_equal(system(command), 0);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(a_pin_is_changed_and_never_shown),
		TEST(ctrl_c_restores_the_terminal_and_spends_nothing),
		TEST(end_of_input_cancels),
		TEST(the_last_try_wants_a_typed_yes),
		TEST(a_pinentry_program_asks),
		TEST(ctrl_z_restores_the_terminal_and_fg_asks_again),
		TEST(the_card_is_pulled_out_at_the_prompt),
		TEST(another_card_gets_no_password),
		TEST(what_was_typed_ahead_answers_nothing),
		TEST(whatever_ends_it_the_echo_comes_back),
		TEST(nothing_ends_it_while_the_card_works),
		TEST(a_descriptor_that_is_a_terminal_shows_no_pin),
		TEST(a_terminal_need_not_control_it),
		TEST(a_pinentry_that_repeats_itself_is_asked_three_times),
	};
	const int status = pty_begin(argc, argv);

	return status >= 0 ? status : cmocka_run_group_tests(tests, pty_prepare, pty_clean_up);
}
