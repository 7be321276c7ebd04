/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands for a running simulator; four of them also work on a card that lies in the drawer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/command/commands.h"
#include "sim/control/control.h"

#define WORDS_MAX 16

static bool
is_named(const struct options *options)
{
	const char *variable = getenv(CONTROL_VARIABLE);

	return options->control || (variable && *variable != '\0');
}

/* Asks the running simulator; NULL after a complaint, with *status set. */
static json_t *
ask(const struct options *options, int count, char *const words[], int *status)
{
	char *error = NULL;
	struct control_client *client = control_client_open(options->control, &error);
	json_t *reply;

	if (!client) {
		*status = complain_error(error, EXIT_NOT_RUNNING);
		return NULL;
	}
	reply = control_client_ask_words(client, &error, count, words);
	control_client_free(client);
	*status = reply ? EXIT_OK : complain_error(error, EXIT_FAILED);
	return reply;
}

static void
print_pins(json_t *pins)
{
	void *at;

	for (at = json_object_iter(pins); at; at = json_object_iter_next(pins, at)) {
		const json_t *pin = json_object_iter_value(at);

		printf(", %s %d tries%s", json_object_iter_key(at),
		       (int)json_integer_value(json_object_get(pin, "tries")),
		       json_is_true(json_object_get(pin, "open")) ? " (open)" : "");
	}
}

static void
print_status(const json_t *reply)
{
	const json_t *readers;

	readers = json_object_get(reply, "readers");
	for (size_t i = 0; i < json_array_size(readers); i++) {
		const json_t *reader = json_array_get(readers, i);
		const char *card = json_string_value(json_object_get(reader, "card"));
		bool plugged = json_is_true(json_object_get(reader, "plugged"));

		printf("%s: %s%s", json_string_value(json_object_get(reader, "name")),
		       card ? card : "empty", plugged ? "" : ", unplugged");
		print_pins(json_object_get(reader, "pins"));
		putchar('\n');
	}
	printf("exchanges: %d\n", (int)json_integer_value(json_object_get(reply, "exchanges")));
}

static void
print_counts(const json_t *reply)
{
	const json_t *names = json_object_get(reply, "by_name");
	const char *name;
	json_t *counts = json_object_get(reply, names ? "by_name" : "by_call"), *count;

	json_object_foreach(counts, name, count)
		printf("%6d %s\n", (int)json_integer_value(count), name);
	printf("%6d in all\n", (int)json_integer_value(json_object_get(reply, "total")));
}

static void
print_trace(const json_t *reply)
{
	const json_t *lines = json_object_get(reply, "lines");

	for (size_t i = 0; i < json_array_size(lines); i++)
		puts(json_string_value(json_array_get(lines, i)));
}

static void
print_faults(const json_t *reply)
{
	const json_t *faults = json_object_get(reply, "faults");

	for (size_t i = 0; i < json_array_size(faults); i++) {
		const json_t *fault = json_array_get(faults, i);

		printf("%s: struck %d times\n", json_string_value(json_object_get(fault, "order")),
		       (int)json_integer_value(json_object_get(fault, "struck")));
	}
}

/* One order of the control socket, whose arguments are the command's. */
static int
forward(const struct call *call, const char *order, int count, char *arguments[])
{
	char *words[WORDS_MAX] = {(char *)(uintptr_t)order};
	json_t *reply;
	int status;

	for (int i = 0; i < count; i++)
		words[i + 1] = arguments[i];
	reply = ask(call->options, count + 1, words, &status);
	if (!reply)
		return status;
	if (call->options->json) {
		print_json(reply);
		return status;
	}
	if (call->command->print)
		call->command->print(reply);
	json_decref(reply);
	return status;
}

static int
run_forward(const struct call *call)
{
	return forward(call, call->command->name, call->count, call->arguments);
}

/* Does the running simulator, if one was named, hold the card? -1 after a complaint. */
static int
is_in_reader(const struct options *options, const char *card)
{
	char word[] = "status", *words[] = {word};
	json_t *reply;
	const json_t *readers;
	int status, found = 0;

	if (!is_named(options))
		return 0;
	reply = ask(options, 1, words, &status);
	if (!reply)
		return -1;
	readers = json_object_get(reply, "readers");
	for (size_t i = 0; i < json_array_size(readers); i++) {
		const json_t *reader = json_array_get(readers, i);
		const char *name = json_string_value(json_object_get(reader, "card"));

		if (name && strcmp(name, card) == 0)
			found = 1;
	}
	json_decref(reply);
	return found;
}

/* Opens a card that is in no reader; NULL after a complaint. */
static struct sim_card *
open_card(struct sim_store *store, const char *name)
{
	char *error = NULL;
	char *dir = sim_store_card_dir(store, name, &error);
	struct sim_card *card = !dir ? NULL : sim_card_open(dir, &error);

	free(dir);
	if (!card)
		complain_error(error, EXIT_FAILED);
	return card;
}

static bool
set_switch(struct sim_card *card, char *arguments[], char **error)
{
	return sim_card_set_switch(card, arguments[1], arguments[2], error);
}

