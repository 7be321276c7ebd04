/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/control/orders.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/control/status.h"
#include "sim/pcscd/service.h"
#include "sim/pcscd/strike.h"
#include "sim/store/store.h"

/* The reader named by word `at`, or the first one. */
static struct reader *
word_reader(struct control_order *order, int at)
{
	return server_find_reader(order->server, at < order->count ? order->words[at] : NULL,
				  &order->error);
}

/* The reader that holds the card named by word `at`. */
static struct reader *
word_card(struct control_order *order, int at)
{
	struct reader *reader = server_find_card(order->server, order->words[at]);

	if (!reader)
		sim_error_set(&order->error, "the card %s is in no reader of this simulator",
			      order->words[at]);
	return reader;
}

static bool
word_pin(struct control_order *order, int at, enum sim_pin *pin)
{
	return sim_pin_find(order->words[at], pin) ||
	       sim_error_set(&order->error, "there is no PIN '%s'; there are: auth, sign",
			     order->words[at]);
}

static bool
word_number(struct control_order *order, int at, unsigned long most, unsigned int *number)
{
	const char *word = order->words[at];
	char *end;
	unsigned long value = strtoul(word, &end, 10);

	if (*word < '0' || *word > '9' || *end != '\0' || value > most)
		return sim_error_set(&order->error, "'%s' is not a number from 0 to %lu", word,
				     most);
	*number = (unsigned int)value;
	return true;
}

static bool
order_insert(struct control_order *order)
{
	struct reader *reader = word_reader(order, 2);

	if (!reader || !reader_insert(reader, order->words[1], &order->error))
		return false;
	order->awaited = reader;
	return true;
}

static bool
order_remove(struct control_order *order)
{
	struct reader *reader = word_reader(order, 1);

	if (!reader)
		return false;
	if (!reader->card)
		return sim_error_set(&order->error, "there is no card in the reader '%s'",
				     reader->name);
	reader_remove(reader);
	order->awaited = reader;
	return true;
}

static bool
order_swap(struct control_order *order)
{
	struct reader *reader = word_reader(order, 2);

	if (!reader)
		return false;
	order->then_insert = strdup(order->words[1]);
	if (!order->then_insert)
		return sim_error_set(&order->error, "out of memory");
	reader_remove(reader);
	order->awaited = reader;
	return true;
}

bool
control_order_insert(struct control_order *order)
{
	bool ok = reader_insert(order->awaited, order->then_insert, &order->error);

	free(order->then_insert);
	order->then_insert = NULL;
	return ok;
}

static bool
order_plug(struct control_order *order)
{
	struct reader *reader = word_reader(order, 1);

	if (!reader)
		return false;
	if (!order->server->door->can_plug)
		return sim_error_set(&order->error,
				     "vpcd's readers cannot be plugged or unplugged: use run");
	if (strcmp(order->words[0], "plug") == 0)
		reader_plug(reader);
	else
		reader_unplug(reader);
	return true;
}

static bool
set_tries(struct control_order *order, struct reader *reader, enum sim_pin pin, unsigned int tries)
{
	return sim_card_set_tries(reader->card, pin, tries, &order->error);
}

static bool
order_tries(struct control_order *order)
{
	struct reader *reader = word_card(order, 1);
	enum sim_pin pin = SIM_PIN_AUTH;
	unsigned int tries = 0;

	if (!reader || !word_pin(order, 2, &pin) ||
	    !word_number(order, 3, sim_card_tries_allowed(pin), &tries))
		return false;
	return set_tries(order, reader, pin, tries);
}

static bool
order_block(struct control_order *order)
{
	struct reader *reader = word_card(order, 1);
	enum sim_pin pin = SIM_PIN_AUTH;

	return reader && word_pin(order, 2, &pin) && set_tries(order, reader, pin, 0);
}

static bool
order_set(struct control_order *order)
{
	struct reader *reader = word_card(order, 1);

	return reader &&
	       sim_card_set_switch(reader->card, order->words[2], order->words[3], &order->error);
}

static bool
order_renew(struct control_order *order)
{
	static const struct sim_make_options defaults = {0};
	struct reader *reader = word_card(order, 1);

	return reader &&
	       sim_store_renew(order->server->store, order->words[1], &defaults, &order->error) &&
	       sim_card_reload(reader->card, &order->error);
}

static bool
order_reload(struct control_order *order)
{
	struct reader *reader = word_card(order, 1);

	return reader && sim_card_reload(reader->card, &order->error);
}

