/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/store.h"

#include "sim/card-file.h"
#include "sim/dates.h"
#include "sim/error.h"
#include "sim/files.h"
#include "sim/people-table.h"
#include "sim/pki-ca.h"
#include "sim/store-work.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CAPITALS_AND_DIGITS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define COMMON_NAME_ROOM 48

/* ---- one key and its certificate ---- */

/* How a key of a card is to be certified. */
struct plan {
	enum sim_pin which;
	int64_t at;   /* of issue */
	int birthday; /* the n-th after issue ends it */
	int year;     /* of the authority's generation */
	enum sim_oddity oddity;
};

/* "412345678": the era's digit and the date (section 6.2). */
static void
format_birth(struct sim_date birth, char text[10])
{
	static const struct sim_date eras[] = {
		{1868, 1, 25}, {1912, 7, 30}, {1926, 12, 25}, {1989, 1, 8}, {2019, 5, 1}};
	int era = 0;

	for (size_t i = 0; i < sizeof(eras) / sizeof(*eras); i++)
		if (sim_date_start(birth) >= sim_date_start(eras[i]))
			era = (int)i + 1;
	text[0] = (char)('0' + era);
	sim_date_format(birth, text + 1);
}

/*
 * The subject's opaque name: for authentication 15 letters and digits, the municipality, 3 more;
 * for signing the time of issue in Japan and 14 digits.
 */
static bool
make_common_name(char name[COMMON_NAME_ROOM], const struct plan *plan, const json_t *holder,
		 struct sim_random *random)
{
	const char *municipality = json_string_value(json_object_get(holder, "municipality"));
	char head[16], tail[16];
	char date[9];
	int64_t second = plan->at - sim_date_start(sim_date_at(plan->at));

	if (plan->which == SIM_PIN_AUTH) {
		if (!sim_random_text(random, CAPITALS_AND_DIGITS, head, 15) ||
		    !sim_random_text(random, CAPITALS_AND_DIGITS, tail, 3))
			return false;
		(void)snprintf(name, COMMON_NAME_ROOM, "%s%.5s%s", head,
			       municipality ? municipality : "00000", tail);
		return true;
	}
	if (!sim_random_text(random, DIGITS, tail, 14))
		return false;
	sim_date_format(sim_date_at(plan->at), date);
	(void)snprintf(name, COMMON_NAME_ROOM, "%s%02d%02d%02d%s", date, (int)(second / 3600 % 24),
		       (int)(second / 60 % 60), (int)(second % 60), tail);
	return true;
}

static EVP_PKEY *
make_key(struct sim_random *random, enum sim_oddity oddity)
{
	if (oddity == SIM_ODD_EC_P384)
		return sim_pki_make_ec(random);
	return sim_pki_make_rsa(random, oddity == SIM_ODD_RSA_1024 ? 1024 : 2048);
}

static const char *
holder_text(const json_t *holder, const char *name)
{
	const char *text = json_string_value(json_object_get(holder, name));

	return text ? text : "";
}

/* The end of validity: a birthday, never past the card, nor (signing) past the other one. */
static int64_t
find_end(const json_t *card, const struct plan *plan, struct sim_date birth)
{
	int64_t end = sim_date_birthday(birth, plan->at, plan->birthday);
	const json_t *other = json_object_get(json_object_get(card, "auth"), "not-after");
	struct sim_date expiry;

	if (sim_date_parse(holder_text(card, "expiry"), &expiry) == 0 && end > sim_date_end(expiry))
		end = sim_date_end(expiry);
	if (plan->which == SIM_PIN_SIGN && json_is_integer(other) &&
	    end > json_integer_value(other))
		end = json_integer_value(other);
	return end;
}

