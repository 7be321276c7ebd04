/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands on the screen: in Japanese, in columns, in colour, before a signature, into a closed
 * pipe. */
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/tool/pty.h"

static void
the_same_in_japanese(void **state)
{
	(void)state;
	pty_set_language("ja_JP.UTF-8");
	pty_start("adult", "pin", "change", "sign", NULL);
	pty_answer_unseen("署名用電子証明書の暗証番号（英数字6〜16桁）: ", "ABC123\n");
	pty_answer("新しい暗証番号", "ABCDEF\n");
	pty_expect("英字と数字をそれぞれ1つ以上");
	pty_answer("新しい暗証番号", "ｘｙｚ７８９\n");
	pty_answer("もう一度", "XYZ789\n");
	pty_expect("変更しました");
	assert_int_equal(pty_end(), 0);
	assert_false(pty_came("ABC123") || pty_came("XYZ789"));
	pty_start("adult", "pin", "change", "sign", NULL);
	pty_answer(": ", "XYZ789\n");
	pty_answer(": ", "ABC123\n");
	pty_answer(": ", "ABC123\n");
	assert_int_equal(pty_end(), 0);
}

/* Columns of a line without its escapes; everything beyond ASCII here is two wide. */
static int
columns_of(const char *line, size_t len)
{
	int columns = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c == 033) {
			while (i < len && line[i] != 'm')
				i++;
		} else if (c < 0x80) {
			columns += c != '\r';
		} else if (c >= 0xC0) {
			columns += 2;
		}
	}
	return columns;
}

static void
assert_fits(int most)
{
	for (const char *line = pty_term.text; *line;) {
		size_t len = strcspn(line, "\n");

		if (columns_of(line, len) > most)
			fail_msg("wider than %d columns: %.*s", most, (int)len, line);
		line += len + (line[len] == '\n');
	}
}

static void
screens_fit_the_terminal(void **state)
{
	static const char *const languages[] = {"C.UTF-8", "ja_JP.UTF-8"};
	static const char *const cards[] = {"adult", "child", "near-expiry", "locked-both",
					    "phone"};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < sizeof cards / sizeof cards[0]; j++) {
			pty_set_language(languages[i]);
			pty_start(cards[j], "status", NULL);
			/* 7: a locked PIN is a PROBLEM on the screen */
			assert_int_equal(pty_end(), strcmp(cards[j], "locked-both") == 0 ? 7 : 0);
			assert_fits(60);
			assert_true(pty_came(i == 0 ? "Certificate" : "証明書"));
		}
}

/* On the smallest terminal in use, with a line left for the shell. */
static void
help_fits_a_screen(void **state)
{
	static const char *const commands[] = {NULL, "status", "cert export", "sign", "setup"};
	const struct winsize before = pty_size;

	(void)state;
	pty_size = (struct winsize){.ws_row = 24, .ws_col = 80};
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < sizeof commands / sizeof commands[0]; j++) {
			char words[32], *second;
			int lines = 0;

			(void)snprintf(words, sizeof words, "%s", commands[j] ? commands[j] : "");
			second = strchr(words, ' ');
			if (second)
				*second++ = '\0';
			pty_set_language(i == 0 ? "C.UTF-8" : "ja_JP.UTF-8");
			pty_start("adult", "--help", *words ? words : NULL, second, NULL);
			assert_int_equal(pty_end(), 0);
			assert_fits(80);
			for (const char *at = pty_term.text; (at = strchr(at, '\n')); at++)
				lines++;
			assert_true(pty_came(i == 0 ? "Usage" : "使い方"));
			if (lines > 23)
				fail_msg("%d lines:\n%s", lines, pty_term.text);
		}
	pty_size = before;
}

static void
colour_is_for_terminals_that_want_it(void **state)
{
	(void)state;
	pty_start("adult", "status", NULL);
	assert_int_equal(pty_end(), 0);
	assert_true(pty_came("\033[32mOK"));
	(void)setenv("NO_COLOR", "1", 1);
	pty_start("adult", "status", NULL);
	assert_int_equal(pty_end(), 0);
	assert_false(pty_came("\033"));
	pty_set_language("C.UTF-8");
	(void)setenv("TERM", "dumb", 1);
	pty_start("adult", "status", NULL);
	assert_int_equal(pty_end(), 0);
	assert_false(pty_came("\033"));
}

