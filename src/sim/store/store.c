/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/store/store.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/files.h"
#include "sim/base/memory.h"
#include "sim/pki/authorities.h"

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

int
sim_store_scan(const struct sim_store *store, struct dirent ***entries)
{
	*entries = NULL;
	return scandir(store->cards, entries, is_card, alphasort);
}

/* "there is no card "x"; there are: a, b" */
static void
complain_no_card(const struct sim_store *store, const char *name, char **error)
{
	struct dirent **entries;
	int count = sim_store_scan(store, &entries);
	char *list = NULL;

	for (int i = 0; i < count; i++) {
		sim_list_add(&list, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	if (list)
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
