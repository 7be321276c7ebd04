/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/store.h"

#include "sim/card-file.h"
#include "sim/error.h"
#include "sim/files.h"
#include "sim/pki-ca.h"
#include "sim/store-work.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- the directory ---- */

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

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const char *value = getenv(places[i].variable);
		char *path;

		if (value && *value)
			return asprintf(&path, "%s%s", value, places[i].tail) < 0 ? NULL : path;
	}
	sim_error_set(error, "no place for the state directory: set JPKI_CARD_SIM_STATE or HOME");
	return NULL;
}

struct sim_store *
sim_store_open(const char *dir, char **error)
{
	struct sim_store *store = calloc(1, sizeof(*store));

	sim_pki_init();
	if (!store) {
		sim_error_set(error, "out of memory");
		return NULL;
	}
	store->dir = dir ? strdup(dir) : default_dir(error);
	if (store->dir)
		store->cards = sim_file_path(store->dir, "cards");
	if (store->cards && sim_file_make_dir(store->cards, 0700, error))
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

const char *
sim_store_dir(const struct sim_store *store)
{
	return store->dir;
}

const char *
sim_work_kind(enum sim_pin which)
{
	return which == SIM_PIN_AUTH ? "auth" : "sign";
}

/* ---- one piece of work ---- */

static json_t *
read_ca(const struct sim_store *store, char **error)
{
	char *path = sim_file_path(store->dir, "ca.json");
	json_t *ca = NULL;

	if (path && access(path, F_OK) != 0 && errno == ENOENT)
		ca = sim_ca_new();
	else if (path)
		ca = sim_file_read_json(path, error);
	if (ca && !json_is_array(json_object_get(ca, "authorities"))) {
		sim_error_set(error, "%s is damaged: no list of authorities", path);
		json_decref(ca);
		ca = NULL;
	}
	free(path);
	return ca;
}

bool
sim_work_begin(struct sim_work *work, struct sim_store *store,
	       const struct sim_make_options *options, char **error)
{
	static const struct sim_make_options normal;
	char *path = sim_file_path(store->dir, "lock");

	*work = (struct sim_work){.store = store, .options = options ? options : &normal};
	work->now = work->options->now ? work->options->now : (int64_t)time(NULL);
	work->lock = path ? sim_file_lock(path, error) : -1;
	free(path);
	if (work->lock < 0)
		return false;
	work->ca = read_ca(store, error);
	if (work->ca)
		return true;
	sim_work_end(work);
	return false;
}

bool
sim_work_save_ca(struct sim_work *work, char **error)
{
	char *path = sim_file_path(work->store->dir, "ca.json");
	bool ok = path && sim_file_write_json(path, work->ca, true, error);

	free(path);
	return ok;
}

void
sim_work_end(struct sim_work *work)
{
	json_decref(work->ca);
	work->ca = NULL;
	if (work->lock >= 0)
		close(work->lock);
	work->lock = -1;
}

/* ---- cards by name ---- */

static bool
is_card_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	size_t len = strlen(name);

	return len >= 1 && len <= 64 && name[0] != '.' && strspn(name, allowed) == len;
}

char *
sim_work_card_dir(const struct sim_store *store, const char *name, char **error)
{
	if (is_card_name(name))
		return sim_file_path(store->cards, name);
	sim_error_set(error, "a card's name is 1 to 64 of letters, digits, '-', '_' and '.', "
			     "and does not begin with '.'");
	return NULL;
}

static int
is_visible(const struct dirent *entry)
{
	return is_card_name(entry->d_name);
}

/* "there is no card "x"; there are: a, b" */
static void
complain_no_card(const struct sim_store *store, const char *name, char **error)
{
	struct dirent **entries = NULL;
	int count = scandir(store->cards, &entries, is_visible, alphasort);
	char *list = strdup("");

	for (int i = 0; i < count; i++) {
		char *longer = NULL;

		if (list &&
		    asprintf(&longer, "%s%s%s", list, i ? ", " : "", entries[i]->d_name) < 0)
			longer = NULL;
		free(list);
		list = longer;
		free(entries[i]);
	}
	free(entries);
	if (list && *list)
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
	char *dir = sim_work_card_dir(store, name, error);

	if (dir && access(dir, F_OK) != 0) {
		complain_no_card(store, name, error);
		free(dir);
		dir = NULL;
	}
	return dir;
}

