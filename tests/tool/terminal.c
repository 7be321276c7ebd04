/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jpki-tool as people use it: on a terminal (a pty), over the simulated card, in English and in
 * Japanese. What a test expects is looked for in what came since the last expectation.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE 60000 /* ms; only what hangs takes so long */
#define WORDS 24

static char folder[] = "/tmp/tool-terminal.XXXXXX";
static char build[PATH_MAX];

struct terminal {
	pid_t child;
	int fd;
	char text[65536]; /* everything that came */
	size_t len, seen;
};

static struct terminal term;
static struct winsize size = {.ws_row = 40, .ws_col = 60};
static bool no_control;			 /* start runs jpki-tool without a controlling terminal */
static bool job_control;		 /* start runs jpki-tool as the job of a shell */
static char control[sizeof folder + 16]; /* the socket of the simulator that start starts */

static void
build_path(char path[PATH_MAX], const char *name)
{
	assert_true(snprintf(path, PATH_MAX, "%s/%s", build, name) < PATH_MAX);
}

static void
set_language(const char *locale)
{
	(void)unsetenv("LANGUAGE");
	(void)unsetenv("NO_COLOR");
	(void)setenv("TERM", "xterm-256color", 1);
	(void)setenv("LC_ALL", locale, 1);
}

/*
 * A shell in a few lines (this program with --job): runs a program as a job of its own. When that
 * has stopped, says so, and after a line of input puts it in the foreground again.
 */
