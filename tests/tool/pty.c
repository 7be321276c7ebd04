/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/tool/pty.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS 24

char pty_folder[] = "/tmp/tool-terminal.XXXXXX";
char pty_build[PATH_MAX];

struct terminal pty_term;
struct winsize pty_size = {.ws_row = 40, .ws_col = 60};
bool pty_no_control, pty_job_control;
const char *pty_typed_ahead;
char pty_control[sizeof pty_folder + 16];

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

void
pty_build_path(char path[PATH_MAX], const char *name)
{
	assert_true(snprintf(path, PATH_MAX, "%s/%s", pty_build, name) < PATH_MAX);
}

void
pty_set_language(const char *locale)
{
	(void)unsetenv("LANGUAGE");
	(void)unsetenv("NO_COLOR");
	(void)setenv("TERM", "xterm-256color", 1);
	(void)setenv("LC_ALL", locale, 1);
}

/* The program's end of a terminal that has none yet. */
static int
open_terminal(void)
{
	int theirs;

	memset(&pty_term, 0, sizeof pty_term);
	assert_int_equal(openpty(&pty_term.fd, &theirs, NULL, NULL, &pty_size), 0);
	if (pty_typed_ahead) {
		pty_type(pty_typed_ahead);
		for (const char *c = pty_typed_ahead; (c = strchr(c, '\n')); c++)
			pty_expect("\r\n"); /* its echo: the terminal has it */
	}
	return theirs;
}

void
pty_start(const char *card, ...)
{
	static char sim[PATH_MAX], tool[PATH_MAX], module[PATH_MAX], self[PATH_MAX];
	char *words[WORDS] = {sim,	   (char *)"run",    (char *)"--control",
			      pty_control, (char *)"--card", (char *)(uintptr_t)card,
			      (char *)"--"};
	size_t count = 7;
	va_list args;
	int theirs;

	if (pty_no_control) {
		words[count++] = (char *)"setsid";
		words[count++] = (char *)"-w";
	}
	if (pty_job_control) {
		assert_non_null(realpath("/proc/self/exe", self));
		words[count++] = self;
		words[count++] = (char *)"--job";
	}
	words[count++] = tool;
	words[count++] = (char *)"--module";
	words[count++] = module;
	pty_build_path(sim, "src/sim/jpki-card-sim");
	pty_build_path(tool, "src/tool/jpki-tool");
	pty_build_path(module, ".libs/jpki-pkcs11.so");
	va_start(args, card);
	while (count < WORDS - 1 && (words[count] = va_arg(args, char *)))
		count++;
	va_end(args);
	theirs = open_terminal();
	pty_term.child = fork();
	assert_true(pty_term.child >= 0);
	if (pty_term.child == 0) {
		(void)close(pty_term.fd);
		(void)setsid();
		(void)ioctl(theirs, TIOCSCTTY, 0);
		for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
			(void)dup2(theirs, fd);
		if (theirs > STDERR_FILENO)
			(void)close(theirs);
		/* As in a terminal, whoever started this: bash ignores both for what it does not
		 * wait for. */
		(void)signal(SIGINT, SIG_DFL);
		(void)signal(SIGQUIT, SIG_DFL);
		(void)execv(sim, words);
		_exit(127);
	}
	(void)close(theirs);
}

/* Reads what comes within the time; false at the end of the program or of the time. */
static bool
read_more(int timeout)
{
	struct pollfd fd = {pty_term.fd, POLLIN, 0};
	ssize_t n;

	if (poll(&fd, 1, timeout) != 1)
		return false;
	n = read(pty_term.fd, pty_term.text + pty_term.len,
		 sizeof pty_term.text - pty_term.len - 1);
	if (n <= 0)
		return false;
	pty_term.len += (size_t)n;
	pty_term.text[pty_term.len] = '\0';
	return true;
}

void
pty_expect(const char *text)
{
	for (;;) {
		char *at = strstr(pty_term.text + pty_term.seen, text);

		if (at) {
			pty_term.seen = (size_t)(at - pty_term.text) + strlen(text);
			return;
		}
		if (!read_more(PATIENCE))
			fail_msg("\"%s\" did not come; what came:\n%s", text,
				 pty_term.text + pty_term.seen);
	}
}

