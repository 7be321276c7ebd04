/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/control/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/memory.h"
#include "sim/base/socket.h"

#define REQUEST_MAX 8192
/* Microseconds without a look, where nobody listens; pcscd looks about every 0.4 s. */
#define NOBODY_WITHIN 5000000

struct asker {
	struct control *control;
	int fd;
	struct loop_watch *watch;
	size_t got;
	bool waiting; /* for a reader's programs to see what was done */
	uint64_t waits_since, look_at;
	struct control_order order;
	struct asker *next;
	char buffer[REQUEST_MAX];
};

struct control {
	struct server *server;
	char *path;
	struct loop_watch *watch;
	int fd;
	struct asker *askers;
};

static void
order_forget(struct control_order *order)
{
	json_decref(order->reply);
	free(order->error);
	free(order->then_insert);
	memset(order, 0, sizeof *order);
}

static void
asker_close(struct asker *asker)
{
	struct asker **at = &asker->control->askers;

	while (*at != asker)
		at = &(*at)->next;
	*at = asker->next;
	loop_watch_close(asker->watch);
	order_forget(&asker->order);
	free(asker);
}

/* Replies to the order in hand; false if the asker is gone. */
static bool
asker_reply(struct asker *asker, bool ok)
{
	struct control_order *order = &asker->order;
	char *line;
	bool sent;

	json_object_set_new(order->reply, "ok", json_boolean(ok));
	if (!ok)
		json_object_set_new(order->reply, "error",
				    json_string(order->error ? order->error : "failed"));
	line = json_dumps(order->reply, JSON_COMPACT);
	/* A short wait is enough: a reply fits in the socket's buffer unless the asker sleeps. */
	sent = line && socket_send(asker->fd, line, strlen(line), 100) &&
	       socket_send(asker->fd, "\n", 1, 100);
	free(line);
	order_forget(order);
	asker->waiting = false;
	return sent;
}

static void
asker_wait(struct asker *asker)
{
	asker->waiting = true;
	asker->waits_since = loop_now();
	asker->look_at = asker->waits_since + NOBODY_WITHIN;
}

/* Whether it will not come to that any more: whoever listens may be busy, nobody is not. */
static bool
asker_waits_in_vain(struct asker *asker)
{
	struct server *server = asker->control->server;
	bool taken;

	if (loop_now() < asker->look_at)
		return false;
	free(server->door->explain(server, &taken));
	asker->look_at = asker->waits_since + (taken ? DOOR_PATIENCE : NOBODY_WITHIN);
	return loop_now() >= asker->look_at;
}

/* Looks whether what the asker waits for has come; false if the asker is gone. */
static bool
asker_look(struct asker *asker)
{
	struct control_order *order = &asker->order;
	struct server *server = asker->control->server;

	if (order->awaited && server->door->seen && !server->door->seen(order->reader)) {
		if (!asker_waits_in_vain(asker))
			return true;
		sim_error_set(&order->error,
			      "pcscd did not look at the reader '%s' within %d s: "
			      "is it running?",
			      order->reader->name,
			      (int)((asker->look_at - asker->waits_since) / 1000000));
		return asker_reply(asker, false);
	}
	if (!order->then_insert)
		return asker_reply(asker, true);
	if (!control_order_insert(order))
		return asker_reply(asker, false);
	asker_wait(asker);
	return asker_look(asker);
}

static bool
read_words(struct control_order *order, const json_t *request)
{
	order->count = (int)json_array_size(request);
	if (order->count < 1 || order->count >= (int)(sizeof order->words / sizeof(char *)))
		return false;
	for (size_t i = 0; i < (size_t)order->count; i++) {
		order->words[i] = json_string_value(json_array_get(request, i));
		if (!order->words[i])
			return false;
	}
	return true;
}

static bool
asker_begin(struct asker *asker)
{
	struct control_order *order = &asker->order;
	json_t *request = json_loads(asker->buffer, 0, NULL);
	bool ok;

	memset(order, 0, sizeof *order);
	order->server = asker->control->server;
	order->reply = json_object();
	ok = read_words(order, request);
	if (!ok)
		sim_error_set(&order->error, "a request is a JSON array of strings, on one line");
	else
		ok = control_order(order);
	memset(order->words, 0, sizeof order->words);
	json_decref(request);
	if (!ok)
		return asker_reply(asker, false);
	asker_wait(asker);
	return asker_look(asker);
}

static void
asker_ready(void *arg)
{
	struct asker *asker = arg;
	ssize_t got;

	got = recv(asker->fd, asker->buffer + asker->got, REQUEST_MAX - 1 - asker->got,
		   MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0 || asker->waiting) {
		asker_close(asker);
		return;
	}
	asker->got += (size_t)got;
	asker->buffer[asker->got] = '\0';
	if (asker->buffer[asker->got - 1] != '\n') {
		if (asker->got == REQUEST_MAX - 1)
			asker_close(asker);
		return;
	}
	asker->got = 0;
	if (!asker_begin(asker))
		asker_close(asker);
}

static uint64_t
control_turn(void *arg)
{
	struct control *control = arg;
	struct asker *asker, *following;
	uint64_t next = LOOP_NEVER;
	bool swapping;

	for (asker = control->askers; asker; asker = following) {
		following = asker->next;
		if (!asker->waiting)
			continue;
		swapping = asker->order.then_insert != NULL;
		if (!asker_look(asker))
			asker_close(asker);
		else if (swapping && !asker->order.then_insert)
			next = 0; /* the door has had its turn already: another one for it */
		else if (asker->waiting)
			next = loop_sooner(next, asker->look_at);
	}
	return next;
}

static void
accept_asker(void *arg)
{
	struct control *control = arg;
	int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct asker *asker;

	if (fd < 0)
		return;
	asker = sim_alloc(sizeof *asker);
	asker->watch = loop_watch_add(control->server->loop, fd, asker_ready, asker);
	asker->control = control;
	asker->fd = fd;
	asker->next = control->askers;
	control->askers = asker;
}

struct control *
control_open(struct server *server, const char *path, char **error)
{
	struct control *control;
	int fd = socket_listen(path, SOCK_STREAM, error);

	if (fd < 0)
		return NULL;
	control = sim_alloc(sizeof *control);
	control->server = server;
	control->path = sim_copy(path);
	control->fd = fd;
	control->watch = loop_watch_add(server->loop, fd, accept_asker, control);
	loop_on_turn(server->loop, control_turn, control);
	return control;
}

void
control_close(struct control *control)
{
	struct asker *asker, *following;

	if (!control)
		return;
	for (asker = control->askers; asker; asker = following) {
		following = asker->next;
		asker_close(asker);
	}
	loop_watch_close(control->watch);
	(void)unlink(control->path);
	free(control->path);
	free(control);
}
