/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/dates.h"
#include "sim/base/error.h"
#include "sim/base/files.h"
#include "sim/base/json.h"
#include "sim/base/memory.h"
#include "sim/card/folder.h"
#include "sim/pki/authorities.h"
#include "sim/store/people.h"
#include "sim/store/store.h"
#include "sim/store/work.h"

#define DIGITS "0123456789"

/* The card's file for an authority when there is no certificate under it. */
static bool
put_ca_only(struct sim_work *work, json_t *card, enum sim_pin which, int year)
{
	json_t *authority =
		sim_ca_get(work->ca, which, year, work->options->seed, work->now, work->error);

	return authority &&
	       json_object_update_new(json_object_get(card, sim_pin_names[which]),
				      json_pack("{s:O, s:n, s:n}", "ca",
						json_object_get(authority, "certificate"),
						"certificate", "key")) == 0;
}

/* The record of a card issued at that time, without certificates yet. */
static json_t *
describe_card(const struct sim_work *work, const char *card_name, const struct sim_person *person,
	      int64_t issued)
{
	struct sim_date birth = sim_person_birth(person, work->now);
	/* A card lasts ten birthdays, that of a minor five. */
	int64_t expiry =
		sim_date_birthday(birth, issued, sim_date_age(birth, issued) >= 18 ? 10 : 5);
	struct sim_random random = {.seed = work->options->seed};
	const struct sim_identity *identity = person->identity;
	char number[16], date[9], birthday[9];

	(void)snprintf(random.label, sizeof random.label, "card/%s/number", card_name);
	if (!sim_random_text(&random, DIGITS, number, 15))
		return NULL;
	sim_date_format(sim_date_at(expiry), date);
	sim_date_format(birth, birthday);
	return json_pack(
		"{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
		"s:s, s:s}, s:{}, s:{}}",
		"format", 1, "person", person->name, "kind", person->kind, "label",
		person->label ? person->label : "JPKIAPICCTOKEN2", "number", number, "municipality",
		identity->municipality, "expiry", date, "holder", "name", identity->name,
		"name-flags", identity->name_flags, "sex", identity->sex, "birth", birthday,
		"address", identity->address, "address-flags", identity->address_flags,
		"prefecture", identity->prefecture, "city", identity->city, "municipality",
		identity->municipality, "auth", "sign");
}

static bool
issue_all(struct sim_work *work, json_t *card, const char *card_name,
	  const struct sim_person *person, struct sim_plan plan)
{
	bool ok = true;

	for (unsigned int i = 0; ok && i < SIM_PIN_COUNT; i++) {
		plan.which = (enum sim_pin)i;
		plan.oddity = person->odd_on & (1u << i) ? person->oddity : SIM_ODD_NOTHING;
		if (person->has & (1u << i))
			ok = sim_issue_key(work, card, card_name, &plan);
		else
			ok = put_ca_only(work, card, plan.which, plan.year);
	}
	return ok;
}

static json_t *
make_record(struct sim_work *work, const char *card_name, const struct sim_person *person)
{
	const char *generation = work->options->generation;
	struct sim_plan first = {.at = work->now + person->issued_in * SIM_DAY, .birthday = 5};
	struct sim_plan renewal = {.at = work->now, .birthday = 6};
	json_t *card = NULL;
	bool ok;

	if (!sim_issue_choose(work, person->renewed ? NULL : generation, 0, &first) ||
	    !sim_issue_choose(work, generation, 0, &renewal))
		return NULL;
	card = describe_card(work, card_name, person, first.at);
	if (!card)
		sim_error_set(work->error, "out of memory");
	ok = card && issue_all(work, card, card_name, person, first);
	if (ok && person->renewed)
		ok = issue_all(work, card, card_name, person, renewal);
	if (ok && person->revoked_in) {
		const json_t *key = json_object_get(card, sim_pin_names[SIM_PIN_SIGN]);
		int year = (int)sim_json_number(key, "year");

		ok = sim_ca_revoke(sim_ca_find(work->ca, SIM_PIN_SIGN, year),
				   (uint32_t)sim_json_number(key, "serial"),
				   work->now + person->revoked_in * SIM_DAY);
	}
	if (ok)
		return card;
	json_decref(card);
	return NULL;
}

/* PINs of the options, checked, or the default ones. */
static bool
choose_pin(const struct sim_make_options *options, enum sim_pin which, struct sim_card_pin *pin,
	   char **error)
{
	bool auth = which == SIM_PIN_AUTH;
	const char *text = auth ? options->pin_auth : options->pin_sign;

	if (!text)
		text = auth ? "1234" : "ABC123";
	if (!sim_pin_is_acceptable(which, (const uint8_t *)text, strlen(text)))
		return sim_error_set(error, auth ? "the authentication PIN has exactly 4 digits"
						 : "the signing password has 6 to 16 of A-Z and "
						   "0-9, at least one of each");
	memcpy(pin->text, text, strlen(text) + 1);
	pin->set = true;
	pin->tries = sim_card_tries_allowed(which);
	return true;
}

