/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/agent.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "agent/dialog.h"
#include "holder/secret.h"

/* A connection; one that is over has no socket. */
struct client {
	int socket;  /* -1: none */
	int process; /* becomes readable when it ends; -1: cannot be told */
	struct peer peer;
	bool waits; /* for an answer to `request` */
	bool sends; /* has what was typed, and may come back if that is wrong */
	struct jpki_agent_request request;
	uint64_t turn;	 /* who waited longest comes first */
	int64_t next_ms; /* the next sign of life */
};

struct agent {
	const struct agent_rules *rules;
	int listener, signals;
	struct client clients[AGENT_CLIENTS_MAX];
	uint64_t turns;
	struct dialog *dialog; /* NULL: none is open */
	struct client *asks;   /* for whom it is */
	int64_t dialog_end_ms, busy_ms;
	struct jpki_agent_answer *answer; /* in memory for PINs */
};

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- clients ---- */

static void
close_dialog(struct agent *agent)
{
	dialog_close(agent->dialog);
	agent->dialog = NULL;
	agent->asks = NULL;
}

static void
hang_up(struct agent *agent, struct client *client)
{
	if (agent->asks == client)
		close_dialog(agent);
	(void)close(client->socket);
	if (client->process >= 0)
		(void)close(client->process);
	*client = (struct client){.socket = -1, .process = -1};
}

/* A client that does not listen to what it is told is none. */
static void
tell(struct agent *agent, struct client *client, const struct jpki_agent_answer *answer)
{
	if (send(client->socket, answer, sizeof *answer, MSG_NOSIGNAL | MSG_DONTWAIT) !=
	    (ssize_t)sizeof *answer)
		hang_up(agent, client);
}

static void
tell_outcome(struct agent *agent, struct client *client, enum jpki_agent_outcome outcome)
{
	const struct jpki_agent_answer answer = {.version = JPKI_AGENT_VERSION, .outcome = outcome};

	tell(agent, client, &answer);
}

static bool
is_text(const char *field, size_t size)
{
	return memchr(field, '\0', size) != NULL;
}

static bool
is_request(ssize_t size, const struct jpki_agent_request *r)
{
	return size == (ssize_t)sizeof *r && r->version == JPKI_AGENT_VERSION &&
	       r->purpose <= JPKI_AGENT_CHANGE && r->key <= JPKI_AGENT_KEY_SIGN &&
	       r->fault <= JPKI_AGENT_FAULT_FEWER && r->tries_left > 0 &&
	       r->tries_left <= r->tries_allowed && r->tries_allowed < 100 &&
	       is_text(r->serial, sizeof r->serial) && is_text(r->reader, sizeof r->reader);
}

/* The next request; whoever says anything else, or anything while it waits, is not spoken to. */
static void
hear(struct agent *agent, struct client *client)
{
	/* One that is longer is cut, and told by its whole size. */
	const ssize_t size = recv(client->socket, &client->request, sizeof client->request,
				  MSG_TRUNC | MSG_DONTWAIT);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (client->waits || !is_request(size, &client->request)) {
		hang_up(agent, client);
		return;
	}
	client->waits = true;
	client->sends = false;
	client->turn = ++agent->turns;
	client->next_ms = now_ms();
}

/* A free place; where there is none, that of one who asks nothing. NULL: all ask, or may again. */
static struct client *
find_place(struct agent *agent)
{
	struct client *place = NULL;

	for (size_t i = 0; i < AGENT_CLIENTS_MAX; i++) {
		struct client *client = &agent->clients[i];

		if (client->socket < 0)
			return client;
		if (!client->waits && !client->sends && (!place || client->turn < place->turn))
			place = client;
	}
	if (place)
		hang_up(agent, place);
	return place;
}

