/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/card/folder.h"
#include "sim/pki/authorities.h"
#include "sim/store/store.h"
#include "sim/store/work.h"

static char *
copy_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return strdup(text ? text : "");
}

static void
fill_key_info(struct sim_key_info *info, const json_t *ca, const json_t *card, enum sim_pin which)
{
	const json_t *key = json_object_get(card, sim_pin_names[which]);
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
	found = scandir(store->cards, &entries, sim_work_is_card, alphasort);
	if (found < 0)
		ok = sim_error_set(error, "cannot read %s: %s", store->cards, strerror(errno));
	if (found > 0) {
		*list = calloc((size_t)found, sizeof **list);
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