/* The certificate's bytes as they go into the file, spoilt if the person's card is so. */
static json_t *
make_file(X509 *certificate, enum sim_oddity oddity, struct sim_random *random)
{
	size_t len = 0;
	uint8_t *der = sim_pki_to_der(certificate, &len);
	uint8_t noise[SIM_EF_CERTIFICATE_SIZE];
	json_t *file = NULL;

	if (oddity == SIM_ODD_RANDOM_BYTES) {
		if (sim_random_bytes(random, noise, sizeof(noise)))
			file = sim_json_bytes(noise, sizeof(noise));
	} else if (der && len > 4) {
		if (oddity == SIM_ODD_LENGTH_PAST_END)
			der[2] = 0x7F; /* 30 82 7F xx: some 32,000 bytes */
		file = sim_json_bytes(der, len);
	}
	OPENSSL_free(der);
	return file;
}

struct issue {
	struct sim_authority authority;
	EVP_PKEY *key;
	X509 *certificate;
	uint32_t serial;
	int64_t not_after;
};

static X509 *
certify(struct issue *issue, const json_t *card, const struct plan *plan, bool eku,
	struct sim_random *random)
{
	const json_t *holder = json_object_get(card, "holder");
	char common_name[COMMON_NAME_ROOM], birth_text[10];
	struct sim_date birth;
	struct sim_holder names = {
		.name = holder_text(holder, "name"),
		.name_flags = holder_text(holder, "name-flags"),
		.sex = holder_text(holder, "sex"),
		.birth = birth_text,
		.address = holder_text(holder, "address"),
		.address_flags = holder_text(holder, "address-flags"),
		.prefecture = holder_text(holder, "prefecture"),
		.city = holder_text(holder, "city"),
	};
	struct sim_request request = {
		.holder = &names,
		.common_name = common_name,
		.key = issue->key,
		.serial = issue->serial,
		.not_before = plan->at,
		.eku = eku,
	};

	if (sim_date_parse(holder_text(holder, "birth"), &birth) != 0 ||
	    !make_common_name(common_name, plan, holder, random))
		return NULL;
	format_birth(birth, birth_text);
	request.not_after = issue->not_after = find_end(card, plan, birth);
	return sim_pki_make_end_entity(&issue->authority, &request);
}

/* Enters the finished certificate in the card's record. */
static bool
record_issue(json_t *card, const struct issue *issue, const struct plan *plan,
	     struct sim_random *random)
{
	json_t *entry = json_object_get(card, sim_work_kind(plan->which));
	char *pem = sim_pki_key_to_pem(issue->key);
	json_t *file = make_file(issue->certificate, plan->oddity, random);
	size_t len = 0;
	uint8_t *der = sim_pki_to_der(issue->authority.certificate, &len);
	bool ok = pem && file && der &&
		  json_object_set_new(entry, "ca", sim_json_bytes(der, len)) == 0;

	if (ok)
		ok = json_object_set(entry, "certificate", file) == 0 &&
		     json_object_set_new(entry, "key", json_string(pem)) == 0 &&
		     json_object_set_new(entry, "serial", json_integer(issue->serial)) == 0 &&
		     json_object_set_new(entry, "year", json_integer(plan->year)) == 0 &&
		     json_object_set_new(entry, "not-before", json_integer(plan->at)) == 0 &&
		     json_object_set_new(entry, "not-after", json_integer(issue->not_after)) == 0;
	json_decref(file);
	OPENSSL_free(der);
	free(pem);
	return ok;
}

/* A new key pair and certificate in the card's record, not yet written anywhere. */
static bool
issue_key(struct sim_work *work, json_t *card, const char *card_name, const struct plan *plan,
	  char **error)
{
	const json_t *before =
		json_object_get(json_object_get(card, sim_work_kind(plan->which)), "serial");
	json_t *authority =
		sim_ca_get(work->ca, plan->which, plan->year, work->options->seed, plan->at, error);
	struct issue issue = {{0}, NULL, NULL, 0, 0};
	struct sim_random random;
	char label[120];
	bool ok = false;

	if (!authority || !sim_ca_load(authority, plan->which, &issue.authority, error))
		return false;
	/* The serial number before it makes a renewal's keys others than the first ones. */
	(void)snprintf(label, sizeof(label), "card/%s/%s/%lld", card_name,
		       sim_work_kind(plan->which), (long long)json_integer_value(before));
	sim_random_init(&random, work->options->seed, label);
	issue.serial = sim_ca_take_serial(authority, &random, card_name);
	if (issue.serial)
		issue.key = make_key(&random, plan->oddity);
	if (issue.key)
		issue.certificate = certify(&issue, card, plan, !work->options->no_eku, &random);
	if (issue.certificate)
		ok = record_issue(card, &issue, plan, &random);
	if (!ok)
		sim_error_set(error, "cannot make a certificate: %s", sim_pki_reason());
	X509_free(issue.certificate);
	EVP_PKEY_free(issue.key);
	sim_ca_unload(&issue.authority);
	return ok;
}