static void
welcome(struct agent *agent)
{
	struct client *client;
	struct peer peer;
	const int socket = accept4(agent->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (socket < 0)
		return;
	client = peer_look(socket, &peer) ? find_place(agent) : NULL;
	if (!client) {
		(void)close(socket);
		return;
	}
	*client = (struct client){.socket = socket,
				  .process = peer_watch(&peer),
				  .peer = peer,
				  .turn = ++agent->turns};
}

/* ---- the dialog ---- */

static void
answer_client(struct agent *agent, const struct jpki_agent_answer *answer)
{
	struct client *client = agent->asks;

	close_dialog(agent);
	client->waits = false;
	client->sends = answer->outcome == JPKI_AGENT_TYPED;
	tell(agent, client, answer);
}

static void
no_prompt(struct agent *agent, struct client *client)
{
	if (agent->rules->no_prompt)
		agent->rules->no_prompt(agent->rules->pinentry);
	client->waits = false;
	tell_outcome(agent, client, JPKI_AGENT_NO_PROMPT);
}

static void
go_on(struct agent *agent)
{
	struct client *client = agent->asks;

	dialog_go_on(agent->dialog, agent->answer);
	if (agent->answer->outcome == JPKI_AGENT_WAITS && now_ms() < agent->dialog_end_ms)
		return;
	if (agent->answer->outcome == JPKI_AGENT_WAITS)
		agent->answer->outcome = JPKI_AGENT_CANCELLED;
	if (agent->answer->outcome == JPKI_AGENT_NO_PROMPT) {
		close_dialog(agent);
		no_prompt(agent, client);
	} else {
		answer_client(agent, agent->answer);
	}
	explicit_bzero(agent->answer, sizeof *agent->answer);
}

/* Opens a dialog for who waited longest. */
static void
open_next(struct agent *agent)
{
	struct client *next = NULL;

	for (size_t i = 0; i < AGENT_CLIENTS_MAX; i++) {
		struct client *client = &agent->clients[i];

		if (client->waits && (!next || client->turn < next->turn))
			next = client;
	}
	if (!next)
		return;
	agent->dialog = dialog_open(agent->rules->pinentry, &next->request, &next->peer);
	if (!agent->dialog) {
		no_prompt(agent, next);
		return;
	}
	agent->asks = next;
	agent->dialog_end_ms = now_ms() + agent->rules->deadline_ms;
}

/* ---- the loop ---- */

/* Tells those who wait that the agent is there. */
static void
beat(struct agent *agent)
{
	const int64_t now = now_ms();

	for (size_t i = 0; i < AGENT_CLIENTS_MAX; i++) {
		struct client *client = &agent->clients[i];

		if (!client->waits || client->next_ms > now)
			continue;
		client->next_ms = now + agent->rules->beat_ms;
		tell_outcome(agent, client,
			     client == agent->asks ? JPKI_AGENT_WAITS : JPKI_AGENT_QUEUED);
	}
}

static bool
is_idle(const struct agent *agent)
{
	for (size_t i = 0; i < AGENT_CLIENTS_MAX; i++)
		if (agent->clients[i].socket >= 0)
			return false;
	return true;
}

/* Until the next thing that has its time; -1: nothing has. */
static int
time_left(const struct agent *agent)
{
	int64_t next = INT64_MAX, left;

	for (size_t i = 0; i < AGENT_CLIENTS_MAX; i++)
		if (agent->clients[i].waits && agent->clients[i].next_ms < next)
			next = agent->clients[i].next_ms;
	if (agent->dialog && agent->dialog_end_ms < next)
		next = agent->dialog_end_ms;
	if (agent->rules->idle_ms > 0 && is_idle(agent))
		next = agent->busy_ms + agent->rules->idle_ms;
	if (next == INT64_MAX)
		return -1;
	left = next - now_ms();
	return left > 0 ? (int)left : 0;
}

enum { AT_SIGNALS, AT_LISTENER, AT_DIALOG, AT_CLIENTS };
#define AT_PROCESSES (AT_CLIENTS + AGENT_CLIENTS_MAX)
#define PLACES (AT_PROCESSES + AGENT_CLIENTS_MAX)

/* Waits for what comes next. False: not any more. */
static bool
wait_for_next(struct agent *agent, struct pollfd fds[PLACES])
{
	fds[AT_SIGNALS] = (struct pollfd){.fd = agent->signals, .events = POLLIN};
	fds[AT_LISTENER] = (struct pollfd){.fd = agent->listener, .events = POLLIN};
	fds[AT_DIALOG] = (struct pollfd){
		.fd = agent->dialog ? dialog_descriptor(agent->dialog) : -1, .events = POLLIN};
	for (size_t i = 0; i < AGENT_CLIENTS_MAX; i++) {
		const struct client *client = &agent->clients[i];

		fds[AT_CLIENTS + i] = (struct pollfd){.fd = client->socket, .events = POLLIN};
		fds[AT_PROCESSES + i] = (struct pollfd){.fd = client->process, .events = POLLIN};
	}
	if (poll(fds, PLACES, time_left(agent)) < 0 && errno != EINTR)
		return false;
	return fds[AT_SIGNALS].revents == 0;
}

/* One turn of the loop. False: it was the last. */
static bool
turn(struct agent *agent)
{
	struct pollfd fds[PLACES];

	if (!wait_for_next(agent, fds))
		return false;
	/* Those who hang up first: what they no longer want is not asked. */
	for (size_t i = 0; i < AGENT_CLIENTS_MAX; i++)
		if (fds[AT_PROCESSES + i].fd >= 0 && fds[AT_PROCESSES + i].revents != 0)
			hang_up(agent, &agent->clients[i]); /* a child may have its socket */
		else if (fds[AT_CLIENTS + i].fd >= 0 && fds[AT_CLIENTS + i].revents != 0)
			hear(agent, &agent->clients[i]);
	if (agent->dialog)
		go_on(agent);
	if (fds[AT_LISTENER].revents != 0)
		welcome(agent);
	if (!agent->dialog)
		open_next(agent);
	beat(agent);
	if (!is_idle(agent))
		agent->busy_ms = now_ms();
	return agent->rules->idle_ms == 0 || now_ms() - agent->busy_ms < agent->rules->idle_ms;
}

/* Neither a core file nor another program of this user's has what is typed. */
static void
close_windows(void)
{
	const struct rlimit none = {0, 0};

	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
}

static sigset_t
hold_signals(void)
{
	sigset_t ends;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &ends, NULL);
	return ends;
}

void
agent_hold_signals(void)
{
	(void)hold_signals();
}

/* The signals that end it, as something to be read. */
static int
take_signals(void)
{
	const sigset_t ends = hold_signals();

	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &ends, SFD_CLOEXEC);
}

bool
agent_serve(int socket, const struct agent_rules *rules)
{
	struct agent *agent = calloc(1, sizeof *agent);
	bool ok;

	if (!agent)
		return false;
	close_windows();
	*agent = (struct agent){.rules = rules, .listener = socket, .busy_ms = now_ms()};
	for (size_t i = 0; i < AGENT_CLIENTS_MAX; i++)
		agent->clients[i] = (struct client){.socket = -1, .process = -1};
	agent->signals = take_signals();
	agent->answer = secret_new(sizeof *agent->answer);
	ok = agent->signals >= 0 && agent->answer;
	while (ok && turn(agent))
		;
	close_dialog(agent);
	for (size_t i = 0; i < AGENT_CLIENTS_MAX; i++)
		if (agent->clients[i].socket >= 0)
			hang_up(agent, &agent->clients[i]);
	if (agent->signals >= 0)
		(void)close(agent->signals);
	secret_free(agent->answer, sizeof *agent->answer);
	free(agent);
	return ok;
}
