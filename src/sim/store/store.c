/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/store/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/files.h"
#include "sim/base/json.h"
#include "sim/base/memory.h"
#include "sim/card/folder.h"
#include "sim/pki/authorities.h"
#include "sim/store/work.h"

static char *
default_dir(char **error)
{
	static const struct {
		const char *variable, *tail;
	} places[] = {
		{"JPKI_CARD_SIM_STATE", ""},
		{"XDG_STATE_HOME", "/jpki-card-sim"},
		{"HOME", "/.local/state/jpki-card-sim"},
	};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		const char *value = getenv(places[i].variable);

		if (value && *value)
			return sim_text("%s%s", value, places[i].tail);
	}
	return sim_error_null(error,
			      "no place for the state directory: set JPKI_CARD_SIM_STATE or HOME");
}

struct sim_store *
sim_store_open(const char *dir, char **error)
{
	struct sim_store *store;
	char *place = dir ? sim_copy(dir) : default_dir(error);

	sim_pki_init();
	if (!place)
		return NULL;
	store = sim_alloc(sizeof *store);
	store->dir = place;
	store->cards = sim_text("%s/cards", place);
	if (sim_file_make_dir(store->cards, 0700, error))
		return store;
	sim_store_free(store);
	return NULL;
}

void
sim_store_free(struct sim_store *store)
{
	if (!store)
		return;
	free(store->dir);
	free(store->cards);
	free(store);
}

static bool
is_card_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	size_t len = strlen(name);

	return len >= 1 && len <= 64 && name[0] != '.' && strspn(name, allowed) == len;
}

char *
sim_store_card_place(const struct sim_store *store, const char *name, char **error)
{
	if (is_card_name(name))
		return sim_text("%s/%s", store->cards, name);
	return sim_error_null(error,
			      "a card's name is 1 to 64 of letters, digits, '-', '_' and '.', "
			      "and does not begin with '.'");
}

/* For scandir(). */
static int
is_card(const struct dirent *entry)
{
	return is_card_name(entry->d_name);
}

/* "there is no card "x"; there are: a, b" */
static void
complain_no_card(const struct sim_store *store, const char *name, char **error)
{
	struct dirent **entries = NULL;
	int count = scandir(store->cards, &entries, is_card, alphasort);
	char *list = sim_copy("");

	for (int i = 0; i < count; i++) {
		char *shorter = list;

		list = sim_text("%s%s%s", shorter, i ? ", " : "", entries[i]->d_name);
		free(shorter);
		free(entries[i]);
	}
	free(entries);
	if (*list)
		sim_error_set(error, "there is no card \"%s\" in %s; there are: %s", name,
			      store->dir, list);
	else
		sim_error_set(error, "there is no card \"%s\" in %s, nor any other", name,
			      store->dir);
	free(list);
}

char *
sim_store_card_dir(const struct sim_store *store, const char *name, char **error)
{
	char *dir = sim_store_card_place(store, name, error);

	if (dir && access(dir, F_OK) != 0) {
		complain_no_card(store, name, error);
		free(dir);
		dir = NULL;
	}
	return dir;
}

json_t *
sim_store_read_card(const struct sim_store *store, const char *name, char **error)
{
	char *dir = sim_store_card_dir(store, name, error);
	json_t *card = dir ? sim_file_read_json(dir, "card.json", error) : NULL;

	free(dir);
	return card;
}

static json_t *
describe_key(const json_t *ca, const json_t *card, enum sim_pin which, unsigned int tries)
{
	const json_t *key = json_object_get(card, sim_pin_names[which]);
	uint32_t serial = (uint32_t)sim_json_number(key, "serial");
	int year = (int)sim_json_number(key, "year");
	char hex[9], generation[12];

	if (!json_is_string(json_object_get(key, "certificate")))
		return json_pack("{s:b, s:i}", "present", 0, "tries", (int)tries);
	(void)snprintf(hex, sizeof hex, "%08X", (unsigned int)serial);
	(void)snprintf(generation, sizeof generation, "%d", year);
	return json_pack("{s:b, s:i, s:s, s:s, s:I, s:I, s:b}", "present", 1, "tries", (int)tries,
			 "serial", hex, "generation", generation, "not_before",
			 sim_json_number(key, "not-before"), "not_after",
			 sim_json_number(key, "not-after"), "revoked",
			 sim_ca_is_revoked(sim_ca_find(ca, which, year), serial));
}

/* NULL with *error. */
static json_t *
describe_card(const struct sim_work *work, const char *name)
{
	json_t *card = sim_store_read_card(work->store, name, work->error), *all = NULL;
	char *dir = sim_store_card_place(work->store, name, work->error);
	struct sim_card_pin pins[SIM_PIN_COUNT];

	if (card && dir && sim_pins_read(dir, pins, work->error)) {
		all = json_pack("{s:s, s:s, s:s}", "name", name, "person",
				sim_json_text(card, "person"), "label",
				sim_json_text(card, "label"));
		for (int i = 0; i < SIM_PIN_COUNT; i++)
			json_object_set_new(
				all, sim_pin_names[i],
				describe_key(work->ca, card, (enum sim_pin)i, pins[i].tries));
	}
	json_decref(card);
	free(dir);
	return all;
}

json_t *
sim_store_list(struct sim_store *store, char **error)
{
	struct dirent **entries = NULL;
	struct sim_work work;
	json_t *list = NULL;
	int found;

	if (!sim_work_begin(&work, store, NULL, error))
		return NULL;
	found = scandir(store->cards, &entries, is_card, alphasort);
	if (found < 0)
		sim_error_set(error, "cannot read %s: %s", store->cards, strerror(errno));
	else
		list = json_array();
	for (int i = 0; i < found; i++) {
		json_t *card = list ? describe_card(&work, entries[i]->d_name) : NULL;

		if (list && json_array_append_new(list, card) != 0) {
			json_decref(list);
			list = NULL;
		}
		free(entries[i]);
	}
	free(entries);
	sim_work_end(&work);
	return list;
}
