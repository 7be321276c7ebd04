/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on the state directory: cards, people, the certification authorities. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/dates.h"
#include "sim/base/json.h"
#include "sim/card/switches.h"
#include "sim/command/commands.h"
#include "sim/store/like.h"
#include "sim/store/people.h"

/* One piece of work on the state directory. */
struct store_work {
	const struct options *options;
	char **arguments;
	enum sim_pin pin;	    /* that an argument names */
	const struct ca_verb *verb; /* of command_ca */
	const struct sim_make_options *make;
	struct sim_store *store;
	char *error;
};

static int
work_on_store(const struct call *call, char **arguments, int pin,
	      bool (*run)(struct store_work *work), const struct ca_verb *verb)
{
	struct store_work work = {.options = call->options,
				  .arguments = arguments,
				  .verb = verb,
				  .make = &call->options->make};
	bool ok;

	if (pin > 0 && !sim_pin_find(arguments[pin - 1], &work.pin)) {
		complain("'%s' is neither auth nor sign", arguments[pin - 1]);
		return EXIT_USAGE;
	}
	work.store = open_store(call->options);
	if (!work.store)
		return EXIT_FAILED;
	ok = run(&work);
	sim_store_free(work.store);
	return ok || complain_error(work.error) ? EXIT_OK : EXIT_FAILED;
}

static int
run_on_store(const struct call *call)
{
	return work_on_store(call, call->arguments, call->command->pin, call->command->work, NULL);
}

/* Whose card `make` is to make. */
static const char *
choose_person(const struct options *options, const char *card)
{
	if (options->person)
		return options->person;
	return sim_person_find(card) ? card : "adult";
}