static bool
order_status(struct control_order *order)
{
	status_describe(order->server, order->reply);
	return true;
}

/* "reset" as the word at `at`, or no word there. */
static bool
word_reset(struct control_order *order, int at, bool *reset)
{
	*reset = order->count > at && strcmp(order->words[at], "reset") == 0;
	if (order->count > at && !*reset)
		return sim_error_set(&order->error, "'%s': only 'reset' can stand here",
				     order->words[at]);
	return true;
}

/* Adds the members of `more`, which is used up. */
static void
add_members(struct control_order *order, json_t *more)
{
	json_object_update(order->reply, more);
	json_decref(more);
}

static bool
order_count(struct control_order *order)
{
	bool reset;

	if (!word_reset(order, 1, &reset))
		return false;
	add_members(order, trace_counts(order->server->trace));
	if (reset)
		trace_reset_counts(order->server->trace);
	return true;
}

/* What the stand-in's pcscd knows, for orders that are about it; else NULL. */
static struct pcsc *
needs_pcsc(struct control_order *order)
{
	struct pcsc *pcsc = standin_pcsc(order->server);

	if (!pcsc)
		sim_error_set(&order->error, "'%s' is for run: serve has no PC/SC calls of its own",
			      order->words[0]);
	return pcsc;
}

static bool
order_calls(struct control_order *order)
{
	const struct pcsc *pcsc = needs_pcsc(order);
	bool reset;

	if (!pcsc || !word_reset(order, 1, &reset))
		return false;
	add_members(order, faults_calls(pcsc->faults));
	if (reset)
		faults_reset_calls(pcsc->faults);
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
	struct pcsc *pcsc = needs_pcsc(order);

	if (!pcsc)
		return false;
	for (int i = 1; i < order->count; i++)
		if (!faults_order(pcsc->faults, order->words[i], &order->error))
			return false;
	strikes_now(pcsc);
	json_object_set_new(order->reply, "faults", faults_list(pcsc->faults));
	return true;
}

static bool
order_clear(struct control_order *order)
{
	if (!needs_pcsc(order))
		return false;
	standin_clear_faults(order->server);
	return true;
}

static bool
order_service(struct control_order *order)
{
	struct pcsc *pcsc = needs_pcsc(order);

	if (!pcsc)
		return false;
	if (strcmp(order->words[1], "stop") == 0)
		pcsc_stop(pcsc);
	else if (strcmp(order->words[1], "start") == 0)
		pcsc_start(pcsc);
	else
		return sim_error_set(&order->error, "the service can 'stop' or 'start', not '%s'",
				     order->words[1]);
	return true;
}

static bool
order_quit(struct control_order *order)
{
	if (standin_pcsc(order->server))
		return sim_error_set(&order->error, "run ends with its command");
	loop_stop(order->server->loop);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(struct control_order *order);
	int least, most; /* arguments */
	const char *usage;
} orders[] = {
	{"status", order_status, 0, 0, ""},
	{"insert", order_insert, 1, 2, "CARD [READER]"},
	{"remove", order_remove, 0, 1, "[READER]"},
	{"swap", order_swap, 1, 2, "CARD [READER]"},
	{"plug", order_plug, 0, 1, "[READER]"},
	{"unplug", order_plug, 0, 1, "[READER]"},
	{"tries", order_tries, 3, 3, "CARD auth|sign NUMBER"},
	{"block", order_block, 2, 2, "CARD auth|sign"},
	{"set", order_set, 3, 3, "CARD SWITCH VALUE"},
	{"renew", order_renew, 1, 1, "CARD"},
	{"reload", order_reload, 1, 1, "CARD"},
	{"count", order_count, 0, 1, "[reset]"},
	{"calls", order_calls, 0, 1, "[reset]"},
	{"trace", order_trace, 0, 0, ""},
	{"fault", order_faults, 0, 14, "[ORDER]..."},
	{"clear", order_clear, 0, 0, ""},
	{"service", order_service, 1, 1, "stop|start"},
	{"quit", order_quit, 0, 0, ""},
};

bool
control_order(struct control_order *order)
{
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		if (order->count < 1 || strcmp(order->words[0], orders[i].name) != 0)
			continue;
		if (order->count - 1 < orders[i].least || order->count - 1 > orders[i].most)
			return sim_error_set(&order->error, "usage: %s %s", orders[i].name,
					     orders[i].usage);
		return orders[i].run(order);
	}
	return sim_error_set(&order->error, "there is no order '%s'",
			     order->count < 1 ? "" : order->words[0]);
}