void
pty_type(const char *text)
{
	assert_int_equal(write(pty_term.fd, text, strlen(text)), (ssize_t)strlen(text));
}

void
pty_answer(const char *question, const char *answer)
{
	pty_expect(question);
	pty_type(answer);
}

void
pty_answer_unseen(const char *question, const char *answer)
{
	pty_expect(question);
	pty_await_echo(false);
	pty_type(answer);
}

int
pty_end(void)
{
	int status;

	while (read_more(PATIENCE))
		;
	assert_int_equal(waitpid(pty_term.child, &status, 0), pty_term.child);
	(void)close(pty_term.fd);
	pty_term.child = 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool
pty_echoes(void)
{
	struct termios modes;

	assert_int_equal(tcgetattr(pty_term.fd, &modes), 0);
	return modes.c_lflag & ECHO;
}

void
pty_await_echo(bool wanted)
{
	for (int i = 0; i < PATIENCE / 10 && pty_echoes() != wanted; i++)
		(void)usleep(10000);
	assert_int_equal(pty_echoes(), wanted);
}

bool
pty_came(const char *text)
{
	return strstr(pty_term.text, text) != NULL;
}

void
pty_write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

void
pty_assert_file(const char *name, bool is_there)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", pty_folder, name);
	assert_int_equal(access(path, F_OK) == 0, is_there);
}

/*
 * A Japanese locale on any Debian: gettext goes by the locale's name alone, so the one that
 * always exists is given that name.
 */
int
pty_prepare(void **state)
{
	char path[PATH_MAX];

	(void)state;
	if (!mkdtemp(pty_folder))
		return -1;
	(void)snprintf(path, sizeof path, "%s/ja_JP.UTF-8", pty_folder);
	if (symlink("/usr/lib/locale/C.utf8", path) != 0 || setenv("LOCPATH", pty_folder, 1) != 0)
		return -1;
	(void)snprintf(path, sizeof path, "%s/C.UTF-8", pty_folder);
	if (symlink("/usr/lib/locale/C.utf8", path) != 0)
		return -1;
	(void)unsetenv("JPKI_CARD_SIM_CONTROL");
	(void)snprintf(path, sizeof path, "%s/state", pty_folder);
	(void)snprintf(pty_control, sizeof pty_control, "%s/control", pty_folder);
	return setenv("JPKI_CARD_SIM_STATE", path, 1);
}

int
pty_clean_up(void **state)
{
	char command[PATH_MAX + 16];

	(void)state;
	(void)snprintf(command, sizeof command, "rm -rf '%s'", pty_folder);
	return system(command) == 0 ? 0 : -1;
}

/*
 * Each test has cards as they were made, since one that failed may have left other PINs and fewer
 * tries, and may have left its program running.
 */
int
pty_fresh_cards(void **state)
{
	char command[3 * PATH_MAX];

	(void)state;
	/* the cards that all module tests share, to save the time of making them */
	(void)snprintf(command, sizeof command,
		       "rm -rf '%s/state' && cp -r '%s/tests/cards' '%s/state'", pty_folder,
		       pty_build, pty_folder);
	pty_job_control = false;
	pty_typed_ahead = NULL;
	pty_set_language("C.UTF-8");
	pty_size = (struct winsize){.ws_row = 40, .ws_col = 60};
	return system(command) == 0 ? 0 : -1;
}

int
pty_stop_program(void **state)
{
	(void)state;
	if (pty_term.child <= 0)
		return 0;
	(void)close(pty_term.fd); /* hangs up; the simulator removes its socket */
	for (int i = 0; i < PATIENCE / 10 && waitpid(pty_term.child, NULL, WNOHANG) == 0; i++) {
		if (i == 500)
			(void)kill(pty_term.child, SIGKILL);
		(void)usleep(10000);
	}
	(void)unlink(pty_control);
	pty_term.child = 0;
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

int
pty_begin(int argc, char *argv[])
{
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
	return realpath(top ? top : ".", pty_build) ? -1 : 99;
}
