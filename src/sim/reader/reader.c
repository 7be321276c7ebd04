/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/reader/reader.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/memory.h"
#include "sim/store/people.h"
#include "sim/store/store.h"

struct server *
server_new(struct sim_store *store)
{
	struct server *server = sim_alloc(sizeof *server);

	server->store = store;
	server->loop = loop_new();
	server->trace = trace_new();
	for (unsigned int i = 0; i < WIRE_READERS; i++) {
		server->readers[i].server = server;
		server->readers[i].index = i;
	}
	return server;
}

void
server_free(struct server *server)
{
	if (!server)
		return;
	for (unsigned int i = 0; i < WIRE_READERS; i++) {
		sim_card_free(server->readers[i].card);
		free(server->readers[i].card_name);
	}
	trace_free(server->trace);
	loop_free(server->loop);
	free(server);
}

struct reader *
server_add_reader(struct server *server, const char *name, char **error)
{
	struct reader *reader = server->readers, *behind = reader + WIRE_READERS;

	if (!*name || strlen(name) >= WIRE_NAME)
		return sim_error_null(error, "the name of a reader has 1 to %d bytes: '%s'",
				      WIRE_NAME - 1, name);
	while (reader < behind && reader->name[0] && strcmp(reader->name, name) != 0)
		reader++;
	if (reader == behind)
		return sim_error_null(error, "more than %d readers", WIRE_READERS);
	if (reader->name[0])
		return sim_error_null(error, "there are two readers with the name '%s'", name);
	memcpy(reader->name, name, strlen(name) + 1);
	reader_plug(reader);
	return reader;
}

static void
set_unknown_reader(struct server *server, const char *text, char **error)
{
	char *list = NULL;

	for (unsigned int i = 0; i < WIRE_READERS; i++)
		if (server->readers[i].name[0])
			sim_list_add(&list, server->readers[i].name);
	if (list)
		sim_error_set(error, "there is no reader '%s'; the readers are: %s", text, list);
	else
		sim_error_set(error, "there are no readers");
	free(list);
}

struct reader *
server_find_reader(struct server *server, const char *text, char **error)
{
	char *end;
	unsigned long number;

	for (unsigned int i = 0; i < WIRE_READERS; i++)
		if (server->readers[i].name[0] &&
		    (!text || strcmp(server->readers[i].name, text) == 0))
			return &server->readers[i];
	number = text ? strtoul(text, &end, 10) : WIRE_READERS;
	if (number < WIRE_READERS && end != text && !*end && server->readers[number].name[0])
		return &server->readers[number];
	set_unknown_reader(server, text ? text : "", error);
	return NULL;
}

struct reader *
server_find_card(struct server *server, const char *card)
{
	for (unsigned int i = 0; i < WIRE_READERS; i++)
		if (server->readers[i].card_name && strcmp(server->readers[i].card_name, card) == 0)
			return &server->readers[i];
	return NULL;
}

/* Opens a card of the store; one with the name of a ready-made person is made if it must be. */
static struct sim_card *
open_card(struct server *server, const char *name, char **error)
{
	struct sim_card *card;
	char *dir = sim_store_card_dir(server->store, name, error);

	if (!dir && sim_person_find(name)) {
		free(*error);
		*error = NULL;
		if (!sim_store_make_card(server->store, name, name, NULL, error))
			return NULL;
		dir = sim_store_card_dir(server->store, name, error);
	}
	if (!dir)
		return NULL;
	card = sim_card_open(dir, error);
	free(dir);
	return card;
}

bool
reader_insert(struct reader *reader, const char *card, char **error)
{
	struct reader *other = server_find_card(reader->server, card);

	if (reader->card)
		return sim_error_set(error, "there is a card in the reader '%s' already: %s",
				     reader->name, reader->card_name);
	if (other)
		return sim_error_set(error, "the card %s is in the reader '%s'", card, other->name);
	reader->card = open_card(reader->server, card, error);
	if (!reader->card)
		return false;
	reader->card_name = sim_copy(card);
	reader->atr_len = sim_card_atr(reader->card, reader->atr);
	trace_note(reader->server->trace, reader->index, "inserted %s", card);
	if (reader->plugged && reader->server->door)
		reader->server->door->inserted(reader);
	return true;
}

void
reader_remove(struct reader *reader)
{
	if (!reader->card)
		return;
	trace_note(reader->server->trace, reader->index, "removed %s", reader->card_name);
	reader_power_off(reader);
	sim_card_free(reader->card);
	free(reader->card_name);
	reader->card = NULL;
	reader->card_name = NULL;
	if (reader->plugged && reader->server->door)
		reader->server->door->removed(reader);
}

bool
reader_swap_unseen(struct reader *reader, const char *card, char **error)
{
	const struct door *door = reader->server->door;
	bool powered = reader->powered, swapped;

	reader->server->door = NULL;
	reader_remove(reader);
	swapped = reader_insert(reader, card, error);
	reader->server->door = door;
	if (powered)
		reader_power_on(reader);
	return swapped;
}

void
reader_plug(struct reader *reader)
{
	if (reader->plugged)
		return;
	reader->plugged = true;
	if (reader->server->door && reader->server->door->plugged)
		reader->server->door->plugged(reader);
}

void
reader_unplug(struct reader *reader)
{
	if (!reader->plugged)
		return;
	trace_note(reader->server->trace, reader->index, "reader unplugged");
	reader->plugged = false;
	reader_power_off(reader);
	if (reader->server->door && reader->server->door->unplugged)
		reader->server->door->unplugged(reader);
}

void
reader_power_on(struct reader *reader)
{
	if (!reader->card)
		return;
	if (!reader->powered)
		trace_note(reader->server->trace, reader->index, "power on");
	reader->powered = true;
	sim_card_power_on(reader->card);
	reader->atr_len = sim_card_atr(reader->card, reader->atr);
}

void
reader_power_off(struct reader *reader)
{
	reader->dead = false;
	if (!reader->powered)
		return;
	trace_note(reader->server->trace, reader->index, "power off");
	reader->powered = false;
	sim_card_power_off(reader->card);
}

void
reader_reset(struct reader *reader)
{
	if (!reader->card)
		return;
	if (!reader->powered) {
		reader_power_on(reader);
		return;
	}
	trace_note(reader->server->trace, reader->index, "reset");
	sim_card_reset(reader->card);
	reader->atr_len = sim_card_atr(reader->card, reader->atr);
}

size_t
reader_exchange(struct reader *reader, const uint8_t *command, size_t len,
		uint8_t response[SIM_RESPONSE_MAX], unsigned int *delay)
{
	struct sim_reading reading;
	size_t answer;

	*delay = 0;
	if (!reader->card || !reader->powered || reader->dead)
		return 0;
	if (reader->lost > 0) {
		reader->lost--;
		trace_note(reader->server->trace, reader->index, "a command is lost");
		return 0;
	}
	*delay = sim_card_delay_us(reader->card, command, len);
	sim_card_read(reader->card, command, len, &reading);
	answer = sim_card_transmit(reader->card, command, len, response);
	trace_exchange(reader->server->trace, reader->index, &reading, response, answer);
	return answer;
}