/* The card's file for an authority when there is no certificate under it. */
static bool
put_ca_only(struct sim_work *work, json_t *card, enum sim_pin which, int year, int64_t at,
	    char **error)
{
	json_t *entry = json_object_get(card, sim_work_kind(which));
	json_t *authority = sim_ca_get(work->ca, which, year, work->options->seed, at, error);

	return authority &&
	       json_object_set(entry, "ca", json_object_get(authority, "certificate")) == 0 &&
	       json_object_set_new(entry, "certificate", json_null()) == 0 &&
	       json_object_set_new(entry, "key", json_null()) == 0;
}

/* The year meant by options->generation; `present` is that of the card's certificate, or 0. */
static bool
choose_year(const struct sim_work *work, int64_t at, int present, int *year, char **error)
{
	const char *wanted = work->options->generation;

	*year = sim_ca_year(at);
	if (!wanted)
		return true;
	if (strcmp(wanted, "next") == 0) {
		*year += 4;
		return true;
	}
	if (strcmp(wanted, "same") == 0 && present) {
		*year = present;
		return true;
	}
	if (strlen(wanted) == 4 && strspn(wanted, DIGITS) == 4) {
		long number = strtol(wanted, NULL, 10);

		if (number >= 2015 && number <= *year + 4 && (number - 2015) % 4 == 0) {
			*year = (int)number;
			return true;
		}
	}
	return sim_error_set(
		error,
		"the authorities' generations are 2015, 2019 and so on to %d, \"next\" "
		"and, for a card that has a certificate, \"same\"; not \"%s\"",
		*year + 4, wanted);
}

/* ---- making a card ---- */

static json_t *
describe_holder(const struct sim_identity *identity, struct sim_date birth)
{
	char date[9];

	sim_date_format(birth, date);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "name", identity->name,
			 "name-flags", identity->name_flags, "sex", identity->sex, "birth", date,
			 "address", identity->address, "address-flags", identity->address_flags,
			 "prefecture", identity->prefecture, "city", identity->city, "municipality",
			 identity->municipality);
}

/* The record of a card without certificates yet. */
static json_t *
describe_card(const struct sim_work *work, const char *card_name, const struct sim_person *person)
{
	int64_t issued = work->now + person->issued_in * SIM_DAY;
	struct sim_date birth = sim_date_add_years(
		sim_date_at(work->now + person->birthday_in * SIM_DAY), -person->age);
	/* A card lasts ten birthdays, that of a minor five. */
	int64_t expiry =
		sim_date_birthday(birth, issued, sim_date_age(birth, issued) >= 18 ? 10 : 5);
	struct sim_random random;
	char label[100], number[16], date[9];

	(void)snprintf(label, sizeof(label), "card/%s/number", card_name);
	sim_random_init(&random, work->options->seed, label);
	if (!sim_random_text(&random, DIGITS, number, 15))
		return NULL;
	sim_date_format(sim_date_at(expiry), date);
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:{}, s:{}}", "format", 1,
			 "person", person->name, "kind", person->kind, "label",
			 person->label ? person->label : "JPKIAPICCTOKEN2", "number", number,
			 "municipality", person->identity->municipality, "expiry", date, "holder",
			 describe_holder(person->identity, birth), "auth", "sign");
}

