/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzing: the agent between programs that ask it and a pinentry, all of which say what they like.
 * Only whoever asked gets a PIN, one that has the shape; one dialog at a time, into which nobody
 * writes lines; the last try is not asked for without a yes.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"
#include "holder/secret.h"
#include "jpki-agent.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/guard.h"
#include "tests/fuzz/input.h"

const char fuzz_corpus[] = "agent";

#define CLIENTS 20	   /* more than the agent has places for */
#define CHILD 0x3fffffff   /* no process has this number */
#define DESCRIPTORS 100	   /* as many as all this may have open */
#define LINE_MAX_SAID 1000 /* the protocol's, without its end */

struct asker {
	int socket; /* -1: none */
	bool deaf;
	unsigned int asked; /* requests that are not answered yet */
	struct jpki_agent_request request;
};

static struct {
	bool runs; /* else all calls are the system's */
	struct input in;
	int64_t now_ms;
	int listener;
	struct sockaddr_un address; /* has no name that others could find */
	socklen_t address_size;
	struct asker askers[CLIENTS];
} world;

/* The pinentry that is open. */
static struct {
	bool open;
	int to, from; /* its own ends: what it says, what it is told */
	char line[LINE_MAX_SAID + 2];
	size_t heard;
	bool last_try, confirmed;
	int pipes[2][2], piped;
	unsigned int opened, typed; /* dialogs; PINs that came of them */
} entry;

/* ---- what the agent asks of the system ---- */

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	const int r = (int)syscall(SYS_clock_gettime, clock, now);

	if (world.runs)
		*now = (struct timespec){.tv_sec = world.now_ms / 1000,
					 .tv_nsec = world.now_ms % 1000 * 1000000};
	return r;
}

int
pipe2(int fds[2], int flags)
{
	const int r = (int)syscall(SYS_pipe2, fds, flags);

	if (world.runs && r == 0)
		memcpy(entry.pipes[entry.piped++ & 1], fds, sizeof entry.pipes[0]);
	return r;
}

/* A program that is started is this target, by the ends of the pipes that it would have. */
pid_t
fork(void)
{
	if (entry.open || !world.runs)
		guard_fail("two dialogs at once");
	entry.to = fcntl(entry.pipes[1][1], F_DUPFD_CLOEXEC, 0);
	entry.from = fcntl(entry.pipes[0][0], F_DUPFD_CLOEXEC, 0);
	if (entry.to < 0 || entry.from < 0)
		abort();
	(void)fcntl(entry.to, F_SETFL, O_NONBLOCK);
	(void)fcntl(entry.from, F_SETFL, O_NONBLOCK);
	entry.open = true;
	entry.opened++;
	entry.heard = 0;
	entry.last_try = entry.confirmed = false;
	return CHILD;
}

static void
entry_silence(void)
{
	if (entry.to >= 0)
		(void)close(entry.to);
	entry.to = -1;
}

int
kill(pid_t pid, int number)
{
	return pid == CHILD ? 0 : (int)syscall(SYS_kill, pid, number);
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	if (pid != CHILD)
		return (pid_t)syscall(SYS_wait4, pid, status, options, NULL);
	entry_silence();
	if (entry.open)
		(void)close(entry.from);
	entry.open = false;
	return pid;
}

/* A process that is not dumped would hide its leaks from the sanitizer. */
int
prctl(int option, ...)
{
	(void)option;
	return 0;
}

/* Memory that the sanitizer sees the end of. */
void *
secret_new(size_t size)
{
	return calloc(1, size);
}

void
secret_free(void *secret, size_t size)
{
	if (secret)
		explicit_bzero(secret, size);
	free(secret);
}

/* ---- what the agent says ---- */

static bool
has_shape(const uint8_t *pin, uint32_t len, uint32_t key)
{
	for (uint32_t i = 0; i < len; i++)
		if (!(pin[i] >= '0' && pin[i] <= '9') &&
		    (key == JPKI_AGENT_KEY_AUTH || !(pin[i] >= 'A' && pin[i] <= 'Z')))
			return false;
	return key == JPKI_AGENT_KEY_AUTH ? len == 4 : len >= 6 && len <= 16;
}

static bool
is_empty(const uint8_t *field, size_t from)
{
	for (size_t i = from; i < JPKI_AGENT_PIN_MAX; i++)
		if (field[i] != 0)
			return false;
	return true;
}

