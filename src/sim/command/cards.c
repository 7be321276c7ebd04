/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on the state directory: cards, people, the certification authorities. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/dates.h"
#include "sim/card/switches.h"
#include "sim/command/commands.h"
#include "sim/store/people.h"

/* One piece of work on the state directory. */
struct store_work {
	const struct options *options;
	char **arguments;
	enum sim_pin pin; /* that an argument names */
	struct sim_make_options make;
	struct sim_store *store;
	char *error;
};

static int
work_on_store(const struct call *call, char **arguments, int pin,
	      bool (*run)(struct store_work *work))
{
	struct store_work work = {.options = call->options, .arguments = arguments};
	bool ok;

	if (pin > 0 && !sim_pin_find(arguments[pin - 1], &work.pin)) {
		complain("'%s' is neither auth nor sign", arguments[pin - 1]);
		return EXIT_USAGE;
	}
	if (!make_options(call->options, &work.make))
		return EXIT_USAGE;
	work.store = open_store(call->options);
	if (!work.store)
		return EXIT_FAILED;
	ok = run(&work);
	sim_store_free(work.store);
	return ok ? EXIT_OK : complain_error(work.error, EXIT_FAILED);
}

static int
run_on_store(const struct call *call)
{
	return work_on_store(call, call->arguments, call->command->pin, call->command->work);
}

/* Whose card `make` is to make. */
static const char *
choose_person(const struct options *options, const char *card)
{
	if (options->person)
		return options->person;
	return sim_person_find(card) ? card : "adult";
}

static bool
make_card(struct store_work *work)
{
	return sim_store_make_card(work->store, work->arguments[0],
				   choose_person(work->options, work->arguments[0]), &work->make,
				   &work->error);
}

static int
command_make(const struct call *call)
{
	const char *person = choose_person(call->options, call->arguments[0]);

	if (sim_person_find(person))
		return run_on_store(call);
	complain("there is nobody called '%s'; see jpki-card-sim people", person);
	return EXIT_USAGE;
}

static bool
delete_card(struct store_work *work)
{
	return sim_store_remove_card(work->store, work->arguments[0], &work->error);
}

static json_t *
describe_key(const struct sim_key_info *key)
{
	if (!key->present)
		return json_pack("{s:b, s:i}", "present", 0, "tries", (int)key->tries);
	return json_pack("{s:b, s:i, s:s*, s:s*, s:I, s:I, s:b}", "present", 1, "tries",
			 (int)key->tries, "serial", key->serial, "generation", key->generation,
			 "not_before", (json_int_t)key->not_before, "not_after",
			 (json_int_t)key->not_after, "revoked", key->revoked);
}

static void
print_key(const char *name, const struct sim_key_info *key)
{
	char until[11];

	if (!key->present) {
		printf("  %s: no certificate, %u tries left\n", name, key->tries);
		return;
	}
	sim_date_write(sim_date_at(key->not_after), until); /* in Japan */
	printf("  %s: serial %s, CA of %s, until %s%s, %u tries left\n", name,
	       key->serial ? key->serial : "?", key->generation ? key->generation : "?", until,
	       key->revoked ? ", revoked" : "", key->tries);
}

static void
print_cards(const struct sim_card_info *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printf("%s (%s)\n", list[i].name, list[i].person);
		for (int pin = 0; pin < SIM_PIN_COUNT; pin++)
			print_key(sim_pin_names[pin], &list[i].key[pin]);
	}
	if (count == 0)
		puts("No cards yet; see jpki-card-sim make --help.");
}

static json_t *
describe_cards(const struct sim_card_info *list, size_t count)
{
	json_t *cards = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(cards,
				      json_pack("{s:s, s:s*, s:s*, s:o, s:o}", "name", list[i].name,
						"person", list[i].person, "label", list[i].label,
						"auth", describe_key(&list[i].key[SIM_PIN_AUTH]),
						"sign", describe_key(&list[i].key[SIM_PIN_SIGN])));
	return cards;
}

static bool
list_cards(struct store_work *work)
{
	struct sim_card_info *list = NULL;
	size_t count = 0;

	if (!sim_store_list(work->store, &list, &count, &work->error))
		return false;
	if (work->options->json)
		print_json(describe_cards(list, count));
	else
		print_cards(list, count);
	sim_store_free_list(list, count);
	return true;
}

static int
command_people(const struct call *call)
{
	json_t *all = json_array();

	for (size_t i = 0; i < sim_people_count(); i++) {
		const struct sim_person *person = sim_person_at(i);

		if (!call->options->json)
			printf("%-20s %s\n", person->name, person->summary);
		json_array_append_new(all, json_pack("{s:s, s:s}", "name", person->name, "summary",
						     person->summary));
	}
	if (call->options->json)
		print_json(all);
	else
		json_decref(all);
	return EXIT_OK;
}