static bool
issue_all(struct sim_work *work, json_t *card, const char *card_name,
	  const struct sim_person *person, int64_t at, int birthday, char **error)
{
	int year;
	bool ok = choose_year(work, at, 0, &year, error);

	for (unsigned int i = 0; ok && i < SIM_PIN_COUNT; i++) {
		struct plan plan = {(enum sim_pin)i, at, birthday, year, SIM_ODD_NOTHING};

		if (person->odd_on & (1u << i))
			plan.oddity = person->oddity;
		if (person->has & (1u << i))
			ok = issue_key(work, card, card_name, &plan, error);
		else
			ok = put_ca_only(work, card, plan.which, year, at, error);
	}
	return ok;
}

static bool
revoke_now(struct sim_work *work, const json_t *card, enum sim_pin which, int64_t at)
{
	const json_t *key = json_object_get(card, sim_work_kind(which));
	json_t *authority =
		sim_ca_find(work->ca, which, (int)json_integer_value(json_object_get(key, "year")));

	return sim_ca_revoke(authority,
			     (uint32_t)json_integer_value(json_object_get(key, "serial")), at);
}

static json_t *
make_record(struct sim_work *work, const char *card_name, const struct sim_person *person,
	    char **error)
{
	json_t *card = describe_card(work, card_name, person);
	int64_t issued = work->now + person->issued_in * SIM_DAY;
	bool ok = card != NULL;

	if (!card)
		sim_error_set(error, "out of memory");
	ok = ok && issue_all(work, card, card_name, person, issued, 5, error);
	if (ok && person->renewed)
		ok = issue_all(work, card, card_name, person, work->now, 6, error);
	if (ok && person->revoked_in)
		ok = revoke_now(work, card, SIM_PIN_SIGN, work->now + person->revoked_in * SIM_DAY);
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
	memset(pins, 0, sizeof(*pins) * SIM_PIN_COUNT);
	for (unsigned int i = 0; i < SIM_PIN_COUNT; i++) {
		if (!choose_pin(options, (enum sim_pin)i, &pins[i], error))
			return false;
		if (!(person->has & (1u << i)))
			pins[i] = (struct sim_card_pin){0}; /* nobody ever set it */
		if (person->locked & (1u << i))
			pins[i].tries = 0;
	}
	return true;
}

static bool
choose_switches(const struct sim_make_options *options, const struct sim_person *person,
		struct sim_switches *switches, char **error)
{
	sim_switches_init(switches);
	for (const char *const *pair = person->switches; *pair; pair++)
		if (!sim_switches_set_pair(switches, *pair, error))
			return false;
	for (const char *const *pair = options->switches; pair && *pair; pair++)
		if (!sim_switches_set_pair(switches, *pair, error))
			return false;
	return true;
}

/* Writes the folder under a name that is not a card's, then gives it its name. */
static bool
place_card(const struct sim_store *store, const char *dir, const json_t *card,
	   const struct sim_card_pin pins[SIM_PIN_COUNT], const struct sim_switches *switches,
	   char **error)
{
	char *beside = sim_file_path(store->cards, ".new-XXXXXX");
	char *path = NULL;
	bool ok = beside && mkdtemp(beside);

	if (!ok) {
		sim_error_set(error, "cannot make a folder in %s: %s", store->cards,
			      strerror(errno));
		free(beside);
		return false;
	}
	path = sim_file_path(beside, "card.json");
	ok = path && sim_file_write_json(path, card, true, error) &&
	     sim_pins_write(beside, pins, NULL, error) &&
	     sim_switches_write(beside, switches, error);
	if (ok && rename(beside, dir) != 0)
		ok = sim_error_set(error, "cannot make %s: %s", dir, strerror(errno));
	if (!ok)
		sim_file_remove_dir(beside, NULL);
	free(path);
	free(beside);
	return ok;
}

