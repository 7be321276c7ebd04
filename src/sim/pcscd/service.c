/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/service.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/socket.h"
#include "sim/pcscd/client.h"

static void
client_close(struct client *client)
{
	struct client **at = &client->pcsc->clients;

	if (client->context.id != 0)
		pcsc_remove_context(client->pcsc, &client->context);
	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	loop_watch_close(client->watch);
	free(client);
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

/* One round over all programs; true if anything moved. */
static bool
settle_round(struct pcsc *pcsc, uint64_t *next)
{
	struct client *client, *following;
	bool moved = false;

	for (client = pcsc->clients; client; client = following) {
		following = client->next;
		if (!client->busy)
			continue;
		if (!client->answered && !pcsc->stopped && !client_is_stale(client))
			client_step(client);
		if (client->answered && client_may_send(client)) {
			moved = true;
			if (!client_send(client))
				client_close(client);
		} else if (client->answered) {
			*next = loop_sooner(*next, client->call.hold_until);
		} else if (client->call.wait_until != 0) {
			*next = loop_sooner(*next, client->call.wait_until);
		}
	}
	return moved;
}

static void
drop_stale(struct pcsc *pcsc)
{
	struct client *client, *following;

	for (client = pcsc->clients; client; client = following) {
		following = client->next;
		if (client_is_stale(client))
			client_close(client);
	}
}

static uint64_t
standin_turn(void *arg)
{
	struct pcsc *pcsc = arg;
	uint64_t next;

	do {
		strikes_settle(pcsc);
		next = LOOP_NEVER;
	} while (settle_round(pcsc, &next));
	drop_stale(pcsc);
	return loop_sooner(next, pcsc_idle(pcsc));
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
client_ready(void *arg)
{
	struct client *client = arg;
	const size_t head = sizeof client->request;

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
	if (!client_begin(client))
		client_close(client);
}

static void
accept_client(void *arg)
{
	struct pcsc *pcsc = arg;
	struct client *client;
	int fd = accept4(pcsc->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd == -1)
		return;
	client = sim_alloc(sizeof *client);
	client->watch = loop_watch_add(pcsc->server->loop, fd, client_ready, client);
	client->pcsc = pcsc;
	client->fd = fd;
	client->next = pcsc->clients;
	pcsc->clients = client;
}

static void
standin_close(struct server *server)
{
	struct pcsc *pcsc = server->door_data;

	for (struct client *client = pcsc->clients, *following; client; client = following) {
		following = client->next;
		client_close(client);
	}
	loop_watch_close(pcsc->watch);
	unlink(pcsc->path);
	faults_clear(&pcsc->faults);
	free(pcsc->path);
	free(pcsc);
	server->door = NULL;
}

static const struct door standin_door = {
	.name = "run",
	.can_plug = true,
	.close = standin_close,
	.inserted = pcsc_inserted,
	.removed = pcsc_removed,
	.plugged = pcsc_plugged,
	.unplugged = pcsc_unplugged,
};

bool
standin_open(struct server *server, const char *path, uint64_t idle_power_off, char **error)
{
	struct pcsc *pcsc;
	int fd = socket_listen(path, error);

	if (fd == -1)
		return false;
	pcsc = pcsc_new(server, idle_power_off);
	pcsc->path = sim_copy(path);
	pcsc->fd = fd;
	pcsc->watch = loop_watch_add(server->loop, fd, accept_client, pcsc);
	loop_on_turn(server->loop, standin_turn, pcsc);
	server->door = &standin_door;
	server->door_data = pcsc;
	for (unsigned int i = 0; i < WIRE_READERS; i++)
		if (server->readers[i].plugged)
			pcsc_plugged(&server->readers[i]);
	return true;
}

struct pcsc *
standin_pcsc(const struct server *server)
{
	return server->door == &standin_door ? server->door_data : NULL;
}

void
standin_clear_faults(struct pcsc *pcsc)
{
	for (struct client *client = pcsc->clients; client; client = client->next)
		client->strikes.count = 0;
	for (unsigned int i = 0; i < WIRE_READERS; i++)
		pcsc->server->readers[i].dead = false;
	faults_clear(&pcsc->faults);
}

json_t *
standin_status(const struct pcsc *pcsc)
{
	int contexts = 0;

	for (const struct client *client = pcsc->clients; client; client = client->next)
		contexts += client->context.id != 0;
	return json_pack("{s:s, s:i, s:I}", "service", pcsc->stopped ? "stopped" : "running",
			 "contexts", contexts, "calls_of_forked_children",
			 (json_int_t)pcsc->trespasses);
}