static bool
set_tries(struct sim_card *card, char *arguments[], char **error)
{
	enum sim_pin pin;

	(void)sim_pin_find(arguments[1], &pin);
	return sim_card_set_tries(card, pin, (unsigned int)strtoul(arguments[2], NULL, 10), error);
}

/* An order about a card: to the simulator that has it, else to the card in the drawer. */
static int
on_card(const struct call *call, const char *order, int count, char *arguments[],
	bool (*change)(struct sim_card *card, char *arguments[], char **error))
{
	int held = is_in_reader(call->options, arguments[0]);
	struct sim_store *store;
	struct sim_card *card;
	char *error = NULL;
	bool ok = false;

	if (held == -1)
		return EXIT_NOT_RUNNING;
	if (held == 1)
		return forward(call, order, count, arguments);
	store = open_store(call->options);
	if (!store)
		return EXIT_FAILED;
	card = open_card(store, arguments[0]);
	if (card) {
		ok = change(card, arguments, &error);
		if (!ok)
			complain_error(error, EXIT_FAILED);
	}
	sim_card_free(card);
	sim_store_free(store);
	return ok ? EXIT_OK : EXIT_FAILED;
}

static bool
check_pin_name(const char *name, enum sim_pin *pin)
{
	if (sim_pin_find(name, pin))
		return true;
	complain("'%s' is neither auth nor sign", name);
	return false;
}

static int
command_set(const struct call *call)
{
	return on_card(call, "set", call->count, call->arguments, set_switch);
}

static int
command_tries(const struct call *call)
{
	enum sim_pin pin;
	unsigned long tries;

	if (!check_pin_name(call->arguments[1], &pin) ||
	    !read_whole("tries", call->arguments[2], sim_card_tries_allowed(pin), &tries))
		return EXIT_USAGE;
	return on_card(call, "tries", call->count, call->arguments, set_tries);
}

static int
command_block(const struct call *call)
{
	char zero[] = "0";
	char *words[] = {call->arguments[0], call->arguments[1], zero};
	enum sim_pin pin;

	if (!check_pin_name(words[1], &pin))
		return EXIT_USAGE;
	return on_card(call, "tries", 3, words, set_tries);
}

static int
command_renew(const struct call *call)
{
	int held = is_in_reader(call->options, call->arguments[0]);
	struct sim_make_options make;
	struct sim_store *store;
	char *error = NULL;
	bool ok;

	if (held == -1)
		return EXIT_NOT_RUNNING;
	if (!make_options(call->options, &make))
		return EXIT_USAGE;
	store = open_store(call->options);
	if (!store)
		return EXIT_FAILED;
	ok = sim_store_renew(store, call->arguments[0], &make, &error);
	sim_store_free(store);
	if (!ok)
		return complain_error(error, EXIT_FAILED);
	return held == 1 ? forward(call, "reload", call->count, call->arguments) : EXIT_OK;
}

const struct command control_commands[] = {
	{"status", "", "show readers and cards", NULL, "", 0, 0, .run = run_forward,
	 .print = print_status},
	{"insert", "CARD [READER]", "put a card into a reader", NULL, "", 1, 2, .run = run_forward},
	{"remove", "[READER]", "take the card out", NULL, "", 0, 1, .run = run_forward},
	{"swap", "CARD [READER]", "take the card out and put another in", NULL, "", 1, 2,
	 .run = run_forward},
	{"plug", "[READER]", "plug a reader in again (run)", NULL, "", 0, 1, .run = run_forward},
	{"unplug", "[READER]", "unplug a reader (run)", NULL, "", 0, 1, .run = run_forward},
	{"set", "CARD SWITCH VALUE", "change a behaviour switch (kept)", NULL, "", 3, 3,
	 .run = command_set},
	{"tries", "CARD auth|sign N", "set a PIN's tries (kept)", NULL, "", 3, 3,
	 .run = command_tries},
	{"block", "CARD auth|sign", "block a PIN (kept)", NULL, "", 2, 2, .run = command_block},
	{"renew", "CARD", "new keys and certificates (kept)", NULL, "seed now generation no-eku", 1,
	 1, .run = command_renew},
	{"count", "[reset]", "count exchanges with the cards", NULL, "", 0, 1, .run = run_forward,
	 .print = print_counts},
	{"calls", "[reset]", "count PC/SC calls (run)", NULL, "", 0, 1, .run = run_forward,
	 .print = print_counts},
	{"trace", "", "show the exchanges since the last time", NULL, "", 0, 0, .run = run_forward,
	 .print = print_trace},
	{"fault", "[ORDER]...", "order faults, show them all (run)",
	 "ORDER is KIND@[CALL:]N[+][:OPTION]..., N counting from the next PC/SC call;\n"
	 "see FAULTS in jpki-card-sim(1).\n",
	 "", 0, 14, .run = run_forward, .print = print_faults},
	{"clear", "", "forget all faults (run)", NULL, "", 0, 0, .run = run_forward},
	{"service", "stop|start", "stop and start pcscd (run)", NULL, "", 1, 1, .run = run_forward},
	{"quit", "", "end serve", NULL, "", 0, 0, .run = run_forward},
	{0}};