bool
sim_store_make_card(struct sim_store *store, const char *name, const char *person_name,
		    const struct sim_make_options *options, char **error)
{
	const struct sim_person *person = sim_person_find(person_name);
	struct sim_card_pin pins[SIM_PIN_COUNT];
	struct sim_switches switches;
	struct sim_work work;
	json_t *card = NULL;
	char *dir = NULL;
	bool ok = false;

	if (!person)
		return sim_error_set(error, "there is no ready-made person \"%s\"", person_name);
	dir = sim_work_card_dir(store, name, error);
	if (!dir || !sim_work_begin(&work, store, options, error)) {
		free(dir);
		return false;
	}
	if (access(dir, F_OK) == 0) {
		sim_error_set(error, "there is a card \"%s\" already", name);
		goto out;
	}
	if (!choose_pins(work.options, person, pins, error) ||
	    !choose_switches(work.options, person, &switches, error))
		goto out;
	card = make_record(&work, name, person, error);
	ok = card && sim_work_save_ca(&work, error) &&
	     place_card(store, dir, card, pins, &switches, error);
out:
	json_decref(card);
	sim_work_end(&work);
	free(dir);
	return ok;
}

/* ---- later at the office ---- */

/* One key of the record: a new pair, in its renewal window a birthday longer. */
static bool
reissue(struct sim_work *work, json_t *card, const char *name, enum sim_pin which, char **error)
{
	const json_t *key = json_object_get(card, sim_work_kind(which));
	json_int_t end = json_integer_value(json_object_get(key, "not-after"));
	int present = (int)json_integer_value(json_object_get(key, "year"));
	struct plan plan = {which, work->now, 5, 0, SIM_ODD_NOTHING};

	if (end && work->now >= sim_date_renewal_opens(end) && work->now <= end)
		plan.birthday = 6;
	return choose_year(work, work->now, present, &plan.year, error) &&
	       issue_key(work, card, name, &plan, error);
}

static bool
has_certificate(const json_t *card, enum sim_pin which)
{
	return json_is_string(
		json_object_get(json_object_get(card, sim_work_kind(which)), "certificate"));
}

bool
sim_store_renew(struct sim_store *store, const char *name, const struct sim_make_options *options,
		char **error)
{
	struct sim_work work;
	json_t *card = NULL;
	bool any = false, ok = false;

	if (!sim_work_begin(&work, store, options, error))
		return false;
	card = sim_work_read_card(store, name, error);
	ok = card != NULL;
	for (int i = 0; ok && i < SIM_PIN_COUNT; i++) {
		if (!has_certificate(card, (enum sim_pin)i))
			continue;
		any = true;
		ok = reissue(&work, card, name, (enum sim_pin)i, error);
	}
	if (ok && !any)
		ok = sim_error_set(error, "the card \"%s\" has no certificate to renew", name);
	ok = ok && sim_work_save_ca(&work, error) && sim_work_write_card(store, name, card, error);
	json_decref(card);
	sim_work_end(&work);
	return ok;
}

/* A PIN that was never set gets the one of the options; the card may be in use meanwhile. */
static bool
ensure_pin(const struct sim_work *work, const char *name, enum sim_pin which, char **error)
{
	char *dir = sim_work_card_dir(work->store, name, error);
	char *path = dir ? sim_file_path(dir, "lock") : NULL;
	int lock = path ? sim_file_lock(path, error) : -1;
	struct sim_card_pin pins[SIM_PIN_COUNT];
	bool ok = lock >= 0 && sim_pins_read(dir, pins, error);

	if (ok && !pins[which].set)
		ok = choose_pin(work->options, which, &pins[which], error) &&
		     sim_pins_write(dir, pins, NULL, error);
	if (lock >= 0)
		close(lock);
	free(path);
	free(dir);
	return ok;
}

bool
sim_store_ca_issue(struct sim_store *store, const char *name, enum sim_pin which,
		   const struct sim_make_options *options, char **error)
{
	struct sim_work work;
	json_t *card = NULL;
	bool ok;

	if (!sim_work_begin(&work, store, options, error))
		return false;
	card = sim_work_read_card(store, name, error);
	ok = card && reissue(&work, card, name, which, error) && sim_work_save_ca(&work, error) &&
	     sim_work_write_card(store, name, card, error) && ensure_pin(&work, name, which, error);
	json_decref(card);
	sim_work_end(&work);
	return ok;
}