json_t *
sim_work_read_card(const struct sim_store *store, const char *name, char **error)
{
	char *dir = sim_store_card_dir(store, name, error);
	char *path = dir ? sim_file_path(dir, "card.json") : NULL;
	json_t *card = path ? sim_file_read_json(path, error) : NULL;

	free(path);
	free(dir);
	return card;
}

bool
sim_work_write_card(const struct sim_store *store, const char *name, const json_t *card,
		    char **error)
{
	char *dir = sim_work_card_dir(store, name, error);
	char *path = dir ? sim_file_path(dir, "card.json") : NULL;
	bool ok = path && sim_file_write_json(path, card, true, error);

	free(path);
	free(dir);
	return ok;
}

bool
sim_store_remove_card(struct sim_store *store, const char *name, char **error)
{
	struct sim_work work;
	char *dir = NULL;
	bool ok;

	if (!sim_work_begin(&work, store, NULL, error))
		return false;
	dir = sim_store_card_dir(store, name, error);
	ok = dir && sim_file_remove_dir(dir, error);
	free(dir);
	sim_work_end(&work);
	return ok;
}

/* ---- the list ---- */

static char *
copy_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return strdup(text ? text : "");
}

static void
fill_key_info(struct sim_key_info *info, const json_t *ca, const json_t *card, enum sim_pin which)
{
	const json_t *key = json_object_get(card, sim_work_kind(which));
	json_int_t serial = json_integer_value(json_object_get(key, "serial"));
	json_int_t year = json_integer_value(json_object_get(key, "year"));
	const json_t *authority = sim_ca_find(ca, which, (int)year);

	info->present = json_is_string(json_object_get(key, "certificate"));
	if (!info->present)
		return;
	if (asprintf(&info->serial, "%08llX", (unsigned long long)serial) < 0)
		info->serial = NULL;
	if (asprintf(&info->generation, "%d", (int)year) < 0)
		info->generation = NULL;
	info->not_before = json_integer_value(json_object_get(key, "not-before"));
	info->not_after = json_integer_value(json_object_get(key, "not-after"));
	info->revoked = authority && sim_ca_is_revoked(authority, (uint32_t)serial);
}

static bool
fill_info(struct sim_card_info *info, const struct sim_work *work, const char *name, char **error)
{
	json_t *card = sim_work_read_card(work->store, name, error);
	char *dir = sim_work_card_dir(work->store, name, error);
	struct sim_card_pin pins[SIM_PIN_COUNT];
	bool ok = card && dir && sim_pins_read(dir, pins, error);

	if (ok) {
		info->name = strdup(name);
		info->person = copy_text(card, "person");
		info->label = copy_text(card, "label");
		for (int i = 0; i < SIM_PIN_COUNT; i++) {
			fill_key_info(&info->key[i], work->ca, card, (enum sim_pin)i);
			info->key[i].tries = pins[i].tries;
		}
	}
	json_decref(card);
	free(dir);
	return ok;
}

bool
sim_store_list(struct sim_store *store, struct sim_card_info **list, size_t *count, char **error)
{
	struct sim_work work;
	struct dirent **entries = NULL;
	int found = 0;
	bool ok = true;

	*list = NULL;
	*count = 0;
	if (!sim_work_begin(&work, store, NULL, error))
		return false;
	found = scandir(store->cards, &entries, is_visible, alphasort);
	if (found < 0)
		ok = sim_error_set(error, "cannot read %s: %s", store->cards, strerror(errno));
	if (found > 0) {
		*list = calloc((size_t)found, sizeof(**list));
		if (!*list)
			ok = sim_error_set(error, "out of memory");
	}
	for (int i = 0; i < found; i++) {
		if (ok && *list)
			ok = fill_info(&(*list)[*count], &work, entries[i]->d_name, error);
		if (ok)
			++*count;
		free(entries[i]);
	}
	free(entries);
	sim_work_end(&work);
	if (!ok) {
		sim_store_free_list(*list, *count);
		*list = NULL;
		*count = 0;
	}
	return ok;
}

void
sim_store_free_list(struct sim_card_info *list, size_t count)
{
	for (size_t i = 0; list && i < count; i++) {
		free(list[i].name);
		free(list[i].person);
		free(list[i].label);
		for (int j = 0; j < SIM_PIN_COUNT; j++) {
			free(list[i].key[j].serial);
			free(list[i].key[j].generation);
		}
	}
	free(list);
}
