/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/service.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/base/socket.h"
#include "sim/pcscd/client.h"
#include "sim/pcscd/connect.h"

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
				 {.iov_base = client->out, .iov_len = reply->len}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t sent = sendmsg(client->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

	client->busy = client->answered = false;
	return sent == (ssize_t)(sizeof *reply + reply->len);
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

static void
client_ready(void *arg)
{
	struct client *client = arg;
	struct iovec parts[2] = {{&client->request, sizeof client->request},
				 {client->data, sizeof client->data}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	/* Nothing may come while an answer is owed: what can be read then is the end. */
	ssize_t got = client->busy ? 0 : recvmsg(client->fd, &message, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got < (ssize_t)sizeof client->request ||
	    (size_t)got - sizeof client->request != client->request.len || !client_begin(client))
		client_close(client);
}

static void
accept_client(void *arg)
{
	struct pcsc *pcsc = arg;
	struct client *client;
	int fd = accept4(pcsc->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
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
	(void)unlink(pcsc->path);
	faults_clear(&pcsc->faults);
	free(pcsc->path);
	free(pcsc);
}

static const struct door standin_door = {
	.name = "run",
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
	int fd = socket_listen(path, WIRE_SOCKET_TYPE, error);

	if (fd < 0)
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
