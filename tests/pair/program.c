/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pair/program.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/module/harness.h"
#include "tests/pair/steps.h"

#define WORD "--program"
#define PROGRAMS_MAX 16
#define HANGS_MS 60000

struct program {
	pid_t pid; /* 0: not there */
	int fd;
};

struct request {
	enum step step;
	unsigned long slot;
	char text[64];
};

static struct program programs[PROGRAMS_MAX];

static unsigned int
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned int)(t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

void
program_main(int argc, char *argv[])
{
	struct request request;
	int fd;

	if (argc != 4 || strcmp(argv[1], WORD) != 0)
		return;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = atoi(argv[2]);
	while (recv(fd, &request, sizeof request, 0) == (ssize_t)sizeof request) {
		struct reply reply = {0};
		unsigned int started = now_ms();

		request.text[sizeof request.text - 1] = '\0';
		steps_do(argv[3], request.step, request.slot, request.text, &reply);
		reply.ms = now_ms() - started;
		(void)send(fd, &reply, sizeof reply, MSG_NOSIGNAL);
	}
	_exit(0);
}

static _Noreturn void
become_program(int fd, const char *module)
{
	char number[16], self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);

	if (len > 0) {
		self[len] = '\0';
		(void)snprintf(number, sizeof number, "%d", fd);
		(void)fcntl(fd, F_SETFD, 0);
		(void)execl(self, self, WORD, number, module, (char *)NULL);
	}
	_exit(127);
}

struct program *
program_start(const char *module)
{
	struct program *p = programs;
	int pair[2];

	while (p->pid)
		assert_true(++p < programs + PROGRAMS_MAX);
	if (!module)
		module = harness_path(".libs/jpki-pkcs11.so");
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	p->pid = fork();
	if (p->pid == 0)
		become_program(pair[1], module);
	assert_true(p->pid > 0);
	(void)close(pair[1]);
	p->fd = pair[0];
	return p;
}

void
program_begin(struct program *p, enum step step, unsigned long slot, const char *text)
{
	struct request request = {.step = step, .slot = slot};

	if (text)
		(void)snprintf(request.text, sizeof request.text, "%s", text);
	if (send(p->fd, &request, sizeof request, MSG_NOSIGNAL) != (ssize_t)sizeof request)
		fail_msg("the program ended before step %d", (int)step);
}

struct reply
program_finish(struct program *p)
{
	struct pollfd wait = {.fd = p->fd, .events = POLLIN};
	struct reply reply = {0};

	if (poll(&wait, 1, HANGS_MS) != 1)
		fail_msg("the program hangs");
	if (recv(p->fd, &reply, sizeof reply, 0) != (ssize_t)sizeof reply)
		fail_msg("the program died");
	return reply;
}

bool
program_has_answered(struct program *p)
{
	struct pollfd wait = {.fd = p->fd, .events = POLLIN};

	return poll(&wait, 1, 0) != 0;
}

struct reply
program_do(struct program *p, enum step step, unsigned long slot, const char *text)
{
	program_begin(p, step, slot, text);
	return program_finish(p);
}

void
program_kill(struct program *p)
{
	(void)kill(p->pid, SIGKILL);
	(void)waitpid(p->pid, NULL, 0);
	(void)close(p->fd);
	p->pid = 0;
}

void
program_kill_all(void)
{
	for (size_t i = 0; i < PROGRAMS_MAX; i++)
		if (programs[i].pid)
			program_kill(&programs[i]);
}