static void
signing_says_first_what_it_discloses(void **state)
{
	char path[PATH_MAX];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/contract", pty_folder);
	pty_write_file(path, "a contract\n", 0600);
	pty_start("adult", "sign", path, NULL);
	pty_expect("name, address, birth date and\r\nsex");
	pty_answer("contract? Type \"yes\" to go on: ", "y\n");
	pty_expect("not done");
	assert_int_equal(pty_end(), 8);
	assert_false(pty_came("characters): "));
	pty_set_language("ja_JP.UTF-8");
	pty_start("adult", "sign", path, NULL);
	pty_expect("氏名・住所・生年月日・性別");
	pty_answer("yes", "はい\n");
	pty_answer_unseen("署名用電子証明書の暗証番号（英数字6〜16桁）: ", "\003");
	assert_int_equal(pty_end(), 130);
	pty_assert_file("contract.p7s", false);
	pty_start("adult", "sign", path, NULL);
	pty_expect("yes");
	pty_type("　ｙｅｓ \n"); /* as an input method types it */
	pty_answer_unseen("英数字6〜16桁）: ", "ABC123\n");
	pty_expect("カードで署名中");
	pty_expect("書き出しました");
	assert_int_equal(pty_end(), 0);
	assert_false(pty_came("ABC123"));
	pty_assert_file("contract.p7s", true);
	pty_start("adult", "verify", path, NULL);
	pty_expect("模擬");
	pty_expect("失効");
	assert_int_equal(pty_end(), 13);
	assert_fits(60);
}

/* The report is on the screen, and its status is the PROBLEM's. */
static void
a_problem_that_is_not_written_has_its_status(void **state)
{
	char sim[PATH_MAX], command[PATH_MAX + 64];

	(void)state;
	pty_build_path(sim, "src/sim/jpki-card-sim");
	(void)snprintf(command, sizeof command, "'%s' set adult login-after-leaving kept", sim);
	assert_int_equal(system(command), 0);
	pty_start("adult", "report", "--pin", "auth", "--output", "unwritten", NULL);
	pty_answer("go on: ", "yes\n");
	pty_answer_unseen(": ", "1234\n");
	pty_expect("PROBLEM");
	pty_answer("go on: ", "no\n");
	pty_expect("not written");
	assert_int_equal(pty_end(), 14);
	pty_assert_file("unwritten.json", false);
}

/* Standard output is a pipe that nobody reads any more: as in "jpki-tool status | true". */
static void
a_closed_pipe_is_an_error_and_no_crash(void **state)
{
	static const char *const commands[][4] = {{"status", NULL}, {"cert", "show", "auth", NULL}};
	char sim[PATH_MAX], tool[PATH_MAX], module[PATH_MAX];

	(void)state;
	pty_build_path(sim, "src/sim/jpki-card-sim");
	pty_build_path(tool, "src/tool/jpki-tool");
	pty_build_path(module, ".libs/jpki-pkcs11.so");
	for (size_t i = 0; i < 2; i++) {
		const char *const *c = commands[i];
		int broken[2], said[2], status;
		char text[4096] = "";
		pid_t child;
		ssize_t n;

		assert_int_equal(pipe(broken), 0);
		assert_int_equal(pipe(said), 0);
		(void)close(broken[0]);
		child = fork();
		if (child == 0) {
			(void)signal(SIGPIPE, SIG_DFL);
			(void)dup2(broken[1], STDOUT_FILENO);
			(void)dup2(said[1], STDERR_FILENO);
			(void)execl(sim, sim, "run", "--card", "adult", "--", tool, "--module",
				    module, c[0], c[1], c[1] ? c[2] : NULL, NULL);
			_exit(127);
		}
		(void)close(broken[1]);
		(void)close(said[1]);
		for (size_t len = 0; (n = read(said[0], text + len, sizeof text - 1 - len)) > 0;)
			len += (size_t)n;
		(void)close(said[0]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 1);
		assert_string_equal(text, "jpki-tool: cannot write standard output: Broken pipe\n");
	}
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_in_japanese),
		TEST(screens_fit_the_terminal),
		TEST(help_fits_a_screen),
		TEST(colour_is_for_terminals_that_want_it),
		TEST(signing_says_first_what_it_discloses),
		TEST(a_problem_that_is_not_written_has_its_status),
		TEST(a_closed_pipe_is_an_error_and_no_crash),
	};
	const int status = pty_begin(argc, argv);

	return status >= 0 ? status : cmocka_run_group_tests(tests, pty_prepare, pty_clean_up);
}