/* With --like as the report has it, but for what the command line says. */
static bool
make_card(struct store_work *work)
{
	const char *pairs[SIM_SWITCH_COUNT + LIST_MAX + 1];
	struct sim_make_options make = *work->make;
	const char *name = work->arguments[0], *person = work->options->person;
	struct sim_like like = {.person = choose_person(work->options, name)};
	size_t n = 0;
	bool ok;

	if (work->options->like && !sim_like_read(work->options->like, &like, &work->error))
		return false;
	for (char **pair = like.pairs; *pair; pair++)
		pairs[n++] = *pair;
	for (const char *const *pair = make.switches; pair && *pair; pair++)
		pairs[n++] = *pair;
	pairs[n] = NULL;
	make.switches = pairs;
	make.locked = like.locked;
	ok = sim_store_make_card(work->store, name, person ? person : like.person, &make,
				 &work->error);
	if (ok && like.notes)
		(void)fputs(like.notes, stderr);
	sim_like_free(&like);
	return ok;
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

static void
print_key(const json_t *card, const char *name)
{
	const json_t *key = json_object_get(card, name);
	int tries = (int)sim_json_number(key, "tries");
	char until[11];

	if (!json_is_true(json_object_get(key, "present"))) {
		(void)printf("  %s: no certificate, %d tries left\n", name, tries);
		return;
	}
	sim_date_write(sim_date_at(sim_json_number(key, "not_after")), until); /* in Japan */
	(void)printf("  %s: serial %s, CA of %s, until %s%s, %d tries left\n", name,
		     sim_json_text(key, "serial"), sim_json_text(key, "generation"), until,
		     json_is_true(json_object_get(key, "revoked")) ? ", revoked" : "", tries);
}

static bool
list_cards(struct store_work *work)
{
	json_t *cards = sim_store_list(work->store, &work->error), *card;
	size_t i;

	if (!cards)
		return false;
	if (work->options->json)
		print_json(cards);
	else if (json_array_size(cards) == 0)
		(void)puts("No cards yet; see jpki-card-sim make --help.");
	else
		json_array_foreach(cards, i, card)
		{
			(void)printf("%s (%s)\n", sim_json_text(card, "name"),
				     sim_json_text(card, "person"));
			for (int pin = 0; pin < SIM_PIN_COUNT; pin++)
				print_key(card, sim_pin_names[pin]);
		}
	json_decref(cards);
	return true;
}

/* Prints rows, which are used up; without --json they have been printed one by one. */
static int
print_rows(const struct call *call, json_t *rows)
{
	if (call->options->json)
		print_json(rows);
	json_decref(rows);
	return EXIT_OK;
}

static int
command_people(const struct call *call)
{
	json_t *rows = json_array();

	for (const struct sim_person *person = sim_people; person->name; person++) {
		json_array_append_new(rows, json_pack("{s:s, s:s}", "name", person->name, "summary",
						      person->summary));
		if (!call->options->json)
			(void)printf("%-20s %s\n", person->name, person->summary);
	}
	return print_rows(call, rows);
}

static int
command_switches(const struct call *call)
{
	json_t *rows = json_array();

	for (int i = 0; i < SIM_SWITCH_COUNT; i++) {
		const struct sim_switch_info *info = &sim_switch_table[i];

		json_array_append_new(rows,
				      json_pack("{s:s, s:s, s:s}", "name", info->name, "values",
						info->values, "meaning", info->meaning));
		if (!call->options->json)
			(void)printf("%s\n    %s\n    values: %s\n", info->name, info->meaning,
				     info->values);
	}
	return print_rows(call, rows);
}

/* Prints text that the store made; false if it could not. */
static bool
print_made(char *text)
{
	if (text)
		(void)fputs(text, stdout);
	free(text);
	return text != NULL;
}

static bool
print_certificate(struct store_work *work)
{
	return print_made(
		sim_store_certificate(work->store, work->arguments[0], work->pin, &work->error));
}

enum ca_does { CA_FILES, CA_RESPONDER_FILES, CA_CHANGE, CA_TEXT };

static const struct ca_verb {
	const char *name;
	int arguments;
	int pin; /* as in struct command */
	enum ca_does does;
	const char *usage;
	sim_change *change;
	enum sim_product product;
} ca_verbs[] = {
	{"export", 1, 0, CA_FILES, "export FOLDER", NULL, 0},
	{"issue", 2, 2, CA_CHANGE, "issue CARD auth|sign", .change = sim_issue},
	{"revoke", 2, 2, CA_CHANGE, "revoke CARD auth|sign", .change = sim_revoke},
	{"crl", 1, 1, CA_TEXT, "crl auth|sign", .product = SIM_CRL},
	{"certificates", 1, 1, CA_TEXT, "certificates auth|sign", .product = SIM_CERTIFICATES},
	{"ocsp", 1, 0, CA_RESPONDER_FILES, "ocsp FOLDER", NULL, 0},
};
#define CA_VERBS (sizeof ca_verbs / sizeof ca_verbs[0])

static bool
run_ca_verb(struct store_work *work)
{
	const struct ca_verb *verb = work->verb;

	if (verb->does == CA_CHANGE)
		return sim_store_change(work->store, work->arguments[0], work->pin, work->make,
					verb->change, &work->error);
	if (verb->does != CA_TEXT)
		return sim_store_ca_files(work->store, work->arguments[0],
					  verb->does == CA_RESPONDER_FILES, work->make,
					  &work->error);
	/* A list is of a date; certificates are what they are. */
	return print_made(sim_store_ca_text(work->store, work->pin, verb->product,
					    verb->product == SIM_CRL ? work->make : NULL,
					    &work->error));
}

static int
command_ca(const struct call *call)
{
	for (size_t i = 0; i < CA_VERBS; i++) {
		if (strcmp(call->arguments[0], ca_verbs[i].name) != 0)
			continue;
		if (call->count - 1 == ca_verbs[i].arguments)
			return work_on_store(call, call->arguments + 1, ca_verbs[i].pin,
					     run_ca_verb, &ca_verbs[i]);
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
		(void)printf("=\tVERB\t%s\n", ca_verbs[i].name);
}

const struct command card_commands[] = {
	{"make", "CARD", "make a card (of --person, or adult)",
	 "Makes a card with keys, certificates and PINs. A name that is a ready-made person's\n"
	 "makes that person's card. With --like it does as a report of jpki-tool says of\n"
	 "another; what the report does not tell is said.\n",
	 "person like seed now pin-auth pin-sign generation no-eku switch", 1, 1,
	 .run = command_make, .work = make_card},
	{"list", "", "show the cards", NULL, "", 0, 0, .run = run_on_store, .work = list_cards},
	{"delete", "CARD", "throw a card away", NULL, "", 1, 1, .run = run_on_store,
	 .work = delete_card},
	{"people", "", "show the ready-made people", NULL, "", 0, 0, .run = command_people},
	{"switches", "", "show the behaviour switches", NULL, "", 0, 0, .run = command_switches},
	{"certificate", "CARD auth|sign", "print a certificate (PEM)", NULL, "", 2, 2,
	 .run = run_on_store, .work = print_certificate, .pin = 2},
	{"ca", "VERB [ARGUMENT]...", "use the certification authorities",
	 "  ca export FOLDER           what a server needs: certificates and CRLs (PEM)\n"
	 "  ca ocsp FOLDER             what \"openssl ocsp\" needs to answer as a responder\n"
	 "  ca issue CARD auth|sign    another certificate for a card\n"
	 "  ca revoke CARD auth|sign   revoke a card's certificate\n"
	 "  ca crl auth|sign           print the revocation lists (PEM)\n"
	 "  ca certificates auth|sign  print the authorities' certificates (PEM)\n",
	 "seed now pin-auth pin-sign generation no-eku", 1, 3, .run = command_ca},
	{0}};