static void
check_typed(struct asker *asker, const struct jpki_agent_answer *answer)
{
	const bool two = asker->request.purpose == JPKI_AGENT_CHANGE;

	if (asker->request.version != JPKI_AGENT_VERSION || asker->request.tries_left == 0 ||
	    !memchr(asker->request.serial, '\0', sizeof asker->request.serial) ||
	    !memchr(asker->request.reader, '\0', sizeof asker->request.reader))
		guard_fail("a PIN for what is no request");
	if (!has_shape(answer->pin, answer->pin_len, asker->request.key) ||
	    (two && !has_shape(answer->new_pin, answer->new_pin_len, asker->request.key)) ||
	    (!two && answer->new_pin_len != 0))
		guard_fail("an answer that cannot be this PIN");
	if (++entry.typed > entry.opened)
		guard_fail("more PINs than dialogs");
}

static void
check_answer(struct asker *asker, const struct jpki_agent_answer *answer)
{
	if (answer->version != JPKI_AGENT_VERSION || answer->outcome > JPKI_AGENT_QUEUED)
		guard_fail("an answer that is none");
	if (asker->asked == 0)
		guard_fail("an answer to one who asked nothing");
	if (answer->outcome == JPKI_AGENT_TYPED)
		check_typed(asker, answer);
	else if (answer->pin_len != 0 || answer->new_pin_len != 0)
		guard_fail("a PIN where nothing was typed");
	if (answer->outcome != JPKI_AGENT_WAITS && answer->outcome != JPKI_AGENT_QUEUED)
		asker->asked = 0;
	if (!is_empty(answer->pin, answer->pin_len) ||
	    !is_empty(answer->new_pin, answer->new_pin_len))
		guard_fail("more in an answer than it says");
}

static void
asker_close(struct asker *asker)
{
	if (asker->socket >= 0)
		(void)close(asker->socket);
	*asker = (struct asker){.socket = -1};
}

static void
asker_listen(struct asker *asker)
{
	struct jpki_agent_answer answer;
	ssize_t size;

	while (asker->socket >= 0 && !asker->deaf) {
		size = recv(asker->socket, &answer, sizeof answer, MSG_DONTWAIT | MSG_TRUNC);
		if (size < 0)
			return;
		if (size == 0)
			asker_close(asker);
		else if (size != (ssize_t)sizeof answer)
			guard_fail("an answer of another size");
		else
			check_answer(asker, &answer);
	}
}

