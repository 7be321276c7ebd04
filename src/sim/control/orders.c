/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/memory.h"
#include "sim/control/control.h"
#include "sim/pcscd/service.h"
#include "sim/pcscd/strike.h"
#include "sim/store/store.h"

static bool
word_number(const char *word, unsigned long most, unsigned int *number, char **error)
{
	unsigned long value;

	if (!sim_read_whole(word, most, &value))
		return sim_error_set(error, "'%s' is not a number from 0 to %lu", word, most);
	*number = (unsigned int)value;
	return true;
}

static bool
order_insert(struct control_order *order)
{
	order->awaited = true;
	return reader_insert(order->reader, order->words[1], &order->error);
}

static bool
order_remove(struct control_order *order)
{
	if (!order->reader->card)
		return sim_error_set(&order->error, "there is no card in the reader '%s'",
				     order->reader->name);
	order->awaited = true;
	reader_remove(order->reader);
	return true;
}

static bool
order_swap(struct control_order *order)
{
	order->then_insert = sim_copy(order->words[1]);
	order->awaited = true;
	reader_remove(order->reader);
	return true;
}

bool
control_order_insert(struct control_order *order)
{
	bool ok = reader_insert(order->reader, order->then_insert, &order->error);

	free(order->then_insert);
	order->then_insert = NULL;
	return ok;
}

static bool
order_plug(struct control_order *order)
{
	if (!order->server->door->plugged)
		return sim_error_set(&order->error,
				     "vpcd's readers cannot be plugged or unplugged: use run");
	if (strcmp(order->words[0], "plug") == 0)
		reader_plug(order->reader);
	else
		reader_unplug(order->reader);
	return true;
}

static bool
order_line(struct control_order *order)
{
	return word_number(order->words[1], 1000000, &order->reader->lost, &order->error);
}

bool
control_change_card(struct sim_card *card, const char *order, const char *what, const char *value,
		    char **error)
{
	enum sim_pin pin = SIM_PIN_AUTH;
	unsigned int tries = 0;

	if (strcmp(order, "set") == 0)
		return sim_card_set_switch(card, what, value, error);
	if (!sim_pin_find(what, &pin))
		return sim_error_set(error, "there is no PIN '%s'; there are: auth, sign", what);
	return word_number(value ? value : "0", sim_card_tries_allowed(pin), &tries, error) &&
	       sim_card_set_tries(card, pin, tries, error);
}

static bool
order_change(struct control_order *order)
{
	return control_change_card(order->reader->card, order->words[0], order->words[2],
				   order->words[3], &order->error);
}

static bool
order_reload(struct control_order *order)
{
	return sim_card_reload(order->reader->card, &order->error);
}

static bool
order_renew(struct control_order *order)
{
	return sim_store_change(order->server->store, order->words[1], SIM_PIN_COUNT, NULL,
				sim_renew, &order->error) &&
	       order_reload(order);
}

static json_t *
describe_pins(const struct reader *reader)
{
	json_t *pins = json_object();

	for (int i = 0; i < SIM_PIN_COUNT; i++)
		json_object_set_new(pins, sim_pin_names[i],
				    json_pack("{s:i, s:b}", "tries",
					      (int)sim_card_tries(reader->card, (enum sim_pin)i),
					      "open",
					      sim_card_is_open(reader->card, (enum sim_pin)i)));
	return pins;
}

static json_t *
describe_reader(const struct reader *reader)
{
	const struct pcsc_reader *state = standin_pcsc(reader->server) ? pcsc_of(reader) : NULL;
	const bool full = reader->card != NULL;

	return json_pack("{s:s, s:b, s:i, s:b, s:I, s:s?, s:o*, s:o*}", "name", reader->name,
			 "plugged", reader->plugged, "connections", state ? (int)state->sharing : 0,
			 "transaction", state && state->lock_handle != 0, "events",
			 state ? (json_int_t)state->event_counter : 0, "card",
			 full ? reader->card_name : NULL, "powered",
			 full ? json_boolean(reader->powered) : NULL, "pins",
			 full ? describe_pins(reader) : NULL);
}

static bool
order_status(struct control_order *order)
{
	const struct server *server = order->server;
	json_t *readers = json_array();

	for (unsigned int i = 0; i < WIRE_READERS; i++)
		if (server->readers[i].name[0])
			json_array_append_new(readers, describe_reader(&server->readers[i]));
	json_object_update_new(order->reply,
			       json_pack("{s:s, s:o, s:I}", "door", server->door->name, "readers",
					 readers, "exchanges",
					 (json_int_t)trace_total(server->trace)));
	if (order->pcsc)
		json_object_update_new(
			order->reply,
			json_pack("{s:o, s:I}", "pcsc", standin_status(order->pcsc), "calls",
				  (json_int_t)faults_count(&order->pcsc->faults, WIRE_ANY)));
	return true;
}

