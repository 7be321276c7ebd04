/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/module/agent-stub.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define REQUESTS_MAX 32

static char folder[64];
static struct jpki_agent_request requests[REQUESTS_MAX];
static size_t request_count;
static const struct agent_line *script;
static size_t script_count;
static int listener = -1;
static pthread_t thread;
static atomic_bool ending;

const char *
agent_path(void)
{
	static char path[128];

	(void)snprintf(path, sizeof path, "%s/" JPKI_AGENT_FOLDER "/" JPKI_AGENT_SOCKET, folder);
	return path;
}

static void
remove_folder(void)
{
	char sub[96];

	(void)snprintf(sub, sizeof sub, "%s/" JPKI_AGENT_FOLDER, folder);
	(void)unlink(agent_path());
	(void)rmdir(sub);
	(void)rmdir(folder);
}

void
agent_prepare(void)
{
	char sub[96];

	if (folder[0] == '\0') {
		(void)snprintf(folder, sizeof folder, "/tmp/jpki-agent.XXXXXX");
		assert_non_null(mkdtemp(folder));
		(void)snprintf(sub, sizeof sub, "%s/" JPKI_AGENT_FOLDER, folder);
		assert_int_equal(mkdir(sub, 0700), 0);
		(void)atexit(remove_folder);
	}
	assert_int_equal(setenv("XDG_RUNTIME_DIR", folder, 1), 0);
}

static void
say(int client, const struct jpki_agent_answer *answer, size_t size)
{
	uint8_t room[sizeof *answer + 1] = {0};

	memcpy(room, answer, sizeof *answer);
	(void)!send(client, room, size, MSG_NOSIGNAL);
}

/* Far more than an agent has to say. False: the other side has hung up. */
static bool
flood(int client, struct jpki_agent_answer answer)
{
	int left = 10000;

	answer.outcome = JPKI_AGENT_WAITS;
	while (left > 0 && send(client, &answer, sizeof answer, MSG_NOSIGNAL) > 0)
		left--;
	return left == 0;
}

static void
stay_silent(int client)
{
	char byte;

	(void)!recv(client, &byte, 1, 0);
}

/* False: the conversation is over. */
static bool
answer_by(const struct agent_line *line, int client)
{
	struct jpki_agent_answer answer = {.version = JPKI_AGENT_VERSION,
					   .outcome = JPKI_AGENT_CANCELLED};
	size_t size = sizeof answer;

	if (line->before)
		line->before();
	if (line->meanwhile)
		line->meanwhile(client);
	if (line->pin) {
		answer.outcome = JPKI_AGENT_TYPED;
		answer.pin_len = (uint32_t)strlen(line->pin);
		memcpy(answer.pin, line->pin, answer.pin_len);
	}
	if (line->new_pin) {
		answer.new_pin_len = (uint32_t)strlen(line->new_pin);
		memcpy(answer.new_pin, line->new_pin, answer.new_pin_len);
	}
	switch (line->fault) {
	case AGENT_HONEST:
		break;
	case AGENT_HANGS_UP:
		return false;
	case AGENT_SHORT:
		size /= 2;
		break;
	case AGENT_LONG:
		size++;
		break;
	case AGENT_VERSION:
		answer.version++;
		break;
	case AGENT_EMPTY:
		answer.pin_len = 0;
		break;
	case AGENT_PIN_LENGTH:
		answer.pin_len = JPKI_AGENT_PIN_MAX + 1;
		break;
	case AGENT_NUL:
		answer.pin[1] = '\0';
		break;
	case AGENT_NO_PROMPT:
		answer.outcome = JPKI_AGENT_NO_PROMPT;
		break;
	case AGENT_FLOODS:
		if (!flood(client, answer))
			return false;
		break;
	case AGENT_SILENT:
		stay_silent(client);
		return false;
	}
	say(client, &answer, size);
	return true;
}

static void
converse(int client)
{
	struct jpki_agent_answer waits = {.version = JPKI_AGENT_VERSION,
					  .outcome = JPKI_AGENT_WAITS};
	struct jpki_agent_request request;

	while (recv(client, &request, sizeof request, 0) == (ssize_t)sizeof request) {
		size_t number = request_count;

		if (number >= REQUESTS_MAX)
			break;
		requests[request_count++] = request;
		say(client, &waits, sizeof waits);
		if (number >= script_count || !answer_by(&script[number], client))
			break;
	}
	(void)close(client);
}

static void *
serve(void *none)
{
	struct pollfd readable = {.fd = listener, .events = POLLIN};

	(void)none;
	while (!atomic_load(&ending)) {
		int client;

		if (poll(&readable, 1, 20) <= 0)
			continue;
		client = accept(listener, NULL, NULL);
		if (client >= 0)
			converse(client);
	}
	return NULL;
}

void
agent_start(const struct agent_line *lines, size_t count)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memcpy(address.sun_path, agent_path(), strlen(agent_path()) + 1);
	request_count = 0;
	script = lines;
	script_count = count;
	atomic_store(&ending, false);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
}

size_t
agent_stop(void)
{
	if (listener >= 0) {
		atomic_store(&ending, true);
		(void)pthread_join(thread, NULL);
		(void)close(listener);
		(void)unlink(agent_path());
		listener = -1;
	}
	return request_count;
}

const struct jpki_agent_request *
agent_request(size_t i)
{
	assert_true(i < request_count);
	return &requests[i];
}
