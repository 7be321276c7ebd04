/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "holder/text.h"
#include "tool/terminal/text.h"

#define SIGNALS (NSIG - 1)

static volatile sig_atomic_t arrived;

static void
on_signal(int number)
{
	arrived = number;
}

struct asking {
	int fd;
	bool silent;
	struct termios modes;
	sigset_t mask; /* what was blocked before */
	struct sigaction actions[SIGNALS + 1];
	bool caught[SIGNALS + 1];
};

/* Those that do nothing by themselves. */
static bool
is_harmless(int number)
{
	return number == SIGCHLD || number == SIGCONT || number == SIGURG || number == SIGWINCH;
}

/* Whatever may end or stop us. What whoever started us ignores (nohup), stays ignored. */
static void
catch_signals(struct asking *asking)
{
	const struct sigaction action = {.sa_handler = on_signal};
	sigset_t set;

	arrived = 0;
	/* They arrive only while ppoll waits: one just before a read would be overlooked. */
	(void)sigfillset(&set);
	/* These two come from our own calls on the terminal, never in between. */
	(void)sigdelset(&set, SIGTTIN);
	(void)sigdelset(&set, SIGTTOU);
	(void)sigprocmask(SIG_BLOCK, &set, &asking->mask);
	for (int i = 1; i <= SIGNALS; i++)
		asking->caught[i] = !is_harmless(i) &&
				    sigaction(i, NULL, &asking->actions[i]) == 0 &&
				    asking->actions[i].sa_handler != SIG_IGN &&
				    sigaction(i, &action, NULL) == 0;
}

static void
start(struct asking *asking, bool echo)
{
	struct termios silent;

	catch_signals(asking);
	/* What was typed before the question is no answer to it. */
	(void)tcflush(asking->fd, TCIFLUSH);
	asking->silent = !echo && tcgetattr(asking->fd, &asking->modes) == 0;
	if (!asking->silent)
		return;
	silent = asking->modes;
	silent.c_lflag &= (tcflag_t) ~(ECHO | ECHONL);
	(void)tcsetattr(asking->fd, TCSAFLUSH, &silent);
}

static void
stop(struct asking *asking)
{
	if (asking->silent) {
		(void)tcsetattr(asking->fd, TCSADRAIN, &asking->modes);
		(void)!write(asking->fd, "\n", 1);
	}
	/* One that came late is still ours: the caller sees it in `arrived`. */
	(void)sigprocmask(SIG_SETMASK, &asking->mask, NULL);
	for (int i = 1; i <= SIGNALS; i++)
		if (asking->caught[i])
			(void)sigaction(i, &asking->actions[i], NULL);
}

static ssize_t
read_byte(const struct asking *asking, char *c)
{
	struct pollfd fd = {asking->fd, POLLIN, 0};

	while (ppoll(&fd, 1, NULL, &asking->mask) < 0)
		if (errno != EINTR || arrived)
			return -1;
	return read(asking->fd, c, 1);
}

static int
read_line(const struct asking *asking, char *line, size_t size)
{
	size_t len = 0;
	bool is_long = false;
	char c;

	for (;;) {
		ssize_t n = read_byte(asking, &c);

		/* Whatever was typed before the end: only Enter sends it. */
		if (n <= 0)
			return PROMPT_END;
		if (c == '\n' || c == '\r')
			break;
		if (len + 1 < size)
			line[len++] = c;
		else
			is_long = true;
	}
	line[len] = '\0';
	return is_long ? PROMPT_LONG : (int)len;
}

int
prompt_ask_on(int fd, const char *prompt, bool echo, char *line, size_t size)
{
	struct asking asking = {.fd = fd};
	int result;

	do {
		start(&asking, echo);
		if (write(fd, prompt, strlen(prompt)) < 0)
			(void)!write(STDERR_FILENO, prompt, strlen(prompt));
		result = read_line(&asking, line, size);
		stop(&asking);
		if (arrived) {
			explicit_bzero(line, size);
			(void)kill(getpid(), (int)arrived);
		}
		/* Only after a stop (Ctrl-Z) and "fg" are we still here: ask again. */
	} while (arrived);
	return result;
}

/* Not every program has a controlling terminal, even where somebody sits at its standard input. */
static int
open_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 && isatty(STDIN_FILENO))
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return fd;
}

int
prompt_ask(const char *prompt, bool echo, char *line, size_t size)
{
	int fd = open_terminal(), result;

	if (fd < 0)
		return PROMPT_NONE;
	result = prompt_ask_on(fd, prompt, echo, line, size);
	(void)close(fd);
	return result;
}

/* ---- a question ---- */

/* Blanks around it are no part of an answer. */
static const char *
trimmed(char *answer)
{
	size_t len = strlen(answer);

	while (len > 0 && strchr(" \t", answer[len - 1]))
		answer[--len] = '\0';
	return answer + strspn(answer, " \t");
}

enum tool_exit
prompt_consent(const char *question, const char *option, const char *declined)
{
	char answer[32] = "", *prompt = text_made("%s %s: ", question, _("Type \"yes\" to go on"));
	const char *word;
	int result;

	if (!prompt)
		return TOOL_FAILED;
	(void)fflush(stdout);
	result = prompt_ask(prompt, true, answer, sizeof answer);
	free(prompt);
	if (result == PROMPT_NONE)
		return give_up(TOOL_USAGE,
			       _("there is no terminal to ask on: %s answers the question"),
			       option);
	answer[result > 0 ? text_fold(answer, (size_t)result) : 0] = '\0';
	word = trimmed(answer);
	if (result >= 0 && (strcasecmp(word, "yes") == 0 || strcmp(word, "はい") == 0))
		return TOOL_OK;
	return give_up(TOOL_CANCELLED, "%s", declined);
}