/* "reset" in the first place, or no word there. */
static bool
order_counts(struct control_order *order)
{
	const bool calls = strcmp(order->words[0], "calls") == 0;
	struct trace *trace = order->server->trace;

	if (order->words[1] && strcmp(order->words[1], "reset") != 0)
		return sim_error_set(&order->error, "'%s': only 'reset' can stand here",
				     order->words[1]);
	json_object_update_new(order->reply,
			       calls ? faults_calls(&order->pcsc->faults) : trace_counts(trace));
	if (order->words[1] && calls)
		faults_reset_calls(&order->pcsc->faults);
	else if (order->words[1])
		trace_reset_counts(trace);
	return true;
}

static bool
order_trace(struct control_order *order)
{
	json_object_set_new(order->reply, "lines", trace_take_lines(order->server->trace));
	return true;
}

static bool
order_faults(struct control_order *order)
{
	for (int i = 1; i < order->count; i++)
		if (!faults_order(&order->pcsc->faults, order->words[i], &order->error))
			return false;
	strikes_now(order->pcsc);
	json_object_set_new(order->reply, "faults", faults_list(&order->pcsc->faults));
	return true;
}

static bool
order_clear(struct control_order *order)
{
	standin_clear_faults(order->pcsc);
	return true;
}

static bool
order_service(struct control_order *order)
{
	if (strcmp(order->words[1], "stop") == 0)
		pcsc_stop(order->pcsc);
	else if (strcmp(order->words[1], "start") == 0)
		pcsc_start(order->pcsc);
	else
		return sim_error_set(&order->error, "the service can 'stop' or 'start', not '%s'",
				     order->words[1]);
	return true;
}

static bool
order_quit(struct control_order *order)
{
	if (order->pcsc)
		return sim_error_set(&order->error, "run ends with its command");
	loop_stop(order->server->loop);
	return true;
}

/* What the order is about. */
enum about {
	ABOUT_ALL,
	ABOUT_READER, /* its last word names it; else it is the first one */
	ABOUT_CARD,   /* the first word names it; it must be in a reader */
	ABOUT_PCSC    /* the stand-in's pcscd */
};

static const struct row {
	const char *name;
	bool (*run)(struct control_order *order);
	enum about about;
	int least, most; /* arguments */
	const char *usage;
} orders[] = {
	{"status", order_status, ABOUT_ALL, 0, 0, ""},
	{"insert", order_insert, ABOUT_READER, 1, 2, "CARD [READER]"},
	{"remove", order_remove, ABOUT_READER, 0, 1, "[READER]"},
	{"swap", order_swap, ABOUT_READER, 1, 2, "CARD [READER]"},
	{"plug", order_plug, ABOUT_READER, 0, 1, "[READER]"},
	{"unplug", order_plug, ABOUT_READER, 0, 1, "[READER]"},
	{"line", order_line, ABOUT_READER, 1, 2, "NUMBER [READER]"},
	{"tries", order_change, ABOUT_CARD, 3, 3, "CARD auth|sign NUMBER"},
	{"block", order_change, ABOUT_CARD, 2, 2, "CARD auth|sign"},
	{"set", order_change, ABOUT_CARD, 3, 3, "CARD SWITCH VALUE"},
	{"renew", order_renew, ABOUT_CARD, 1, 1, "CARD"},
	{"reload", order_reload, ABOUT_CARD, 1, 1, "CARD"},
	{"count", order_counts, ABOUT_ALL, 0, 1, "[reset]"},
	{"calls", order_counts, ABOUT_PCSC, 0, 1, "[reset]"},
	{"trace", order_trace, ABOUT_ALL, 0, 0, ""},
	{"fault", order_faults, ABOUT_PCSC, 0, 14, "[ORDER]..."},
	{"clear", order_clear, ABOUT_PCSC, 0, 0, ""},
	{"service", order_service, ABOUT_PCSC, 1, 1, "stop|start"},
	{"quit", order_quit, ABOUT_ALL, 0, 0, ""},
};

/* Finds what the order is about, or says that there is none. */
static bool
find_subject(struct control_order *order, const struct row *row)
{
	order->pcsc = standin_pcsc(order->server);
	switch (row->about) {
	case ABOUT_READER:
		order->reader =
			server_find_reader(order->server, order->words[row->most], &order->error);
		return order->reader != NULL;
	case ABOUT_CARD:
		order->reader = server_find_card(order->server, order->words[1]);
		return order->reader ||
		       sim_error_set(&order->error, "the card %s is in no reader of this simulator",
				     order->words[1]);
	case ABOUT_PCSC:
		return order->pcsc ||
		       sim_error_set(&order->error,
				     "'%s' is for run: serve has no PC/SC calls of its own",
				     row->name);
	case ABOUT_ALL:
	default:
		return true;
	}
}

bool
control_order(struct control_order *order)
{
	int arguments = order->count - 1;

	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		if (strcmp(order->words[0], orders[i].name) != 0)
			continue;
		if (arguments < orders[i].least || arguments > orders[i].most)
			return sim_error_set(&order->error, "usage: %s %s", orders[i].name,
					     orders[i].usage);
		return find_subject(order, &orders[i]) && orders[i].run(order);
	}
	return sim_error_set(&order->error, "there is no order '%s'", order->words[0]);
}
