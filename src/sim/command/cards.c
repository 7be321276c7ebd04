/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on the state directory: cards, people, the certification authorities. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/dates.h"
#include "sim/card/switches.h"
#include "sim/command/commands.h"
#include "sim/store/people.h"

static bool
read_pin_name(const char *text, enum sim_pin *pin)
{
	if (sim_pin_find(text, pin))
		return true;
	complain("'%s' is neither auth nor sign", text);
	return false;
}

/* Ends a command on the store: complains if it failed. */
static int
finish(struct sim_store *store, bool ok, char *error)
{
	sim_store_free(store);
	return ok ? EXIT_OK : complain_error(error, EXIT_FAILED);
}

static int
command_make(const struct options *options, int count, char *arguments[])
{
	const char *person = options->person;
	struct sim_make_options make;
	struct sim_store *store;
	char *error = NULL;
	bool ok;

	(void)count;
	if (!person)
		person = sim_person_find(arguments[0]) ? arguments[0] : "adult";
	if (!sim_person_find(person)) {
		complain("there is nobody called '%s'; see jpki-card-sim people", person);
		return EXIT_USAGE;
	}
	if (!make_options(options, &make))
		return EXIT_USAGE;
	store = open_store(options);
	if (!store)
		return EXIT_FAILED;
	ok = sim_store_make_card(store, arguments[0], person, &make, &error);
	return finish(store, ok, error);
}