static int
run_as_job(char *const words[])
{
	char line[16];
	int status;
	pid_t job;

	(void)signal(SIGTTOU, SIG_IGN);
	job = fork();
	if (job == 0) {
		(void)setpgid(0, 0);
		(void)tcsetpgrp(STDIN_FILENO, getpid());
		(void)signal(SIGTTOU, SIG_DFL);
		(void)execv(words[0], words);
		_exit(127);
	}
	(void)setpgid(job, job);
	(void)tcsetpgrp(STDIN_FILENO, job);
	while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
		(void)tcsetpgrp(STDIN_FILENO, getpgrp());
		(void)!write(STDOUT_FILENO, "[stopped]", 9);
		(void)!read(STDIN_FILENO, line, sizeof line);
		(void)tcsetpgrp(STDIN_FILENO, job);
		(void)kill(-job, SIGCONT);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Starts "jpki-card-sim run OPTION... -- jpki-tool ARGUMENT..."; the list ends with NULL. */
static void
start(const char *card, ...)
{
	static char sim[PATH_MAX], tool[PATH_MAX], module[PATH_MAX], self[PATH_MAX];
	char *words[WORDS] = {sim,	   (char *)"run",    (char *)"--control",
			      control,	   (char *)"--card", (char *)(uintptr_t)card,
			      (char *)"--"};
	size_t count = 7;
	va_list args;

	if (no_control) {
		words[count++] = (char *)"setsid";
		words[count++] = (char *)"-w";
	}
	if (job_control) {
		assert_non_null(realpath("/proc/self/exe", self));
		words[count++] = self;
		words[count++] = (char *)"--job";
	}
	words[count++] = tool;
	words[count++] = (char *)"--module";
	words[count++] = module;
	build_path(sim, "src/sim/jpki-card-sim");
	build_path(tool, "src/tool/jpki-tool");
	build_path(module, ".libs/jpki-pkcs11.so");
	va_start(args, card);
	while (count < WORDS - 1 && (words[count] = va_arg(args, char *)))
		count++;
	va_end(args);
	memset(&term, 0, sizeof term);
	term.child = forkpty(&term.fd, NULL, NULL, &size);
	assert_true(term.child >= 0);
	if (term.child == 0) {
		/* As in a terminal, whoever started this: bash ignores both for what it does not
		 * wait for. */
		(void)signal(SIGINT, SIG_DFL);
		(void)signal(SIGQUIT, SIG_DFL);
		(void)execv(sim, words);
		_exit(127);
	}
}

/* Reads what comes within the time; false at the end of the program or of the time. */
static bool
read_more(int timeout)
{
	struct pollfd fd = {term.fd, POLLIN, 0};
	ssize_t n;

	if (poll(&fd, 1, timeout) != 1)
		return false;
	n = read(term.fd, term.text + term.len, sizeof term.text - term.len - 1);
	if (n <= 0)
		return false;
	term.len += (size_t)n;
	term.text[term.len] = '\0';
	return true;
}

static void
expect(const char *text)
{
	for (;;) {
		char *at = strstr(term.text + term.seen, text);

		if (at) {
			term.seen = (size_t)(at - term.text) + strlen(text);
			return;
		}
		if (!read_more(PATIENCE))
			fail_msg("\"%s\" did not come; what came:\n%s", text,
				 term.text + term.seen);
	}
}

static void
type(const char *text)
{
	assert_int_equal(write(term.fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* Reads to the end; the exit status, as a shell has it. */
static int
end(void)
{
	int status;

	while (read_more(PATIENCE))
		;
	assert_int_equal(waitpid(term.child, &status, 0), term.child);
	(void)close(term.fd);
	term.child = 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool
echoes(void)
{
	struct termios modes;

	assert_int_equal(tcgetattr(term.fd, &modes), 0);
	return modes.c_lflag & ECHO;
}

/* Until the terminal echoes what is typed, or does so no more. */
static void
await_echo(bool wanted)
{
	for (int i = 0; i < PATIENCE / 10 && echoes() != wanted; i++)
		(void)usleep(10000);
	assert_int_equal(echoes(), wanted);
}

static void
expect_no_echo(void)
{
	await_echo(false);
}

/* An order to the simulator that is running. */
static void
order(const char *words)
{
	char command[2 * PATH_MAX];

	(void)snprintf(command, sizeof command, "'%s/src/sim/jpki-card-sim' --control '%s' %s",
		       build, control, words);
	assert_int_equal(system(command), 0);
}

static bool
came(const char *text)
{
	return strstr(term.text, text) != NULL;
}

/* The same, but in the line with the card's serial number, which is any digits. */
static bool
showed(const char *text)
{
	for (const char *at = term.text; (at = strstr(at, text)); at++) {
		const char *line = at;

		while (line > term.text && line[-1] != '\n')
			line--;
		line = strstr(line, ", card ");
		if (!line || line > at)
			return true;
	}
	return false;
}

/* ---- */

static void
a_pin_is_changed_and_never_shown(void **state)
{
	(void)state;
	set_language("C.UTF-8");
	start("adult", "pin", "change", "auth", NULL);
	expect("JPKI Card Simulator 00 00, card ");
	expect("4-digit PIN for user authentication: ");
	expect_no_echo();
	type("12345\n");
	expect("exactly 4 digits");
	expect("authentication: ");
	type("1234\n");
	expect("New 4-digit PIN");
	expect_no_echo();
	type("8642\n");
	expect("once more");
	type("8643\n");
	expect("not the same");
	expect("New 4-digit PIN");
	type("8642\n");
	expect("once more");
	type("8642\n");
	expect("was changed");
	assert_true(echoes());
	assert_int_equal(end(), 0);
	assert_false(showed("1234") || showed("8642") || showed("8643") || showed("12345"));
	start("adult", "pin", "change", "auth", NULL);
	expect(": ");
	type("8642\n");
	expect(": ");
	type("1234\n");
	expect(": ");
	type("1234\n");
	assert_int_equal(end(), 0);
}

static void
the_same_in_japanese(void **state)
{
	(void)state;
	set_language("ja_JP.UTF-8");
	start("adult", "pin", "change", "sign", NULL);
	expect("署名用電子証明書の暗証番号（英数字6〜16桁）: ");
	expect_no_echo();
	type("ABC123\n");
	expect("新しい暗証番号");
	type("ABCDEF\n");
	expect("英字と数字をそれぞれ1つ以上");
	expect("新しい暗証番号");
	type("ｘｙｚ７８９\n");
	expect("もう一度");
	type("XYZ789\n");
	expect("変更しました");
	assert_int_equal(end(), 0);
	assert_false(came("ABC123") || came("XYZ789"));
	start("adult", "pin", "change", "sign", NULL);
	expect(": ");
	type("XYZ789\n");
	expect(": ");
	type("ABC123\n");
	expect(": ");
	type("ABC123\n");
	assert_int_equal(end(), 0);
}

static void
ctrl_c_restores_the_terminal_and_spends_nothing(void **state)
{
	(void)state;
	set_language("C.UTF-8");
	start("adult", "pin", "change", "auth", NULL);
	expect("authentication: ");
	expect_no_echo();
	type("99");
	type("\003");
	await_echo(true);
	assert_int_equal(end(), 130);
	start("adult", "status", NULL);
	expect("3 of 3 tries left");
	assert_int_equal(end(), 0);
}

static void
end_of_input_cancels(void **state)
{
	(void)state;
	set_language("C.UTF-8");
	start("adult", "pin", "change", "auth", NULL);
	expect("authentication: ");
	expect_no_echo();
	type("\004");
	expect("nothing was sent");
	assert_int_equal(end(), 8);
	/* also after something was typed: only Enter sends it */
	start("adult", "validity", "auth", NULL);
	expect("authentication: ");
	expect_no_echo();
	type("9999\004\004");
	expect("nothing was sent");
	assert_int_equal(end(), 8);
}

static void
wrong_pin(const char *left)
{
	start("alias", "pin", "change", "auth", NULL);
	expect(": ");
	type("9999\n");
	expect(": ");
	type("8642\n");
	expect(": ");
	type("8642\n");
	expect(left);
	assert_int_equal(end(), 6);
}

static void
the_last_try_wants_a_typed_yes(void **state)
{
	(void)state;
	set_language("C.UTF-8");
	wrong_pin("2 tries left");
	wrong_pin("1 try left");
	start("alias", "pin", "change", "auth", NULL);
	expect("only one try is left");
	expect("Type \"yes\"");
	type("y\n");
	expect("nothing was sent");
	assert_int_equal(end(), 8);
	set_language("ja_JP.UTF-8");
	start("alias", "pin", "change", "auth", NULL);
	expect("あと1回しか入力できません");
	expect("入力してください: ");
	type("はい\n");
	expect("4桁）: ");
	type("9998\n");
	expect(": ");
	type("8642\n");
	expect(": ");
	type("8642\n");
	expect("ロックされました");
	assert_int_equal(end(), 7);
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
	for (const char *line = term.text; *line;) {
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
			set_language(languages[i]);
			start(cards[j], "status", NULL);
			/* 7: a locked PIN is a PROBLEM on the screen */
			assert_int_equal(end(), strcmp(cards[j], "locked-both") == 0 ? 7 : 0);
			assert_fits(60);
			assert_true(came(i == 0 ? "Certificate" : "証明書"));
		}
}

/* On the smallest terminal in use, with a line left for the shell. */
static void
help_fits_a_screen(void **state)
{
	static const char *const commands[] = {NULL, "status", "cert export", "sign", "setup"};
	const struct winsize before = size;

	(void)state;
	size = (struct winsize){.ws_row = 24, .ws_col = 80};
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < sizeof commands / sizeof commands[0]; j++) {
			char words[32], *second;
			int lines = 0;

			(void)snprintf(words, sizeof words, "%s", commands[j] ? commands[j] : "");
			second = strchr(words, ' ');
			if (second)
				*second++ = '\0';
			set_language(i == 0 ? "C.UTF-8" : "ja_JP.UTF-8");
			start("adult", "--help", *words ? words : NULL, second, NULL);
			assert_int_equal(end(), 0);
			assert_fits(80);
			for (const char *at = term.text; (at = strchr(at, '\n')); at++)
				lines++;
			assert_true(came(i == 0 ? "Usage" : "使い方"));
			if (lines > 23)
				fail_msg("%d lines:\n%s", lines, term.text);
		}
	size = before;
}

static void
colour_is_for_terminals_that_want_it(void **state)
{
	(void)state;
	set_language("C.UTF-8");
	start("adult", "status", NULL);
	assert_int_equal(end(), 0);
	assert_true(came("\033[32mOK"));
	(void)setenv("NO_COLOR", "1", 1);
	start("adult", "status", NULL);
	assert_int_equal(end(), 0);
	assert_false(came("\033"));
	set_language("C.UTF-8");
	(void)setenv("TERM", "dumb", 1);
	start("adult", "status", NULL);
	assert_int_equal(end(), 0);
	assert_false(came("\033"));
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
write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

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
	set_language("C.UTF-8");
	assert_true(snprintf(program, sizeof program, "%s/pinentry", folder) > 0);
	assert_true(snprintf(pins, sizeof pins, "%s.pins", program) > 0);
	write_file(program, pinentry_text, 0700);
	write_file(pins, "%312345\n1234\n7531\n7531\ncancel\n", 0600);
	/* the first is "12345" in disguise: a digit too many, so it is asked again */
	start("child", "pin", "change", "auth", "--pinentry", program, NULL);
	expect("was changed");
	assert_int_equal(end(), 0);
	assert_log_has(program, "SETERROR this PIN has exactly 4 digits");
	assert_log_has(program, "SETPROMPT 4-digit PIN for user authentication");
	assert_log_has(program, "SETDESC JPKI Card Simulator 00 00, card ");
	start("child", "pin", "change", "auth", "--pinentry", program, NULL);
	expect("cancelled");
	assert_int_equal(end(), 8);
	start("child", "pin", "change", "auth", "--pinentry", "/bin/false", NULL);
	expect("does not work");
	assert_int_equal(end(), 1);
}

static void
ctrl_z_restores_the_terminal_and_fg_asks_again(void **state)
{
	(void)state;
	set_language("C.UTF-8");
	job_control = true;
	start("adult", "cert", "show", "sign", NULL);
	job_control = false;
	expect("(6 to 16 characters): ");
	expect_no_echo();
	type("AB");
	type("\032");
	expect("[stopped]");
	assert_true(echoes());
	type("fg\n");
	/* what was typed before does not count */
	expect("(6 to 16 characters): ");
	expect_no_echo();
	type("ABC123\n");
	expect("SHA-256 fingerprint");
	assert_int_equal(end(), 0);
	assert_false(came("ABC123"));
}

static void
the_card_is_pulled_out_at_the_prompt(void **state)
{
	static const char *const commands[][3] = {{"cert", "show", "sign"},
						  {"validity", "sign", NULL}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		set_language(i == 0 ? "C.UTF-8" : "ja_JP.UTF-8");
		start("adult", commands[i][0], commands[i][1], commands[i][2], NULL);
		expect(": ");
		expect_no_echo();
		order("remove");
		type("ABC123\n");
		expect(i == 0 ? "the card was taken away" : "カードが取り出されました");
		assert_int_equal(end(), 4);
	}
	set_language("C.UTF-8");
	start("adult", "pin", "change", "sign", NULL);
	expect(": ");
	expect_no_echo();
	type("ABC123\n");
	expect("New");
	order("remove");
	type("XYZ789\n");
	expect("once more");
	type("XYZ789\n");
	expect("the card was taken away");
	assert_int_equal(end(), 4);
	start("adult", "status", NULL);
	expect("5 of 5 tries left");
	assert_int_equal(end(), 0);
}

/* Another card in its place at the prompt: the password typed for one is not tried on the other. */
static void
another_card_gets_no_password(void **state)
{
	(void)state;
	set_language("C.UTF-8");
	start("adult", "cert", "show", "sign", NULL);
	expect(": ");
	expect_no_echo();
	order("swap alias");
	type("WRONG1\n");
	expect("the card was taken away");
	assert_int_equal(end(), 4);
	start("alias", "status", NULL);
	expect("5 of 5 tries left");
	(void)end();
}

static void
assert_file(const char *name, bool is_there)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(access(path, F_OK) == 0, is_there);
}

static void
signing_says_first_what_it_discloses(void **state)
{
	char path[PATH_MAX];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/contract", folder);
	write_file(path, "a contract\n", 0600);
	set_language("C.UTF-8");
	start("adult", "sign", path, NULL);
	expect("name, address, birth date and\r\nsex");
	expect("contract? Type \"yes\" to go on: ");
	type("y\n");
	expect("not done");
	assert_int_equal(end(), 8);
	assert_false(came("characters): "));
	set_language("ja_JP.UTF-8");
	start("adult", "sign", path, NULL);
	expect("氏名・住所・生年月日・性別");
	expect("yes");
	type("はい\n");
	expect("署名用電子証明書の暗証番号（英数字6〜16桁）: ");
	expect_no_echo();
	type("\003");
	assert_int_equal(end(), 130);
	assert_file("contract.p7s", false);
	start("adult", "sign", path, NULL);
	expect("yes");
	type("　ｙｅｓ \n"); /* as an input method types it */
	expect("英数字6〜16桁）: ");
	expect_no_echo();
	type("ABC123\n");
	expect("カードで署名中");
	expect("書き出しました");
	assert_int_equal(end(), 0);
	assert_false(came("ABC123"));
	assert_file("contract.p7s", true);
	start("adult", "verify", path, NULL);
	expect("模擬");
	expect("失効");
	assert_int_equal(end(), 13);
	assert_fits(60);
}

/* What lies in the keyboard's buffer was not said to the question. */
static void
what_was_typed_ahead_answers_nothing(void **state)
{
	char path[PATH_MAX];

	(void)state;
	(void)snprintf(path, sizeof path, "%s/ahead", folder);
	write_file(path, "a contract\n", 0600);
	set_language("C.UTF-8");
	start("adult", "sign", path, NULL);
	type("yes\nABC123\n");
	expect("to go on: ");
	type("no\n");
	expect("not done");
	assert_int_equal(end(), 8);
	assert_file("ahead.p7s", false);
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
		if (after && sscanf(after + 1, " %*c %d", &parent) == 1 && parent == term.child)
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
	set_language("C.UTF-8");
	spare_faults(options);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		start("adult", "pin", "change", "auth", NULL);
		expect("authentication: ");
		expect_no_echo();
		type("12");
		assert_int_equal(kill(tool_pid(), numbers[i]), 0);
		/* the line's end that is written with the echo is the last that it says */
		assert_int_equal(end(), 128 + numbers[i]);
		assert_true(came("\r\n"));
		assert_null(strstr(term.text + term.seen, "12"));
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
	(void)snprintf(path, sizeof path, "%s/slow", folder);
	write_file(path, "a contract\n", 0600);
	set_language("C.UTF-8");
	start("adult", "sign", "--yes", path, NULL);
	expect("characters): ");
	expect_no_echo();
	tool = tool_pid();
	order("set adult delay-signature 5s"); /* long enough to be looked at beside other work */
	type("ABC123\n");
	expect("is signing");
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
	type("\034");
	assert_int_equal(end(), 128 + SIGQUIT);
	(void)snprintf(command, sizeof command,
		       "'%s/src/sim/jpki-card-sim' set adult delay-signature 0s", build);
	assert_int_equal(system(command), 0);
	assert_file("slow.p7s", false);
}

static void
a_descriptor_that_is_a_terminal_shows_no_pin(void **state)
{
	(void)state;
	set_language("C.UTF-8");
	start("adult", "cert", "show", "sign", "--pin-fd", "0", NULL);
	expect(": ");
	expect_no_echo();
	type("ABC123\n");
	expect("SHA-256 fingerprint");
	assert_int_equal(end(), 0);
	assert_false(came("ABC123"));
}

/* setsid leaves it standard input, which is a terminal, but none that /dev/tty would lead to. */
static void
a_terminal_need_not_control_it(void **state)
{
	(void)state;
	set_language("C.UTF-8");
	no_control = true;
	start("adult", "cert", "show", "sign", NULL);
	no_control = false;
	expect("(6 to 16 characters): ");
	expect_no_echo();
	type("ABC123\n");
	expect("SHA-256 fingerprint");
	assert_int_equal(end(), 0);
	assert_false(came("ABC123"));
}

static void
a_pinentry_that_repeats_itself_is_asked_three_times(void **state)
{
	char program[PATH_MAX], command[2 * PATH_MAX];

	(void)state;
	set_language("C.UTF-8");
	(void)snprintf(program, sizeof program, "%s/parrot", folder);
	write_file(program,
		   "#!/bin/sh\necho 'OK here'\nwhile read -r word rest; do\n"
		   "	echo $word >>\"$0.log\"\n	test $word != GETPIN || echo 'D 12'\n"
		   "	echo OK\n	test $word != BYE || exit 0\ndone\n",
		   0700);
	start("adult", "cert", "show", "sign", "--pinentry", program, NULL);
	expect("6 to 16 characters, only letters and digits; no try was lost");
	assert_int_equal(end(), 6);
	(void)snprintf(command, sizeof command, "test $(grep -c GETPIN '%s.log') -eq 3", program);
	assert_int_equal(system(command), 0);
}

/* Standard output is a pipe that nobody reads any more: as in "jpki-tool status | true". */
static void
a_closed_pipe_is_an_error_and_no_crash(void **state)
{
	static const char *const commands[][4] = {{"status", NULL}, {"cert", "show", "auth", NULL}};
	char sim[PATH_MAX], tool[PATH_MAX], module[PATH_MAX];

	(void)state;
	set_language("C.UTF-8");
	build_path(sim, "src/sim/jpki-card-sim");
	build_path(tool, "src/tool/jpki-tool");
	build_path(module, ".libs/jpki-pkcs11.so");
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

/* ---- */

/*
 * A Japanese locale on any Debian: gettext goes by the locale's name alone, so the one that
 * always exists is given that name.
 */
static int
prepare(void **state)
{
	char path[PATH_MAX];

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof path, "%s/ja_JP.UTF-8", folder);
	if (symlink("/usr/lib/locale/C.utf8", path) != 0 || setenv("LOCPATH", folder, 1) != 0)
		return -1;
	(void)snprintf(path, sizeof path, "%s/C.UTF-8", folder);
	if (symlink("/usr/lib/locale/C.utf8", path) != 0)
		return -1;
	(void)unsetenv("JPKI_CARD_SIM_CONTROL");
	(void)snprintf(path, sizeof path, "%s/state", folder);
	(void)snprintf(control, sizeof control, "%s/control", folder);
	return setenv("JPKI_CARD_SIM_STATE", path, 1);
}

static int
clean_up(void **state)
{
	char command[PATH_MAX + 16];

	(void)state;
	(void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command) == 0 ? 0 : -1;
}

/*
 * Each test has cards as they were made, since one that failed may have left other PINs and fewer
 * tries, and may have left its program running.
 */
static int
fresh_cards(void **state)
{
	char command[3 * PATH_MAX];

	(void)state;
	/* the cards that all module tests share, to save the time of making them */
	(void)snprintf(command, sizeof command,
		       "rm -rf '%s/state' && cp -r '%s/tests/cards' '%s/state'", folder, build,
		       folder);
	job_control = false;
	size = (struct winsize){.ws_row = 40, .ws_col = 60};
	return system(command) == 0 ? 0 : -1;
}

static int
stop_program(void **state)
{
	(void)state;
	if (term.child <= 0)
		return 0;
	(void)close(term.fd); /* hangs up; the simulator removes its socket */
	for (int i = 0; i < PATIENCE / 10 && waitpid(term.child, NULL, WNOHANG) == 0; i++) {
		if (i == 500)
			(void)kill(term.child, SIGKILL);
		(void)usleep(10000);
	}
	(void)unlink(control);
	term.child = 0;
	return 0;
}

/* A package may be built where /dev/pts is not mounted. */
static bool
has_terminals(void)
{
	int ours, theirs;

	if (openpty(&ours, &theirs, NULL, NULL, NULL) != 0)
		return false;
	(void)close(ours);
	(void)close(theirs);
	return true;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh_cards, stop_program)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(a_pin_is_changed_and_never_shown),
		TEST(the_same_in_japanese),
		TEST(ctrl_c_restores_the_terminal_and_spends_nothing),
		TEST(end_of_input_cancels),
		TEST(the_last_try_wants_a_typed_yes),
		TEST(screens_fit_the_terminal),
		TEST(help_fits_a_screen),
		TEST(colour_is_for_terminals_that_want_it),
		TEST(a_pinentry_program_asks),
		TEST(ctrl_z_restores_the_terminal_and_fg_asks_again),
		TEST(the_card_is_pulled_out_at_the_prompt),
		TEST(another_card_gets_no_password),
		TEST(signing_says_first_what_it_discloses),
		TEST(a_closed_pipe_is_an_error_and_no_crash),
		TEST(what_was_typed_ahead_answers_nothing),
		TEST(whatever_ends_it_the_echo_comes_back),
		TEST(nothing_ends_it_while_the_card_works),
		TEST(a_descriptor_that_is_a_terminal_shows_no_pin),
		TEST(a_terminal_need_not_control_it),
		TEST(a_pinentry_that_repeats_itself_is_asked_three_times),
	};
	const char *top = getenv("JPKI_BUILD");

	if (argc > 2 && strcmp(argv[1], "--job") == 0)
		return run_as_job(argv + 2);

	if (access("/usr/lib/locale/C.utf8", R_OK) != 0) {
		(void)puts("skip: no /usr/lib/locale/C.utf8 to make a Japanese locale of");
		return 77;
	}
	if (!has_terminals()) {
		(void)printf("skip: no pseudo-terminal can be made here: %s\n", strerror(errno));
		return 77;
	}
	if (!realpath(top ? top : ".", build))
		return 99;
	return cmocka_run_group_tests(tests, prepare, clean_up);
}
