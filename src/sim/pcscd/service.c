/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/service.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <winscard.h>

#include "sim/base/error.h"
#include "sim/base/socket.h"
#include "sim/pcscd/answer.h"
#include "sim/pcscd/connect.h"
#include "sim/pcscd/strike.h"

struct client {
	struct standin *standin;
	int fd;
	struct loop_watch *watch;
	uint32_t pid;
	struct pcsc_context context;
	struct wire_request request;
	size_t got;	     /* bytes of the request so far, head and data */
	bool busy;	     /* a whole request is there, its answer is not */
	bool answered;	     /* the answer is there, but not its time (call.hold_until) */
	uint32_t held_event; /* reader's event counter when the answer was held */
	struct pcsc_call call;
	struct strikes strikes;
	struct client *next;
	uint8_t data[WIRE_DATA_MAX];
	uint8_t out[WIRE_DATA_MAX];
};

struct standin {
	struct pcsc *pcsc;
	char *path;
	int fd;
	struct loop_watch *watch;
	struct client *clients;
	unsigned long trespasses; /* requests of forked children on their parent's context */
};

static void
client_close(struct client *client)
{
	struct client **at = &client->standin->clients;

	if (client->context.id != 0)
		pcsc_remove_context(client->standin->pcsc, &client->context);
	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	loop_watch_remove(client->watch);
	close(client->fd);
	free(client);
}

/* Of a service that was stopped since? Who was connected then finds the connection closed. */
static bool
is_stale(const struct client *client)
{
	return client->context.id != 0 && client->context.life != client->standin->pcsc->life;
}