static int
command_delete(const struct options *options, int count, char *arguments[])
{
	struct sim_store *store = open_store(options);
	char *error = NULL;
	bool ok;

	(void)count;
	if (!store)
		return EXIT_FAILED;
	ok = sim_store_remove_card(store, arguments[0], &error);
	return finish(store, ok, error);
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

static int
command_list(const struct options *options, int count, char *arguments[])
{
	struct sim_store *store = open_store(options);
	struct sim_card_info *list = NULL;
	char *error = NULL;
	size_t length = 0;

	(void)count;
	(void)arguments;
	if (!store)
		return EXIT_FAILED;
	if (!sim_store_list(store, &list, &length, &error))
		return finish(store, false, error);
	if (options->json)
		print_json(describe_cards(list, length));
	else
		print_cards(list, length);
	sim_store_free_list(list, length);
	return finish(store, true, NULL);
}

static int
command_people(const struct options *options, int count, char *arguments[])
{
	json_t *all = json_array();

	(void)count;
	(void)arguments;
	for (size_t i = 0; i < sim_people_count(); i++) {
		const struct sim_person *person = sim_person_at(i);

		if (!options->json)
			printf("%-20s %s\n", sim_person_name(person), sim_person_summary(person));
		json_array_append_new(all, json_pack("{s:s, s:s}", "name", sim_person_name(person),
						     "summary", sim_person_summary(person)));
	}
	if (options->json)
		print_json(all);
	else
		json_decref(all);
	return EXIT_OK;
}

static int
command_switches(const struct options *options, int count, char *arguments[])
{
	json_t *all = json_array();

	(void)count;
	(void)arguments;
	for (int i = 0; i < SIM_SWITCH_COUNT; i++) {
		const struct sim_switch_info *info = sim_switch_info((enum sim_switch)i);

		if (!options->json)
			printf("%s\n    %s\n    values: %s\n", info->name, info->meaning,
			       info->values);
		json_array_append_new(all,
				      json_pack("{s:s, s:s, s:s}", "name", info->name, "values",
						info->values, "meaning", info->meaning));
	}
	if (options->json)
		print_json(all);
	else
		json_decref(all);
	return EXIT_OK;
}

static int
command_certificate(const struct options *options, int count, char *arguments[])
{
	struct sim_store *store;
	enum sim_pin pin;
	char *error = NULL, *pem;

	(void)count;
	if (!read_pin_name(arguments[1], &pin))
		return EXIT_USAGE;
	store = open_store(options);
	if (!store)
		return EXIT_FAILED;
	pem = sim_store_certificate(store, arguments[0], pin, &error);
	if (pem)
		fputs(pem, stdout);
	free(pem);
	return finish(store, pem != NULL, error);
}

static bool
ca_export(struct sim_store *store, char *arguments[], const struct sim_make_options *make,
	  enum sim_pin pin, char **error)
{
	(void)pin;
	return sim_store_ca_export(store, arguments[0], make, error);
}

static bool
ca_issue(struct sim_store *store, char *arguments[], const struct sim_make_options *make,
	 enum sim_pin pin, char **error)
{
	return sim_store_ca_issue(store, arguments[0], pin, make, error);
}

static bool
ca_revoke(struct sim_store *store, char *arguments[], const struct sim_make_options *make,
	  enum sim_pin pin, char **error)
{
	return sim_store_ca_revoke(store, arguments[0], pin, make, error);
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
ca_crl(struct sim_store *store, char *arguments[], const struct sim_make_options *make,
       enum sim_pin pin, char **error)
{
	(void)arguments;
	return print_made(sim_store_ca_crl(store, pin, make, error));
}

static bool
ca_certificates(struct sim_store *store, char *arguments[], const struct sim_make_options *make,
		enum sim_pin pin, char **error)
{
	(void)arguments;
	(void)make;
	return print_made(sim_store_ca_certificates(store, pin, error));
}

static const struct {
	const char *name;
	int arguments;
	int pin; /* which argument says auth or sign; -1 none */
	bool (*run)(struct sim_store *store, char *arguments[], const struct sim_make_options *make,
		    enum sim_pin pin, char **error);
	const char *usage;
} ca_verbs[] = {
	{"export", 1, -1, ca_export, "export FOLDER"},
	{"issue", 2, 1, ca_issue, "issue CARD auth|sign"},
	{"revoke", 2, 1, ca_revoke, "revoke CARD auth|sign"},
	{"crl", 1, 0, ca_crl, "crl auth|sign"},
	{"certificates", 1, 0, ca_certificates, "certificates auth|sign"},
};
#define CA_VERBS (sizeof ca_verbs / sizeof ca_verbs[0])

static int
run_ca_verb(const struct options *options, size_t verb, char *arguments[])
{
	struct sim_make_options make;
	enum sim_pin pin = SIM_PIN_AUTH;
	struct sim_store *store;
	char *error = NULL;
	bool ok;

	if (ca_verbs[verb].pin != -1 && !read_pin_name(arguments[ca_verbs[verb].pin], &pin))
		return EXIT_USAGE;
	if (!make_options(options, &make))
		return EXIT_USAGE;
	store = open_store(options);
	if (!store)
		return EXIT_FAILED;
	ok = ca_verbs[verb].run(store, arguments, &make, pin, &error);
	return finish(store, ok, error);
}

static int
command_ca(const struct options *options, int count, char *arguments[])
{
	for (size_t i = 0; i < CA_VERBS; i++) {
		if (strcmp(arguments[0], ca_verbs[i].name) != 0)
			continue;
		if (count - 1 == ca_verbs[i].arguments)
			return run_ca_verb(options, i, arguments + 1);
		complain("usage: jpki-card-sim ca %s", ca_verbs[i].usage);
		return EXIT_USAGE;
	}
	complain("ca does not know '%s'; see jpki-card-sim ca --help", arguments[0]);
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
	 "person seed now pin-auth pin-sign generation no-eku switch", 1, 1, command_make},
	{"list", "", "show the cards", NULL, "", 0, 0, command_list},
	{"delete", "CARD", "throw a card away", NULL, "", 1, 1, command_delete},
	{"people", "", "show the ready-made people", NULL, "", 0, 0, command_people},
	{"switches", "", "show the behaviour switches", NULL, "", 0, 0, command_switches},
	{"certificate", "CARD auth|sign", "print a certificate (PEM)", NULL, "", 2, 2,
	 command_certificate},
	{"ca", "VERB [ARGUMENT]...", "use the certification authorities",
	 "  ca export FOLDER           what a server needs: certificates and CRLs (PEM)\n"
	 "  ca issue CARD auth|sign    another certificate for a card\n"
	 "  ca revoke CARD auth|sign   revoke a card's certificate\n"
	 "  ca crl auth|sign           print the revocation lists (PEM)\n"
	 "  ca certificates auth|sign  print the authorities' certificates (PEM)\n",
	 "seed now pin-auth pin-sign generation no-eku", 1, 3, command_ca},
	{0}};
