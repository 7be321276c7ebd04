/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/pinentry.h"

#include <locale.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/pinentry.h"

#define LINES_MAX 8

/* A text that is not there is not said. */
static size_t
add(struct pinentry_line lines[LINES_MAX], size_t count, const char *command, const char *text)
{
	lines[count] = (struct pinentry_line){command, text};
	return text ? count + 1 : count;
}

static enum entry_state
ask(struct pinentry *pinentry, const char *card, const char *question, const char *error)
{
	struct pollfd fd = {pinentry_descriptor(pinentry), POLLIN, 0};
	struct pinentry_line lines[LINES_MAX];
	enum entry_state state;
	size_t n = 0;

	n = add(lines, n, "OPTION ttyname =", ttyname(STDERR_FILENO));
	n = add(lines, n, "OPTION ttytype =", getenv("TERM"));
	n = add(lines, n, "OPTION lc-ctype =", setlocale(LC_CTYPE, NULL));
	n = add(lines, n, "SETTITLE", "jpki-tool");
	n = add(lines, n, "SETDESC", card);
	n = add(lines, n, "SETPROMPT", question);
	n = add(lines, n, "SETERROR", error);
	lines[n++] = (struct pinentry_line){"GETPIN", NULL};
	pinentry_say(pinentry, lines, n);
	while ((state = pinentry_go_on(pinentry)) == ENTRY_WAITS)
		(void)poll(&fd, 1, -1);
	return state;
}

int
pinentry_ask(const char *program, const char *card, const char *question, const char *error,
	     char *line, size_t size, size_t *len)
{
	struct pinentry *pinentry = pinentry_open(program);
	enum entry_state state = pinentry ? ask(pinentry, card, question, error) : ENTRY_FAILED;
	bool is_long = false;

	line[0] = '\0';
	*len = 0;
	if (state == ENTRY_DONE)
		*len = pinentry_typed(pinentry, line, size, &is_long);
	pinentry_close(pinentry);
	if (state == ENTRY_CANCELLED)
		return PINENTRY_CANCELLED;
	return state == ENTRY_DONE && !is_long ? (int)*len : PINENTRY_FAILED;
}
