/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/control/client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/memory.h"
#include "sim/base/socket.h"
#include "sim/control/control.h"

struct control_client {
	int fd;
	FILE *replies; /* the same connection */
};

struct control_client *
control_client_open(const char *path, char **error)
{
	struct control_client *client;
	struct sockaddr_un address;
	FILE *replies;
	int fd;

	if (!path)
		path = getenv(CONTROL_VARIABLE);
	if (!path || !*path)
		return sim_error_null(error,
				      "which simulator? Give --control PATH, or run this inside of "
				      "'jpki-card-sim run' (which sets %s)",
				      CONTROL_VARIABLE);
	if (!socket_address(&address, path, error))
		return NULL;
	fd = socket_connect(&address, SOCK_STREAM);
	replies = fd < 0 ? NULL : fdopen(fd, "r");
	if (!replies) {
		sim_error_set(error, "no simulator listens at %s: %s", path, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return NULL;
	}
	client = sim_alloc(sizeof *client);
	client->fd = fd;
	client->replies = replies;
	return client;
}

void
control_client_free(struct control_client *client)
{
	if (!client)
		return;
	(void)fclose(client->replies);
	free(client);
}

/* Asks with the array `words`, which is used up. */
static json_t *
ask(struct control_client *client, char **error, json_t *words)
{
	char *line = json_dumps(words, JSON_COMPACT);
	json_t *object = NULL;
	const char *why;

	json_decref(words);
	if (line && socket_send(client->fd, line, strlen(line), -1) &&
	    socket_send(client->fd, "\n", 1, -1))
		object = json_loadf(client->replies, JSON_DISABLE_EOF_CHECK, NULL);
	free(line);
	if (json_is_true(json_object_get(object, "ok")))
		return object;
	why = json_string_value(json_object_get(object, "error"));
	if (!why)
		why = json_is_object(object) ? "the simulator refused"
					     : "the simulator has gone away";
	sim_error_set(error, "%s", why);
	json_decref(object);
	return NULL;
}

json_t *
control_client_ask_words(struct control_client *client, char **error, int count,
			 char *const words[])
{
	json_t *array = json_array();

	for (int i = 0; i < count; i++) {
		if (json_array_append_new(array, json_string(words[i])) == 0)
			continue;
		json_decref(array);
		return sim_error_null(error, "not UTF-8: '%s'", words[i]);
	}
	return ask(client, error, array);
}

json_t *
control_client_ask(struct control_client *client, char **error, const char *word, ...)
{
	json_t *array = json_array();
	va_list args;

	va_start(args, word);
	for (; word; word = va_arg(args, const char *))
		json_array_append_new(array, json_string(word));
	va_end(args);
	return ask(client, error, array);
}