static bool
choose_pins(const struct sim_make_options *options, const struct sim_person *person,
	    struct sim_card_pin pins[SIM_PIN_COUNT], char **error)
{
	memset(pins, 0, sizeof *pins * SIM_PIN_COUNT);
	for (unsigned int i = 0; i < SIM_PIN_COUNT; i++) {
		if (!choose_pin(options, (enum sim_pin)i, &pins[i], error))
			return false;
		if (!(person->has & (1u << i)))
			pins[i] = (struct sim_card_pin){0}; /* nobody ever set it */
		if ((person->locked | options->locked) & (1u << i))
			pins[i].tries = 0;
	}
	return true;
}

/* Writes the folder under a name that is not a card's, then gives it its name. */
static bool
place_card(const struct sim_store *store, const char *dir, const json_t *card,
	   const struct sim_card_pin pins[SIM_PIN_COUNT], const struct sim_switches *switches,
	   char **error)
{
	char *beside = sim_text("%s/.new-XXXXXX", store->cards);
	bool ok;

	if (!mkdtemp(beside)) {
		sim_error_set(error, "cannot make a folder in %s: %s", store->cards,
			      strerror(errno));
		free(beside);
		return false;
	}
	ok = sim_file_write_json(beside, "card.json", card, true, error) &&
	     sim_pins_write(beside, pins, error) && sim_switches_write(beside, switches, error);
	if (ok && rename(beside, dir) != 0)
		ok = sim_error_set(error, "cannot make %s: %s", dir, strerror(errno));
	if (!ok)
		sim_file_remove_dir(beside, NULL);
	free(beside);
	return ok;
}

bool
sim_store_make_card(struct sim_store *store, const char *name, const char *person_name,
		    const struct sim_make_options *options, char **error)
{
	const struct sim_person *person = sim_person_find(person_name);
	struct sim_card_pin pins[SIM_PIN_COUNT];
	struct sim_switches switches = {0};
	struct sim_work work;
	json_t *card = NULL;
	char *dir = NULL;
	bool ok = false;

	if (!person)
		return sim_error_set(error, "there is no ready-made person \"%s\"", person_name);
	dir = sim_store_card_place(store, name, error);
	if (!dir || !sim_work_begin(&work, store, options, error)) {
		free(dir);
		return false;
	}
	if (access(dir, F_OK) == 0) {
		sim_error_set(error, "there is a card \"%s\" already", name);
		goto out;
	}
	if (!choose_pins(work.options, person, pins, error) ||
	    !sim_switches_set_pairs(&switches, person->switches, error) ||
	    !sim_switches_set_pairs(&switches, work.options->switches, error))
		goto out;
	card = make_record(&work, name, person);
	ok = card && sim_work_save_ca(&work) &&
	     place_card(store, dir, card, pins, &switches, error);
out:
	json_decref(card);
	sim_work_end(&work);
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

/* One key of the record: a new pair, in its renewal window a birthday longer. */
static bool
reissue(struct sim_work *work, json_t *card, const char *name, enum sim_pin which)
{
	const json_t *key = json_object_get(card, sim_pin_names[which]);
	json_int_t end = sim_json_number(key, "not-after");
	int present = (int)sim_json_number(key, "year");
	struct sim_plan plan = {which, work->now, 5, 0, SIM_ODD_NOTHING};

	if (end && work->now >= sim_date_renewal_opens(end) && work->now <= end)
		plan.birthday = 6;
	if (!sim_issue_choose(work, work->options->generation, present, &plan))
		return false;
	if (plan.at != work->now)
		return sim_error_set(work->error,
				     "the authority of %d issues no certificates any more",
				     plan.year);
	return sim_issue_key(work, card, name, &plan);
}

/* Writes what was issued, and then the record that has it. */
static bool
save(struct sim_work *work, const json_t *card, const char *name)
{
	char *dir = sim_store_card_place(work->store, name, work->error);
	bool ok = dir && sim_work_save_ca(work) &&
		  sim_file_write_json(dir, "card.json", card, true, work->error);

	free(dir);
	return ok;
}

bool
sim_renew(struct sim_work *work, json_t *card, const char *name, enum sim_pin ignored)
{
	bool any = false, ok = true;

	(void)ignored;
	for (int i = 0; ok && i < SIM_PIN_COUNT; i++) {
		const json_t *key = json_object_get(card, sim_pin_names[i]);

		if (!json_is_string(json_object_get(key, "certificate")))
			continue;
		any = true;
		ok = reissue(work, card, name, (enum sim_pin)i);
	}
	if (ok && !any)
		ok = sim_error_set(work->error, "the card \"%s\" has no certificate to renew",
				   name);
	return ok && save(work, card, name);
}

/* A PIN that was never set gets the one of the options; the card may be in use meanwhile. */
static bool
ensure_pin(const struct sim_work *work, const char *name, enum sim_pin which)
{
	char *dir = sim_store_card_place(work->store, name, work->error);
	int lock = dir ? sim_file_lock(dir, work->error) : -1;
	struct sim_card_pin pins[SIM_PIN_COUNT];
	bool ok = lock >= 0 && sim_pins_read(dir, pins, work->error);

	if (ok && !pins[which].set)
		ok = choose_pin(work->options, which, &pins[which], work->error) &&
		     sim_pins_write(dir, pins, work->error);
	if (lock >= 0)
		(void)close(lock);
	free(dir);
	return ok;
}

bool
sim_issue(struct sim_work *work, json_t *card, const char *name, enum sim_pin which)
{
	return reissue(work, card, name, which) && save(work, card, name) &&
	       ensure_pin(work, name, which);
}