/* Its end is gone. */
static void
check_line(void)
{
	static const char *const commands[] = {"OPTION ", "SETTIMEOUT 0", "SETTITLE ",	"SETDESC ",
					       "SETOK ",  "SETCANCEL ",	  "SETPROMPT ", "SETERROR ",
					       "CONFIRM", "GETPIN"};
	const char *line = entry.line;
	bool known = false;

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		known |= strncmp(line, commands[i], strlen(commands[i])) == 0;
	if (!known)
		guard_fail("a line that the agent has no command for");
	for (const char *at = line; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			guard_fail("a control character in a dialog");
	if (strncmp(line, "SETDESC ", 8) == 0)
		entry.last_try = strstr(line, "%0A1 of ") != NULL;
	entry.confirmed |= strcmp(line, "CONFIRM") == 0;
	if (strcmp(line, "GETPIN") == 0 && entry.last_try && !entry.confirmed)
		guard_fail("the last try is asked for without a yes");
}

static void
entry_listen(void)
{
	char c;

	while (entry.open && read(entry.from, &c, 1) == 1) {
		if (c == '\n') {
			entry.line[entry.heard] = '\0';
			entry.heard = 0;
			check_line();
		} else if (entry.heard < LINE_MAX_SAID && c != '\0') {
			entry.line[entry.heard++] = c;
		} else {
			guard_fail("a line that is too long, or has a NUL");
		}
	}
}

/* ---- what the others do ---- */

static void
join(struct asker *asker)
{
	asker_close(asker);
	asker->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (asker->socket < 0)
		abort();
	if (connect(asker->socket, (struct sockaddr *)&world.address, world.address_size) != 0)
		asker_close(asker);
}

static void
say(struct asker *asker, const void *message, size_t size)
{
	if (asker->socket < 0 || asker->deaf ||
	    send(asker->socket, message, size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size)
		return;
	/* What is said behind a request makes it none. */
	if (asker->asked++ == 0 && size == sizeof asker->request)
		memcpy(&asker->request, message, size);
	else
		asker->request.version = 0;
}

static void
ask(struct asker *asker)
{
	const uint8_t how = input_byte(&world.in), text = input_byte(&world.in);
	struct jpki_agent_request request = {
		.version = JPKI_AGENT_VERSION,
		.purpose = how % 3,
		.key = how >> 2 & 1,
		.fault = (how >> 3) % 6,
		.tries_left = 1 + (how >> 6) % 3,
		.tries_allowed = 3,
	};

	memset(request.serial, '7', 16);
	input_copy(&world.in, (uint8_t *)request.reader, text % sizeof request.reader);
	say(asker, &request, sizeof request);
}

static void
say_anything(struct asker *asker)
{
	uint8_t message[sizeof(struct jpki_agent_request) + 8];

	input_copy(&world.in, message, sizeof message);
	say(asker, message,
	    input_byte(&world.in) % 4 ? sizeof(struct jpki_agent_request)
				      : message[0] % sizeof message);
}

static void
entry_say(const char *text, size_t len)
{
	if (entry.open && entry.to >= 0)
		(void)!write(entry.to, text, len);
}

/* As pinentry does, when it was asked. */
static void
entry_say_typed(void)
{
	static const char *const typed[] = {"1234",   "SECRET7", "%31234", "１２３４", "",
					    "ABCDEF", "12%0A34", "%00",	   "cancel"};
	char line[64];
	const int len = snprintf(line, sizeof line, "D %s\nOK\n", typed[input_byte(&world.in) % 9]);

	entry_say(line, (size_t)len);
}

static void
entry_say_anything(void)
{
	char text[256];
	const size_t len = input_byte(&world.in);

	input_copy(&world.in, (uint8_t *)text, len);
	entry_say(text, len);
}

/* One thing that somebody does. False: the input is used up. */
static bool
act(void)
{
	static const char cancelled[] = "ERR 83886179 cancelled\n";
	const uint8_t what = input_byte(&world.in);
	struct asker *asker = &world.askers[(what >> 4) % CLIENTS];

	switch (what & 15) {
	case 1:
		join(asker);
		break;
	case 2:
		ask(asker);
		break;
	case 3:
		say_anything(asker);
		break;
	case 4:
		asker_close(asker);
		break;
	case 5:
		asker->deaf = !asker->deaf;
		break;
	case 6:
	case 7:
	case 8:
		entry_say("OK\n", 3);
		break;
	case 9:
	case 10:
		entry_say_typed();
		break;
	case 11:
		entry_say_anything();
		break;
	case 12:
		entry_say(cancelled, sizeof cancelled - 1);
		break;
	case 13:
		entry_silence();
		break;
	case 14:
		world.now_ms += 100 * (int64_t)input_byte(&world.in);
		break;
	case 15:
		join(&world.askers[input_byte(&world.in) % CLIENTS]);
		break;
	default:
		return false;
	}
	return true;
}

static void
listen_to_all(void)
{
	for (size_t i = 0; i < CLIENTS; i++)
		asker_listen(&world.askers[i]);
	entry_listen();
}

/* Whenever the agent waits, it is the others' turn; when they are done, a signal ends it. */
int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	const struct timespec none = {0}, wait = {.tv_sec = timeout / 1000};
	bool ends;
	int r;

	if (!world.runs)
		return ppoll(fds, count, timeout < 0 ? NULL : &wait, NULL);
	listen_to_all();
	ends = !act();
	r = ppoll(fds, count, &none, NULL);
	if (ends)
		fds[0].revents = POLLIN; /* where the agent hears of signals */
	return ends ? 1 : r;
}

static void
open_listener(void)
{
	socklen_t size = sizeof world.address;

	if (world.listener > 0)
		return;
	world.address.sun_family = AF_UNIX;
	world.listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (world.listener < 0 ||
	    bind(world.listener, (struct sockaddr *)&world.address, sizeof(sa_family_t)) != 0 ||
	    getsockname(world.listener, (struct sockaddr *)&world.address, &size) != 0 ||
	    listen(world.listener, CLIENTS) != 0)
		abort();
	world.address_size = size;
}

/* Whoever was not welcomed yet. */
static void
clear_listener(void)
{
	int left;

	while ((left = accept4(world.listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		(void)close(left);
}

static unsigned int
count_descriptors(void)
{
	unsigned int count = 0;

	for (int fd = 0; fd < DESCRIPTORS; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct agent_rules rules = {.pinentry = "pinentry", .beat_ms = 2000, .deadline_ms = 300000};
	unsigned int before;
	sigset_t mask;

	open_listener();
	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	for (size_t i = 0; i < CLIENTS; i++)
		world.askers[i] = (struct asker){.socket = -1};
	entry.open = false;
	entry.opened = entry.typed = 0;
	entry.piped = 0;
	world.in = (struct input){data, len};
	world.now_ms = 1000;
	if (input_byte(&world.in) & 1)
		rules.idle_ms = 30000;
	before = count_descriptors();
	world.runs = true;
	if (!agent_serve(world.listener, &rules))
		guard_fail("the agent does not serve");
	world.runs = false;
	listen_to_all();
	if (entry.open)
		guard_fail("a dialog is left");
	clear_listener();
	for (size_t i = 0; i < CLIENTS; i++)
		asker_close(&world.askers[i]);
	if (count_descriptors() != before)
		guard_fail("a descriptor is left");
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	return 0;
}
