/* SPDX-License-Identifier: BSD-2-Clause */
/* What can be said of the cards without putting them in a reader. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/json.h"
#include "sim/card/folder.h"
#include "sim/pki/authorities.h"
#include "sim/store/store.h"
#include "sim/store/work.h"

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
	struct dirent **entries;
	struct sim_work work;
	json_t *list = NULL;
	int found;

	if (!sim_work_begin(&work, store, NULL, error))
		return NULL;
	found = sim_store_scan(store, &entries);
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
