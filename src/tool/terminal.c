/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU};
#define CAUGHT (sizeof caught / sizeof caught[0])

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
	struct sigaction actions[CAUGHT];
};

/* They arrive only while ppoll waits: one that came just before a read would be overlooked. */
static void
catch_signals(struct asking *asking)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t set;

	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&set);
	for (size_t i = 0; i < CAUGHT; i++)
		/* These two come from our own calls on the terminal, never in between. */
		if (caught[i] != SIGTTIN && caught[i] != SIGTTOU)
			(void)sigaddset(&set, caught[i]);
	(void)sigprocmask(SIG_BLOCK, &set, &asking->mask);
	arrived = 0;
	for (size_t i = 0; i < CAUGHT; i++) {
		(void)sigaction(caught[i], NULL, &asking->actions[i]);
		/* What whoever started us ignores (nohup), stays ignored. */
		if (asking->actions[i].sa_handler != SIG_IGN)
			(void)sigaction(caught[i], &action, NULL);
	}
}

static void
start(struct asking *asking, bool echo)
{
	struct termios silent;

	catch_signals(asking);
	asking->silent = !echo && tcgetattr(asking->fd, &asking->modes) == 0;
	if (!asking->silent)
		return;
	silent = asking->modes;
	silent.c_lflag &= (tcflag_t) ~(ECHO | ECHONL);
	/* What was typed before the question is no answer to it. */
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
	for (size_t i = 0; i < CAUGHT; i++)
		(void)sigaction(caught[i], &asking->actions[i], NULL);
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

		if (n <= 0 && len == 0)
			return TERMINAL_END;
		if (n <= 0 || c == '\n' || c == '\r')
			break;
		if (len + 1 < size)
			line[len++] = c;
		else
			is_long = true;
	}
	line[len] = '\0';
	return is_long ? TERMINAL_LONG : (int)len;
}

int
terminal_ask(const char *prompt, bool echo, char *line, size_t size)
{
	struct asking asking = {.fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
	int result;

	if (asking.fd < 0)
		return TERMINAL_NONE;
	do {
		start(&asking, echo);
		(void)!write(asking.fd, prompt, strlen(prompt));
		result = read_line(&asking, line, size);
		stop(&asking);
		if (arrived) {
			explicit_bzero(line, size);
			(void)kill(getpid(), (int)arrived);
		}
		/* Only after a stop (Ctrl-Z) and "fg" are we still here: ask again. */
	} while (arrived);
	(void)close(asking.fd);
	return result;
}
