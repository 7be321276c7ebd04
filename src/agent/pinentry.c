/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/pinentry.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "holder/secret.h"

#define LINE_BYTES 1002	 /* the protocol's longest line, its end and a NUL */
#define QUEUE_BYTES 8192 /* all lines of one question */
#define TYPED_BYTES 512

/* The lower 16 bits of its error codes say what, the rest who. */
#define GPG_ERR_TIMEOUT 62
#define GPG_ERR_CANCELED 99
#define GPG_ERR_NOT_CONFIRMED 114
#define GPG_ERR_FULLY_CANCELED 198

#define GRACE_MS 1000
#define STEP_MS 10

struct pinentry {
	pid_t child;
	int to, from;
	enum entry_state state;
	bool greeted;
	size_t typed_len;
	bool typed_long;
	size_t heard;		 /* bytes of a line that is not whole yet */
	size_t queue_at, queued; /* lines to be said, each with its end */
	char line[LINE_BYTES];
	char queue[QUEUE_BYTES];
	char typed[TYPED_BYTES];
};

/* ---- the program ---- */

static void
run_child(const char *program, int in, int out)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
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
	p->to = to[1];
	if (pipe2(from, O_CLOEXEC) != 0) {
		(void)close(to[0]);
		return false;
	}
	p->from = from[0];
	p->child = fork();
	if (p->child == 0)
		run_child(program, to[0], from[1]);
	(void)close(to[0]);
	(void)close(from[1]);
	return p->child > 0 && fcntl(p->to, F_SETFL, O_NONBLOCK) == 0 &&
	       fcntl(p->from, F_SETFL, O_NONBLOCK) == 0;
}

/* Whether it ended within the time that a program needs to put the screen in order. */
static bool
has_ended(pid_t child)
{
	const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};

	for (int ms = 0; ms < GRACE_MS; ms += STEP_MS) {
		if (waitpid(child, NULL, WNOHANG) != 0)
			return true;
		(void)nanosleep(&step, NULL);
	}
	return false;
}

void
pinentry_close(struct pinentry *p)
{
	if (!p)
		return;
	/* One that has a dialog open does not look at what we say. */
	if (p->child > 0 && (p->state == ENTRY_WAITS || p->state == ENTRY_FAILED))
		(void)kill(p->child, SIGTERM);
	if (p->to >= 0)
		(void)close(p->to);
	if (p->from >= 0)
		(void)close(p->from);
	if (p->child > 0 && !has_ended(p->child)) {
		(void)kill(p->child, SIGKILL);
		(void)waitpid(p->child, NULL, 0);
	}
	secret_free(p, sizeof *p);
}

struct pinentry *
pinentry_open(const char *program)
{
	struct pinentry *p = secret_new(sizeof *p);

	if (!p)
		return NULL;
	p->to = p->from = -1;
	if (start(p, program))
		return p;
	pinentry_close(p);
	return NULL;
}

int
pinentry_descriptor(const struct pinentry *p)
{
	return p->from;
}

/* ---- what is said ---- */

/* How many bytes the character at `text` has, as UTF-8's first byte says. */
static size_t
character_length(const char *text)
{
	const unsigned char first = (unsigned char)*text;
	const size_t claimed = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;

	return strnlen(text, claimed);
}

/* One character with % and line ends escaped; false: it does not fit into a line any more. */
static bool
add_character(char line[LINE_BYTES], size_t *len, const char *text, size_t n)
{
	const bool escaped = *text == '%' || *text == '\n' || *text == '\r';
	const size_t takes = escaped ? 3 : n;

	if (*len + takes > LINE_BYTES - 2)
		return false;
	if (escaped)
		(void)snprintf(line + *len, 4, "%%%02X", (unsigned int)(unsigned char)*text);
	else
		memcpy(line + *len, text, n);
	*len += takes;
	return true;
}

static size_t
make_line(char line[LINE_BYTES], const struct pinentry_line *said)
{
	size_t len = (size_t)snprintf(line, LINE_BYTES - 1, "%s%s", said->command,
				      said->text ? " " : "");
	size_t n;

	for (const char *text = said->text; text && *text; text += n) {
		n = character_length(text);
		if (!add_character(line, &len, text, n))
			break;
	}
	line[len++] = '\n';
	return len;
}

/* The next line of the queue, if the program can be told it. */
static void
say_next(struct pinentry *p)
{
	const char *line = p->queue + p->queue_at;
	const char *end = memchr(line, '\n', p->queued - p->queue_at);
	const size_t len = end ? (size_t)(end - line) + 1 : 0;

	p->queue_at += len;
	if (write(p->to, line, len) != (ssize_t)len)
		p->state = ENTRY_FAILED;
}

