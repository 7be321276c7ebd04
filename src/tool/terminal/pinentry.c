/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/pinentry.h"

#include "holder/secret.h"

#include <fcntl.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_ASSUAN 1002 /* the protocol's longest line, its end and a NUL */
#define GPG_ERR_CANCELED 99  /* the lower 16 bits of its error codes say what, the rest who */

struct pinentry {
	pid_t child;
	FILE *to, *from;
	char to_buffer[LINE_MAX_ASSUAN];
	char from_buffer[LINE_MAX_ASSUAN];
	char line[LINE_MAX_ASSUAN];
};

static void
run_child(const char *program, int in, int out)
{
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(127);
	(void)execlp(program, program, (char *)NULL);
	_exit(127);
}

static bool
start(struct pinentry *p, const char *program)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) != 0)
		return false;
	if (pipe2(from, O_CLOEXEC) != 0) {
		(void)close(to[0]);
		(void)close(to[1]);
		return false;
	}
	p->child = fork();
	if (p->child == 0)
		run_child(program, to[0], from[1]);
	(void)close(to[0]);
	(void)close(from[1]);
	p->to = fdopen(to[1], "w");
	p->from = fdopen(from[0], "r");
	if (!p->to || !p->from || p->child < 0)
		return false;
	/* Buffers of our own: they hold the PIN and are wiped with the rest. */
	(void)setvbuf(p->to, p->to_buffer, _IOFBF, sizeof p->to_buffer);
	(void)setvbuf(p->from, p->from_buffer, _IOFBF, sizeof p->from_buffer);
	return true;
}

static void
stop(struct pinentry *p)
{
	if (p->to)
		(void)fclose(p->to);
	if (p->from)
		(void)fclose(p->from);
	if (p->child > 0)
		(void)waitpid(p->child, NULL, 0);
	secret_free(p, sizeof *p);
}

/* Sends "COMMAND text" with % and line ends escaped. */
static void
send(struct pinentry *p, const char *command, const char *text)
{
	(void)fprintf(p->to, "%s", command);
	if (text)
		(void)fputc(' ', p->to);
	for (; text && *text; text++)
		if (*text == '%' || *text == '\n' || *text == '\r')
			(void)fprintf(p->to, "%%%02X", (unsigned int)(unsigned char)*text);
		else
			(void)fputc(*text, p->to);
	(void)fputc('\n', p->to);
	(void)fflush(p->to);
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789ABCDEF", *at = c ? strchr(digits, c & ~0x20) : NULL;

	if (c >= '0' && c <= '9')
		return c - '0';
	return at ? (int)(at - digits) : -1;
}

/* A data line's text, without the escapes; its length, -1 if it is too long. */
static int
unescape(const char *text, char *line, size_t size)
{
	size_t len = 0;

	while (*text && *text != '\n') {
		int high = text[0] == '%' ? hex_digit(text[1]) : -1;
		int low = high >= 0 ? hex_digit(text[2]) : -1;

		if (len + 1 >= size)
			return -1;
		line[len++] = low >= 0 ? (char)(high * 16 + low) : *text;
		text += low >= 0 ? 3 : 1;
	}
	line[len] = '\0';
	return (int)len;
}

/* Reads up to OK or ERR; data goes to `line` if that is not NULL. */
static int
receive(struct pinentry *p, char *line, size_t size)
{
	int len = 0;

	while (fgets(p->line, sizeof p->line, p->from)) {
		if (strncmp(p->line, "OK", 2) == 0)
			return len < 0 ? PINENTRY_FAILED : len;
		if (strncmp(p->line, "D ", 2) == 0 && line)
			len = unescape(p->line + 2, line, size);
		if (strncmp(p->line, "ERR ", 4) != 0)
			continue;
		return (strtoul(p->line + 4, NULL, 10) & 0xFFFF) == GPG_ERR_CANCELED
			       ? PINENTRY_CANCELLED
			       : PINENTRY_FAILED;
	}
	return PINENTRY_FAILED;
}

/* A command whose refusal does not matter: not all programs know all options. */
static void
tell(struct pinentry *p, const char *command, const char *text)
{
	if (!text)
		return;
	send(p, command, text);
	(void)receive(p, NULL, 0);
}

int
pinentry_ask(const char *program, const char *card, const char *question, const char *error,
	     char *line, size_t size, size_t *len)
{
	struct pinentry *p = secret_new(sizeof *p);
	int result = PINENTRY_FAILED;

	line[0] = '\0';
	*len = 0;
	if (!p)
		return result;
	if (start(p, program) && receive(p, NULL, 0) >= 0) {
		tell(p, "OPTION ttyname =", ttyname(STDERR_FILENO));
		tell(p, "OPTION ttytype =", getenv("TERM"));
		tell(p, "OPTION lc-ctype =", setlocale(LC_CTYPE, NULL));
		tell(p, "SETTITLE", "jpki-tool");
		tell(p, "SETDESC", card);
		tell(p, "SETPROMPT", question);
		tell(p, "SETERROR", error);
		send(p, "GETPIN", NULL);
		result = receive(p, line, size);
		send(p, "BYE", NULL);
	}
	*len = result > 0 ? (size_t)result : 0;
	stop(p);
	return result;
}
