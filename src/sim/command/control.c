/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands for a running simulator; four of them also work on a card that lies in the drawer. */
#include "sim/control/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/json.h"
#include "sim/command/commands.h"

#define WORDS_MAX 16

/* Asks the running simulator; NULL after a complaint, with *status set. */
static json_t *
ask(const struct options *options, int count, char *const words[], int *status)
{
	char *error = NULL;
	struct control_client *client = control_client_open(options->control, &error);
	json_t *reply;

	*status = client ? EXIT_OK : EXIT_NOT_RUNNING;
	reply = client ? control_client_ask_words(client, &error, count, words) : NULL;
	control_client_free(client);
	if (!reply && !complain_error(error) && client)
		*status = EXIT_FAILED;
	return reply;
}

static void
print_status(const json_t *reply)
{
	const json_t *readers = json_object_get(reply, "readers");
	const char *name;
	json_t *reader, *pin;
	size_t i;

	json_array_foreach(readers, i, reader)
	{
		const char *card = sim_json_text(reader, "card");

		(void)printf("%s: %s%s", sim_json_text(reader, "name"), *card ? card : "empty",
			     json_is_true(json_object_get(reader, "plugged")) ? "" : ", unplugged");
		json_object_foreach(json_object_get(reader, "pins"), name, pin)(void)
			printf(", %s %d tries%s", name, (int)sim_json_number(pin, "tries"),
			       json_is_true(json_object_get(pin, "open")) ? " (open)" : "");
		(void)putchar('\n');
	}
	(void)printf("exchanges: %d\n", (int)sim_json_number(reply, "exchanges"));
}

static void
print_counts(const json_t *reply)
{
	json_t *names = json_object_get(reply, "by_name"), *count;
	const char *name;

	json_object_foreach(names ? names : json_object_get(reply, "by_call"), name, count)(void)
		printf("%6d %s\n", (int)json_integer_value(count), name);
	(void)printf("%6d in all\n", (int)sim_json_number(reply, "total"));
}

static void
print_trace(const json_t *reply)
{
	size_t i;
	json_t *line;

	json_array_foreach(json_object_get(reply, "lines"), i, line)(void)
		puts(json_string_value(line));
}

static void
print_faults(const json_t *reply)
{
	size_t i;
	json_t *fault;

	json_array_foreach(json_object_get(reply, "faults"), i, fault)(void)
		printf("%s: struck %d times\n", sim_json_text(fault, "order"),
		       (int)sim_json_number(fault, "struck"));
}

/* One order of the control socket, whose arguments are the command's. */
static int
forward(const struct call *call, const char *order)
{
	char *words[WORDS_MAX] = {(char *)(uintptr_t)order};
	json_t *reply;
	int status;

	for (int i = 0; i < call->count; i++)
		words[i + 1] = call->arguments[i];
	reply = ask(call->options, call->count + 1, words, &status);
	if (!reply)
		return status;
	if (call->options->json)
		print_json(reply);
	else if (call->command->print)
		call->command->print(reply);
	json_decref(reply);
	return status;
}

static int
run_forward(const struct call *call)
{
	return forward(call, call->command->name);
}

/* Does the running simulator, if one was named, hold the card? -1 after a complaint. */
static int
is_in_reader(const struct options *options, const char *card)
{
	char word[] = "status", *words[] = {word};
	json_t *reply, *reader;
	const char *variable = getenv(CONTROL_VARIABLE);
	int status, found = 0;
	size_t i;

	if (!options->control && (!variable || !*variable))
		return 0;
	reply = ask(options, 1, words, &status);
	if (!reply)
		return -1;
	json_array_foreach(json_object_get(reply, "readers"), i,
			   reader) if (strcmp(sim_json_text(reader, "card"), card) == 0) found = 1;
	json_decref(reply);
	return found;
}

/* An order about a card: to the simulator that has it, else to the card in the drawer. */
static int
run_on_card(const struct call *call)
{
	char **arguments = call->arguments;
	int held = is_in_reader(call->options, arguments[0]);
	struct sim_store *store;
	struct sim_card *card;
	char *dir, *error = NULL;
	bool ok;

	if (held == -1)
		return EXIT_NOT_RUNNING;
	if (held == 1)
		return run_forward(call);
	store = open_store(call->options);
	if (!store)
		return EXIT_FAILED;
	dir = sim_store_card_dir(store, arguments[0], &error);
	card = dir ? sim_card_open(dir, &error) : NULL;
	ok = card && control_change_card(card, call->command->name, arguments[1],
					 call->count == 3 ? arguments[2] : NULL, &error);
	free(dir);
	sim_card_free(card);
	sim_store_free(store);
	return ok || complain_error(error) ? EXIT_OK : EXIT_FAILED;
}

static int
command_tries(const struct call *call)
{
	const char *name = call->arguments[1];
	enum sim_pin pin;
	unsigned long tries;

	if (!sim_pin_find(name, &pin)) {
		complain("'%s' is neither auth nor sign", name);
		return EXIT_USAGE;
	}
	if (!read_whole("tries", call->count == 3 ? call->arguments[2] : "0",
			sim_card_tries_allowed(pin), &tries))
		return EXIT_USAGE;
	return run_on_card(call);
}

static int
command_renew(const struct call *call)
{
	int held = is_in_reader(call->options, call->arguments[0]);
	struct sim_store *store;
	char *error = NULL;
	bool ok;

	if (held == -1)
		return EXIT_NOT_RUNNING;
	store = open_store(call->options);
	if (!store)
		return EXIT_FAILED;
	ok = sim_store_change(store, call->arguments[0], SIM_PIN_COUNT, &call->options->make,
			      sim_renew, &error);
	sim_store_free(store);
	if (!ok && !complain_error(error))
		return EXIT_FAILED;
	return held == 1 ? forward(call, "reload") : EXIT_OK;
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
	{"line", "N [READER]", "let the next N commands be lost", NULL, "", 1, 2,
	 .run = run_forward},
	{"set", "CARD SWITCH VALUE", "change a behaviour switch (kept)", NULL, "", 3, 3,
	 .run = run_on_card},
	{"tries", "CARD auth|sign N", "set a PIN's tries (kept)", NULL, "", 3, 3,
	 .run = command_tries},
	{"block", "CARD auth|sign", "block a PIN (kept)", NULL, "", 2, 2, .run = command_tries},
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