static int
command_switches(const struct call *call)
{
	json_t *all = json_array();

	for (int i = 0; i < SIM_SWITCH_COUNT; i++) {
		const struct sim_switch_info *info = sim_switch_info((enum sim_switch)i);

		if (!call->options->json)
			printf("%s\n    %s\n    values: %s\n", info->name, info->meaning,
			       info->values);
		json_array_append_new(all,
				      json_pack("{s:s, s:s, s:s}", "name", info->name, "values",
						info->values, "meaning", info->meaning));
	}
	if (call->options->json)
		print_json(all);
	else
		json_decref(all);
	return EXIT_OK;
}

/* Prints text that the store made; false if it could not. */
static bool
print_made(char *text)
{
	if (text)
		fputs(text, stdout);
	free(text);
	return text != NULL;
}

static bool
print_certificate(struct store_work *work)
{
	return print_made(
		sim_store_certificate(work->store, work->arguments[0], work->pin, &work->error));
}

static bool
ca_export(struct store_work *work)
{
	return sim_store_ca_export(work->store, work->arguments[0], &work->make, &work->error);
}

static bool
ca_issue(struct store_work *work)
{
	return sim_store_ca_issue(work->store, work->arguments[0], work->pin, &work->make,
				  &work->error);
}

static bool
ca_revoke(struct store_work *work)
{
	return sim_store_ca_revoke(work->store, work->arguments[0], work->pin, &work->make,
				   &work->error);
}

static bool
ca_crl(struct store_work *work)
{
	return print_made(sim_store_ca_crl(work->store, work->pin, &work->make, &work->error));
}

static bool
ca_certificates(struct store_work *work)
{
	return print_made(sim_store_ca_certificates(work->store, work->pin, &work->error));
}

static const struct {
	const char *name;
	int arguments;
	int pin; /* as in struct command */
	bool (*run)(struct store_work *work);
	const char *usage;
} ca_verbs[] = {
	{"export", 1, 0, ca_export, "export FOLDER"},
	{"issue", 2, 2, ca_issue, "issue CARD auth|sign"},
	{"revoke", 2, 2, ca_revoke, "revoke CARD auth|sign"},
	{"crl", 1, 1, ca_crl, "crl auth|sign"},
	{"certificates", 1, 1, ca_certificates, "certificates auth|sign"},
};
#define CA_VERBS (sizeof ca_verbs / sizeof ca_verbs[0])

static int
command_ca(const struct call *call)
{
	for (size_t i = 0; i < CA_VERBS; i++) {
		if (strcmp(call->arguments[0], ca_verbs[i].name) != 0)
			continue;
		if (call->count - 1 == ca_verbs[i].arguments)
			return work_on_store(call, call->arguments + 1, ca_verbs[i].pin,
					     ca_verbs[i].run);
		complain("usage: jpki-card-sim ca %s", ca_verbs[i].usage);
		return EXIT_USAGE;
	}
	complain("ca does not know '%s'; see jpki-card-sim ca --help", call->arguments[0]);
	return EXIT_USAGE;
}

void
commands_print_ca_words(void)
{
	for (size_t i = 0; i < CA_VERBS; i++)
		printf("=\tVERB\t%s\n", ca_verbs[i].name);
}

const struct command card_commands[] = {
	{"make", "CARD", "make a card (of --person, or adult)",
	 "Makes a card with keys, certificates and PINs. A name that is a ready-made person's\n"
	 "makes that person's card.\n",
	 "person seed now pin-auth pin-sign generation no-eku switch", 1, 1, .run = command_make,
	 .work = make_card},
	{"list", "", "show the cards", NULL, "", 0, 0, .run = run_on_store, .work = list_cards},
	{"delete", "CARD", "throw a card away", NULL, "", 1, 1, .run = run_on_store,
	 .work = delete_card},
	{"people", "", "show the ready-made people", NULL, "", 0, 0, .run = command_people},
	{"switches", "", "show the behaviour switches", NULL, "", 0, 0, .run = command_switches},
	{"certificate", "CARD auth|sign", "print a certificate (PEM)", NULL, "", 2, 2,
	 .run = run_on_store, .work = print_certificate, .pin = 2},
	{"ca", "VERB [ARGUMENT]...", "use the certification authorities",
	 "  ca export FOLDER           what a server needs: certificates and CRLs (PEM)\n"
	 "  ca issue CARD auth|sign    another certificate for a card\n"
	 "  ca revoke CARD auth|sign   revoke a card's certificate\n"
	 "  ca crl auth|sign           print the revocation lists (PEM)\n"
	 "  ca certificates auth|sign  print the authorities' certificates (PEM)\n",
	 "seed now pin-auth pin-sign generation no-eku", 1, 3, .run = command_ca},
	{0}};