/* Behind the lines that are there; false: it does not fit. */
static bool
enqueue(struct pinentry *p, const struct pinentry_line *said)
{
	char line[LINE_BYTES];
	const size_t len = make_line(line, said);

	if (p->queued + len > sizeof p->queue)
		return false;
	memcpy(p->queue + p->queued, line, len);
	p->queued += len;
	return true;
}

void
pinentry_say(struct pinentry *p, const struct pinentry_line lines[], size_t count)
{
	/* By themselves they cancel after a minute; the caller says how long the user has. */
	static const struct pinentry_line no_limit = {"SETTIMEOUT", "0"};
	bool fits;

	p->queue_at = p->queued = 0;
	fits = enqueue(p, &no_limit);
	for (size_t i = 0; fits && i < count; i++)
		fits = enqueue(p, &lines[i]);
	if (!fits)
		p->state = ENTRY_FAILED;
	if (p->state != ENTRY_FAILED)
		p->state = ENTRY_WAITS;
	if (p->greeted && p->state == ENTRY_WAITS)
		say_next(p);
}

/* ---- what is heard ---- */

/* A data line's text, without the escapes; behind what came before. */
static void
take_data(struct pinentry *p, const char *text)
{
	while (*text) {
		const int high = text[0] == '%' ? OPENSSL_hexchar2int((unsigned char)text[1]) : -1;
		const int low = high >= 0 ? OPENSSL_hexchar2int((unsigned char)text[2]) : -1;

		if (p->typed_len + 1 >= sizeof p->typed) {
			p->typed_long = true;
			return;
		}
		p->typed[p->typed_len++] = low >= 0 ? (char)(high * 16 + low) : *text;
		text += low >= 0 ? 3 : 1;
	}
}

static enum entry_state
refusal(const char *code)
{
	switch (strtoul(code, NULL, 10) & 0xffff) {
	case GPG_ERR_TIMEOUT:
	case GPG_ERR_CANCELED:
	case GPG_ERR_NOT_CONFIRMED:
	case GPG_ERR_FULLY_CANCELED:
		return ENTRY_CANCELLED;
	default:
		return ENTRY_FAILED;
	}
}

/* The line that was said last is answered: with this, unless there are more to be said. */
static void
take_answer(struct pinentry *p, enum entry_state answer)
{
	if (!p->greeted && answer != ENTRY_DONE)
		p->state = ENTRY_FAILED;
	else if (p->queue_at < p->queued)
		say_next(p);
	else if (p->greeted)
		p->state = answer;
	p->greeted = true;
}

static void
take_line(struct pinentry *p)
{
	if (strncmp(p->line, "D ", 2) == 0)
		take_data(p, p->line + 2);
	else if (strcmp(p->line, "OK") == 0 || strncmp(p->line, "OK ", 3) == 0)
		take_answer(p, ENTRY_DONE);
	else if (strncmp(p->line, "ERR ", 4) == 0)
		take_answer(p, refusal(p->line + 4));
}

/* All whole lines that were heard, until one ends the question. */
static void
take_lines(struct pinentry *p)
{
	char *end;

	while (p->state == ENTRY_WAITS && (end = memchr(p->line, '\n', p->heard))) {
		const size_t len = (size_t)(end - p->line) + 1;

		*end = '\0';
		take_line(p);
		memmove(p->line, p->line + len, p->heard - len);
		explicit_bzero(p->line + p->heard - len, len);
		p->heard -= len;
	}
	if (p->heard >= LINE_BYTES - 1)
		p->state = ENTRY_FAILED;
}

enum entry_state
pinentry_go_on(struct pinentry *p)
{
	ssize_t n = -1;

	if (p->state != ENTRY_WAITS)
		return p->state;
	n = read(p->from, p->line + p->heard, LINE_BYTES - 1 - p->heard);
	if (n > 0) {
		p->heard += (size_t)n;
		take_lines(p);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		p->state = ENTRY_FAILED;
	}
	return p->state;
}

size_t
pinentry_typed(struct pinentry *p, char *line, size_t size, bool *is_long)
{
	const size_t len = p->typed_len;

	*is_long = p->typed_long || len >= size;
	memcpy(line, p->typed, *is_long ? 0 : len);
	line[*is_long ? 0 : len] = '\0';
	explicit_bzero(p->typed, sizeof p->typed);
	p->typed_len = 0;
	p->typed_long = false;
	return *is_long ? 0 : len;
}
