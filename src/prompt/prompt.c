/* SPDX-License-Identifier: BSD-2-Clause */
#include "prompt/prompt.h"

#include <errno.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

/* How soon a call that waits for the user sees that C_Finalize was called. */
#define SLICE_MS 100

#define SILENCE_MS (JPKI_AGENT_SILENCE_S * INT64_C(1000))
#define LIMIT_MS (JPKI_AGENT_DEADLINE_S * INT64_C(1000) + SILENCE_MS)

/* False: there is no such place for this user. */
static bool
socket_address(struct sockaddr_un *address)
{
	const char *folder = secure_getenv("XDG_RUNTIME_DIR");
	int n;

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (!folder || *folder != '/')
		return false;
	n = snprintf(address->sun_path, sizeof address->sun_path,
		     "%s/" JPKI_AGENT_FOLDER "/" JPKI_AGENT_SOCKET, folder);
	return n > 0 && (size_t)n < sizeof address->sun_path;
}

/* A socket of this user's own, not a link to somebody else's. */
static bool
is_own_socket(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_uid == geteuid();
}

static bool
is_own_agent(int agent)
{
	struct ucred peer;
	socklen_t size = sizeof peer;

	return getsockopt(agent, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       size == sizeof peer && peer.uid == geteuid();
}

/* A connection; -1: none, and *is_busy: its queue is full, which on a busy machine is soon. */
static int
try_to_connect(bool *is_busy)
{
	struct sockaddr_un address;
	int agent;

	*is_busy = false;
	if (!socket_address(&address) || !is_own_socket(address.sun_path))
		return -1;
	agent = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (agent < 0)
		return -1;
	if (connect(agent, (const struct sockaddr *)&address, sizeof address) != 0)
		*is_busy = errno == EAGAIN;
	else if (is_own_agent(agent))
		return agent;
	(void)close(agent);
	return -1;
}

bool
prompt_is_there(void)
{
	bool is_busy;
	const int agent = try_to_connect(&is_busy);

	if (agent >= 0)
		(void)close(agent);
	return agent >= 0 || is_busy;
}

static const char *
process_name(char *room, size_t size)
{
	static const char deleted[] = " (deleted)"; /* Linux says so of one that was replaced */
	ssize_t n = readlink("/proc/self/exe", room, size - 1);
	const char *slash;

	if (n <= 0)
		return program_invocation_short_name;
	room[n] = '\0';
	n -= (ssize_t)strlen(deleted);
	if (n > 0 && strcmp(room + n, deleted) == 0)
		room[n] = '\0';
	slash = strrchr(room, '/');
	return slash ? slash + 1 : room;
}

bool
prompt_is_for_this_process(const char *not_for)
{
	char path[4096], pattern[256];
	const char *name = process_name(path, sizeof path);
	int len;

	for (; *not_for; not_for += len) {
		not_for += strspn(not_for, " \t,");
		len = (int)strcspn(not_for, " \t,");
		(void)snprintf(pattern, sizeof pattern, "%.*s", len, not_for);
		if (len > 0 && fnmatch(pattern, name, 0) == 0)
			return false;
	}
	return true;
}

struct secret *
prompt_answer_new(void)
{
	return secret_new(sizeof(struct jpki_agent_answer));
}

int
prompt_connect(const struct line *line)
{
	const struct timespec slice = {.tv_nsec = SLICE_MS * 1000000L};
	const int64_t end = clock_now_ms() + SILENCE_MS;
	bool is_busy;
	int agent;

	while ((agent = try_to_connect(&is_busy)) < 0 && is_busy && !line_is_drawn(line) &&
	       clock_now_ms() < end)
		(void)nanosleep(&slice, NULL);
	return agent;
}

/* A child that was forked meanwhile has it too. */
void
prompt_hang_up(int agent)
{
	if (agent < 0)
		return;
	(void)shutdown(agent, SHUT_RDWR);
	(void)close(agent);
}

/* A whole answer that makes sense. */
static bool
is_answer(ssize_t size, const struct jpki_agent_answer *answer)
{
	if (size != (ssize_t)sizeof *answer || answer->version != JPKI_AGENT_VERSION)
		return false;
	if (answer->outcome == JPKI_AGENT_TYPED)
		return answer->pin_len > 0 && answer->pin_len <= JPKI_AGENT_PIN_MAX &&
		       answer->new_pin_len <= JPKI_AGENT_PIN_MAX;
	return answer->outcome <= JPKI_AGENT_QUEUED;
}

/* What was heard last and when, how often, and until when it may go on so. */
struct hearing {
	uint32_t outcome;
	int64_t last_ms, end_ms;
	unsigned int count;
	bool turn; /* its turn came, after it had waited for that */
};

/* Whoever waits for its turn has the whole time for the user when that has come. */
static void
note_heard(struct hearing *heard, uint32_t outcome)
{
	heard->last_ms = clock_now_ms();
	if (heard->outcome == JPKI_AGENT_QUEUED && outcome == JPKI_AGENT_WAITS && !heard->turn) {
		heard->turn = true;
		heard->end_ms = heard->last_ms + LIMIT_MS;
	}
	heard->outcome = outcome;
}

/* The next message, or nothing for a while. */
static enum result
receive(int agent, struct secret *answer, struct hearing *heard)
{
	struct pollfd readable = {.fd = agent, .events = POLLIN};
	struct jpki_agent_answer *said = (struct jpki_agent_answer *)(void *)answer->data;
	ssize_t size;

	if (poll(&readable, 1, SLICE_MS) <= 0)
		return RESULT_OK;
	/* One that is longer is cut, and told by its whole size. */
	size = recv(agent, answer->data, answer->size, MSG_TRUNC);
	if (size < 0 && (errno == EINTR || errno == EAGAIN))
		return RESULT_OK;
	if (!is_answer(size, said) || ++heard->count > 2 * JPKI_AGENT_DEADLINE_S)
		return RESULT_CANCELLED;
	note_heard(heard, said->outcome);
	return RESULT_OK;
}

static bool
is_waiting(uint32_t outcome)
{
	return outcome == JPKI_AGENT_WAITS || outcome == JPKI_AGENT_QUEUED;
}

/* Until the agent has an answer, is silent for too long, or nobody wants it any more. */
static enum result
await_answer(int agent, const struct line *line, struct secret *answer, uint32_t *outcome)
{
	const int64_t now = clock_now_ms();
	struct hearing heard = {
		.outcome = JPKI_AGENT_WAITS, .last_ms = now, .end_ms = now + LIMIT_MS};
	enum result r;

	do {
		if (line_is_drawn(line))
			return RESULT_ENDED;
		if (clock_now_ms() > heard.end_ms || clock_now_ms() - heard.last_ms > SILENCE_MS)
			return RESULT_CANCELLED;
		r = receive(agent, answer, &heard);
	} while (r == RESULT_OK && is_waiting(heard.outcome));
	*outcome = heard.outcome;
	return line_is_drawn(line) ? RESULT_ENDED : r;
}

enum result
prompt_ask(int agent, const struct jpki_agent_request *request, const struct line *line,
	   struct secret *answer)
{
	const struct jpki_agent_answer *said = (const void *)answer->data;
	const bool two = request->purpose == JPKI_AGENT_CHANGE;
	uint32_t outcome = JPKI_AGENT_CANCELLED;
	enum result r = RESULT_CANCELLED;

	if (send(agent, request, sizeof *request, MSG_NOSIGNAL) == (ssize_t)sizeof *request)
		r = await_answer(agent, line, answer, &outcome);
	if (r == RESULT_OK && outcome == JPKI_AGENT_NO_PROMPT)
		log_line(LOG_LEVEL_WARNING, "the agent has no way to ask the user");
	if (r == RESULT_OK && outcome == JPKI_AGENT_TYPED && (!two || said->new_pin_len > 0))
		return RESULT_OK;
	secret_wipe(answer->data, answer->size);
	return r == RESULT_OK ? RESULT_CANCELLED : r;
}
