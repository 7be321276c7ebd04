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
ask(const struct options *options, const char *order, int count, char *arguments[], int *status)
{
	char *words[WORDS_MAX] = {(char *)(uintptr_t)order};
	struct control_client *client;
	json_t *reply = NULL;
	char *error = NULL;

	if (count >= WORDS_MAX) {
		complain("too many arguments");
		*status = EXIT_USAGE;
		return NULL;
	}
	for (int i = 0; i < count; i++)
		words[i + 1] = arguments[i];
	client = control_client_open(options->control, &error);
	if (!client) {
		*status = complain_error(error, EXIT_NOT_RUNNING);
		return NULL;
	}
	reply = control_client_ask_words(client, &error, count + 1, words);
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
print_counts(const json_t *reply, const char *group)
{
	json_t *counts = json_object_get(reply, group);
	void *at;

	for (at = json_object_iter(counts); at; at = json_object_iter_next(counts, at))
		printf("%6d %s\n", (int)json_integer_value(json_object_iter_value(at)),
		       json_object_iter_key(at));
	printf("%6d in all\n", (int)json_integer_value(json_object_get(reply, "total")));
}

static void
print_count(const json_t *reply)
{
	print_counts(reply, "by_name");
}

static void
print_calls(const json_t *reply)
{
	print_counts(reply, "by_call");
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

/* One order of the control socket as a command. */
static int
forward(const struct options *options, const char *order, int count, char *arguments[],
	void (*print)(const json_t *reply))
{
	int status;
	json_t *reply = ask(options, order, count, arguments, &status);

	if (!reply)
		return status;
	if (options->json) {
		print_json(reply);
		return status;
	}
	if (print)
		print(reply);
	json_decref(reply);
	return status;
}

#define FORWARD(name, print)                                                                       \
	static int command_##name(const struct options *options, int count, char *arguments[])     \
	{                                                                                          \
		return forward(options, #name, count, arguments, print);                           \
	}

FORWARD(status, print_status)
FORWARD(insert, NULL)
FORWARD(remove, NULL)
FORWARD(swap, NULL)
FORWARD(plug, NULL)
FORWARD(unplug, NULL)
FORWARD(count, print_count)
FORWARD(calls, print_calls)
FORWARD(trace, print_trace)
FORWARD(fault, print_faults)
FORWARD(clear, NULL)
FORWARD(service, NULL)
FORWARD(quit, NULL)

/* Does the running simulator, if one was named, hold the card? -1 after a complaint. */
static int
is_in_reader(const struct options *options, const char *card)
{
	json_t *reply;
	const json_t *readers;
	int status, found = 0;

	if (!is_named(options))
		return 0;
	reply = ask(options, "status", 0, NULL, &status);
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
on_card(const struct options *options, const char *order, int count, char *arguments[],
	bool (*change)(struct sim_card *card, char *arguments[], char **error))
{
	int held = is_in_reader(options, arguments[0]);
	struct sim_store *store;
	struct sim_card *card;
	char *error = NULL;
	bool ok = false;

	if (held == -1)
		return EXIT_NOT_RUNNING;
	if (held == 1)
		return forward(options, order, count, arguments, NULL);
	store = open_store(options);
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
check_pin_name(const char *name)
{
	if (strcmp(name, "auth") == 0 || strcmp(name, "sign") == 0)
		return true;
	complain("'%s' is neither auth nor sign", name);
	return false;
}

static int
command_set(const struct options *options, int count, char *arguments[])
{
	return on_card(options, "set", count, arguments, set_switch);
}

static int
command_tries(const struct options *options, int count, char *arguments[])
{
	enum sim_pin pin = strcmp(arguments[1], "sign") == 0 ? SIM_PIN_SIGN : SIM_PIN_AUTH;
	unsigned long tries;

	if (!check_pin_name(arguments[1]) ||
	    !read_whole("tries", arguments[2], sim_card_tries_allowed(pin), &tries))
		return EXIT_USAGE;
	return on_card(options, "tries", count, arguments, set_tries);
}

static int
command_block(const struct options *options, int count, char *arguments[])
{
	char zero[] = "0";
	char *words[] = {arguments[0], arguments[1], zero};

	(void)count;
	if (!check_pin_name(arguments[1]))
		return EXIT_USAGE;
	return on_card(options, "tries", 3, words, set_tries);
}

static int
command_renew(const struct options *options, int count, char *arguments[])
{
	int held = is_in_reader(options, arguments[0]);
	struct sim_make_options make;
	struct sim_store *store;
	char *error = NULL;
	bool ok;

	if (held == -1)
		return EXIT_NOT_RUNNING;
	if (!make_options(options, &make))
		return EXIT_USAGE;
	store = open_store(options);
	if (!store)
		return EXIT_FAILED;
	ok = sim_store_renew(store, arguments[0], &make, &error);
	sim_store_free(store);
	if (!ok)
		return complain_error(error, EXIT_FAILED);
	return held == 1 ? forward(options, "reload", count, arguments, NULL) : EXIT_OK;
}

const struct command control_commands[] = {
	{"status", "", "show readers and cards", NULL, "", 0, 0, command_status},
	{"insert", "CARD [READER]", "put a card into a reader", NULL, "", 1, 2, command_insert},
	{"remove", "[READER]", "take the card out", NULL, "", 0, 1, command_remove},
	{"swap", "CARD [READER]", "take the card out and put another in", NULL, "", 1, 2,
	 command_swap},
	{"plug", "[READER]", "plug a reader in again (run)", NULL, "", 0, 1, command_plug},
	{"unplug", "[READER]", "unplug a reader (run)", NULL, "", 0, 1, command_unplug},
	{"set", "CARD SWITCH VALUE", "change a behaviour switch (kept)", NULL, "", 3, 3,
	 command_set},
	{"tries", "CARD auth|sign N", "set a PIN's tries (kept)", NULL, "", 3, 3, command_tries},
	{"block", "CARD auth|sign", "block a PIN (kept)", NULL, "", 2, 2, command_block},
	{"renew", "CARD", "new keys and certificates (kept)", NULL, "seed now generation no-eku", 1,
	 1, command_renew},
	{"count", "[reset]", "count exchanges with the cards", NULL, "", 0, 1, command_count},
	{"calls", "[reset]", "count PC/SC calls (run)", NULL, "", 0, 1, command_calls},
	{"trace", "", "show the exchanges since the last time", NULL, "", 0, 0, command_trace},
	{"fault", "[ORDER]...", "order faults, show them all (run)",
	 "ORDER is KIND@[CALL:]N[+][:OPTION]..., N counting from the next PC/SC call;\n"
	 "see FAULTS in jpki-card-sim(1).\n",
	 "", 0, 14, command_fault},
	{"clear", "", "forget all faults (run)", NULL, "", 0, 0, command_clear},
	{"service", "stop|start", "stop and start pcscd (run)", NULL, "", 1, 1, command_service},
	{"quit", "", "end serve", NULL, "", 0, 0, command_quit},
	{0}};