/* Sends the answer. A program that does not take it is gone. */
static bool
client_send(struct client *client)
{
	struct wire_reply *reply = &client->call.reply;
	struct iovec parts[2] = {{.iov_base = reply, .iov_len = sizeof *reply},
				 {.iov_base = client->out, .iov_len = reply->length}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = reply->length > 0 ? 2 : 1};
	ssize_t sent = sendmsg(client->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

	client->busy = client->answered = false;
	client->got = 0;
	return sent == (ssize_t)(sizeof *reply + reply->length);
}

static LONG
establish(struct client *client)
{
	struct standin *standin = client->standin;

	if (client->request.arg[0] != WIRE_VERSION)
		return SCARD_E_SERVICE_STOPPED;
	if (standin->pcsc->stopped || client->context.id != 0)
		return SCARD_E_NO_SERVICE;
	if (client->request.arg[1] > SCARD_SCOPE_GLOBAL)
		return SCARD_E_INVALID_VALUE;
	client->pid = client->request.pid;
	pcsc_add_context(standin->pcsc, &client->context);
	client->context.life = standin->pcsc->life;
	client->call.reply.value[0] = client->context.id;
	return SCARD_S_SUCCESS;
}

/* SCardCancel ends a wait for changes, if the context is waiting; else it does nothing. */
static LONG
cancel(struct client *canceller)
{
	struct client *client;

	for (client = canceller->standin->clients; client; client = client->next) {
		if (client->context.id != canceller->request.handle || client == canceller)
			continue;
		if (client->busy && client->request.call == WIRE_STATUS_CHANGE) {
			memset(&client->call.reply, 0, sizeof client->call.reply);
			client->call.reply.rv = (uint32_t)SCARD_E_CANCELLED;
			client->answered = true;
		}
		return SCARD_S_SUCCESS;
	}
	return SCARD_E_INVALID_HANDLE;
}

/* Carries the request out; false while it has to wait. */
static bool
carry_out(struct client *client)
{
	struct pcsc_call *call = &client->call;

	switch (client->request.call) {
	case WIRE_ESTABLISH:
		call->reply.rv = (uint32_t)establish(client);
		return true;
	case WIRE_CANCEL:
		call->reply.rv = (uint32_t)cancel(client);
		return true;
	default:
		return answer_waiting(call) || pcsc_call(call) == PCSC_DONE;
	}
}

/* A program that got an error instead of its new context or handle does not have it. */
static void
undo_if_lost(struct client *client, uint32_t context, uint32_t handle)
{
	struct wire_request request = {.call = WIRE_DISCONNECT, .handle = handle};
	struct pcsc_call call = {
		.pcsc = client->standin->pcsc, .context = &client->context, .request = &request};

	if (client->call.reply.rv == (uint32_t)SCARD_S_SUCCESS)
		return;
	if (handle != 0)
		pcsc_call(&call);
	if (context != 0)
		pcsc_remove_context(client->standin->pcsc, &client->context);
}

/* Goes on with the request in hand, as far as it goes; the answer is sent by client_settle. */
static void
client_step(struct client *client)
{
	struct pcsc_call *call = &client->call;
	uint32_t context = 0, handle = 0;

	if (!carry_out(client))
		return;
	client->answered = true;
	if (call->reply.again)
		return;
	if (client->request.call == WIRE_ESTABLISH)
		context = call->reply.value[0];
	if (client->request.call == WIRE_CONNECT)
		handle = call->reply.value[0];
	strikes_after(&client->strikes, call);
	undo_if_lost(client, context, handle);
	if (call->hold_until != 0 && call->reader)
		client->held_event = pcsc_of(call->reader)->event_counter;
}

/* A whole request has come in. */
static void
client_begin(struct client *client)
{
	struct standin *standin = client->standin;
	struct pcsc_call *call = &client->call;
	bool known = client->request.call > WIRE_ANY && client->request.call < WIRE_CALLS;

	client->busy = true;
	memset(call, 0, sizeof *call);
	call->pcsc = standin->pcsc;
	call->context = &client->context;
	call->request = &client->request;
	call->data = client->data;
	call->out = client->out;
	if (client->context.id != 0 && client->request.pid != client->pid)
		standin->trespasses++;
	if (known && !(client->request.flags & WIRE_AGAIN)) {
		faults_count_call(standin->pcsc->faults, (enum wire_call)client->request.call);
		strikes_settle(standin->pcsc);
		if (is_stale(client)) {
			client_close(client);
			return;
		}
		if (!strikes_before(&client->strikes, call)) {
			client->strikes.count = 0;
			client->answered = true;
		}
	}
	if (!client->answered)
		client_step(client);
}

/* The answer's time has come, or its card has gone while it was awaited. */
static bool
may_send(struct client *client)
{
	struct pcsc_call *call = &client->call;

	if (call->hold_until == 0 || !call->reader)
		return true;
	if (!call->reader->plugged || pcsc_of(call->reader)->event_counter != client->held_event) {
		memset(&call->reply, 0, sizeof call->reply);
		call->reply.rv = (uint32_t)SCARD_E_NOT_TRANSACTED;
		return true;
	}
	return loop_now() >= call->hold_until;
}

/* One round over all programs; true if anything moved. */
static bool
settle_round(struct standin *standin, uint64_t *next)
{
	struct client *client, *following;
	bool moved = false;

	for (client = standin->clients; client; client = following) {
		following = client->next;
		if (!client->busy)
			continue;
		if (!client->answered && !standin->pcsc->stopped && !is_stale(client))
			client_step(client);
		if (client->answered && may_send(client)) {
			moved = true;
			if (!client_send(client))
				client_close(client);
		} else if (client->answered) {
			*next = client->call.hold_until < *next ? client->call.hold_until : *next;
		} else if (client->call.wait_until != 0) {
			*next = client->call.wait_until < *next ? client->call.wait_until : *next;
		}
	}
	return moved;
}

static void
drop_stale(struct standin *standin)
{
	struct client *client, *following;

	for (client = standin->clients; client; client = following) {
		following = client->next;
		if (is_stale(client))
			client_close(client);
	}
}

static uint64_t
standin_turn(void *arg)
{
	struct standin *standin = arg;
	uint64_t next, idle;

	do {
		strikes_settle(standin->pcsc);
		next = LOOP_NEVER;
	} while (settle_round(standin, &next));
	drop_stale(standin);
	idle = pcsc_idle(standin->pcsc);
	return idle < next ? idle : next;
}

/* Reads what there is of the request; false when the program is gone or talks nonsense. */
static bool
client_receive(struct client *client)
{
	const size_t head = sizeof client->request;
	bool in_head = client->got < head;
	char *to = in_head ? (char *)&client->request + client->got
			   : (char *)client->data + (client->got - head);
	size_t wanted =
		in_head ? head - client->got : client->request.length - (client->got - head);
	ssize_t got = recv(client->fd, to, wanted, MSG_DONTWAIT);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	if (got == 0)
		return false;
	client->got += (size_t)got;
	return client->got < head || client->request.length <= WIRE_DATA_MAX;
}

static void
client_ready(void *arg, short revents)
{
	struct client *client = arg;
	const size_t head = sizeof client->request;

	(void)revents;
	/* nothing may come while an answer is owed: what can be read then is the end */
	if (client->busy) {
		client_close(client);
		return;
	}
	do {
		size_t before = client->got;

		if (!client_receive(client)) {
			client_close(client);
			return;
		}
		if (client->got == before)
			return;
	} while (client->got < head || client->got < head + client->request.length);
	client_begin(client);
}

static void
accept_client(void *arg, short revents)
{
	struct standin *standin = arg;
	struct client *client;
	int fd = accept4(standin->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)revents;
	if (fd == -1)
		return;
	client = calloc(1, sizeof *client);
	if (client)
		client->watch = loop_watch_add(standin->pcsc->server->loop, fd, POLLIN,
					       client_ready, client);
	if (!client || !client->watch) {
		free(client);
		close(fd);
		return;
	}
	client->standin = standin;
	client->fd = fd;
	client->next = standin->clients;
	standin->clients = client;
}

static bool
seen_at_once(const struct reader *reader)
{
	(void)reader;
	return true;
}

static const struct door standin_door = {
	.name = "run",
	.can_plug = true,
	.inserted = pcsc_inserted,
	.removed = pcsc_removed,
	.plugged = pcsc_plugged,
	.unplugged = pcsc_unplugged,
	.seen = seen_at_once,
};

/* The server's, if this is its door. */
static struct standin *
standin_of(const struct server *server)
{
	return server->door == &standin_door ? server->door_data : NULL;
}

bool
standin_open(struct server *server, const char *path, uint64_t idle_power_off, char **error)
{
	struct standin *standin = calloc(1, sizeof *standin);

	if (!standin)
		return sim_error_set(error, "out of memory");
	standin->pcsc = pcsc_new(server, idle_power_off);
	standin->path = strdup(path);
	standin->fd = server_socket_listen(path, error);
	if (standin->fd == -1 || !standin->path || !standin->pcsc) {
		pcsc_free(standin->pcsc);
		free(standin->path);
		free(standin);
		return false;
	}
	standin->watch = loop_watch_add(server->loop, standin->fd, POLLIN, accept_client, standin);
	loop_on_turn(server->loop, standin_turn, standin);
	server->door = &standin_door;
	server->door_data = standin;
	for (unsigned int i = 0; i < WIRE_READERS; i++)
		if (server->readers[i].plugged)
			pcsc_plugged(&server->readers[i]);
	return true;
}

void
standin_close(struct server *server)
{
	struct standin *standin = standin_of(server);

	if (!standin)
		return;
	while (standin->clients)
		client_close(standin->clients);
	loop_watch_remove(standin->watch);
	close(standin->fd);
	unlink(standin->path);
	pcsc_free(standin->pcsc);
	free(standin->path);
	free(standin);
	server->door = NULL;
	server->door_data = NULL;
}

struct pcsc *
standin_pcsc(const struct server *server)
{
	const struct standin *standin = standin_of(server);

	return standin ? standin->pcsc : NULL;
}

void
standin_clear_faults(struct server *server)
{
	struct standin *standin = standin_of(server);

	for (struct client *client = standin->clients; client; client = client->next)
		client->strikes.count = 0;
	for (unsigned int i = 0; i < WIRE_READERS; i++)
		server->readers[i].dead = false;
	faults_clear(standin->pcsc->faults);
}

json_t *
standin_status(const struct server *server)
{
	const struct standin *standin = standin_of(server);
	int contexts = 0;

	for (const struct client *client = standin->clients; client; client = client->next)
		contexts += client->context.id != 0;
	return json_pack("{s:s, s:i, s:I}", "service",
			 standin->pcsc->stopped ? "stopped" : "running", "contexts", contexts,
			 "calls_of_forked_children", (json_int_t)standin->trespasses);
}
