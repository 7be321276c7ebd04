/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/dates.h"
#include "sim/base/error.h"
#include "sim/base/json.h"
#include "sim/card/folder.h"
#include "sim/pki/authorities.h"
#include "sim/store/work.h"

#define CAPITALS_AND_DIGITS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* "412345678": the era's digit and the date (section 6.2). */
static void
format_birth(struct sim_date birth, char text[10])
{
	static const struct sim_date eras[] = {
		{1868, 1, 25}, {1912, 7, 30}, {1926, 12, 25}, {1989, 1, 8}, {2019, 5, 1}};
	int era = 0;

	for (size_t i = 0; i < sizeof eras / sizeof eras[0]; i++)
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
make_common_name(struct sim_request *request, const struct sim_plan *plan,
		 struct sim_random *random)
{
	const char *municipality = sim_json_text(request->holder, "municipality");
	const size_t room = sizeof request->common_name;
	char *name = request->common_name;
	char head[16], tail[16];
	char date[9];
	int64_t second = plan->at - sim_date_start(sim_date_at(plan->at));

	if (plan->which == SIM_PIN_AUTH) {
		if (!sim_random_text(random, CAPITALS_AND_DIGITS, head, 15) ||
		    !sim_random_text(random, CAPITALS_AND_DIGITS, tail, 3))
			return false;
		(void)snprintf(name, room, "%s%.5s%s", head, *municipality ? municipality : "00000",
			       tail);
		return true;
	}
	if (!sim_random_text(random, DIGITS, tail, 14))
		return false;
	sim_date_format(sim_date_at(plan->at), date);
	(void)snprintf(name, room, "%s%02d%02d%02d%s", date, (int)(second / 3600 % 24),
		       (int)(second / 60 % 60), (int)(second % 60), tail);
	return true;
}

/*
 * The end of validity: a birthday, never past the issuer, the card, nor (signing) the other one.
 */
static int64_t
find_end(const struct sim_authority *issuer, const json_t *card, const struct sim_plan *plan,
	 struct sim_date birth)
{
	int64_t end = sim_date_birthday(birth, plan->at, plan->birthday);
	const json_t *other = json_object_get(json_object_get(card, "auth"), "not-after");
	struct sim_date expiry;

	if (sim_date_parse(sim_json_text(card, "expiry"), &expiry) == 0 &&
	    end > sim_date_end(expiry))
		end = sim_date_end(expiry);
	if (plan->which == SIM_PIN_SIGN && json_is_integer(other) &&
	    end > json_integer_value(other))
		end = json_integer_value(other);
	return end < issuer->not_after ? end : issuer->not_after;
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
		if (sim_random_bytes(random, noise, sizeof noise))
			file = sim_json_bytes(noise, sizeof noise);
	} else if (der && len > 4) {
		if (oddity == SIM_ODD_LENGTH_PAST_END)
			der[2] = 0x7F; /* 30 82 7F xx: some 32,000 bytes */
		file = sim_json_bytes(der, len);
	}
	OPENSSL_free(der);
	return file;
}

/* Who the certificate is for, and its end. */
static bool
fill_request(struct sim_request *request, const struct sim_authority *issuer, const json_t *card,
	     const struct sim_plan *plan, struct sim_random *random)
{
	struct sim_date birth;

	if (sim_date_parse(sim_json_text(request->holder, "birth"), &birth) != 0 ||
	    !make_common_name(request, plan, random))
		return false;
	format_birth(birth, request->birth);
	request->not_after = find_end(issuer, card, plan, birth);
	return true;
}

/* Enters the finished certificate in the card's record. */
static bool
record_issue(json_t *card, const json_t *authority, X509 *certificate,
	     const struct sim_request *request, const struct sim_plan *plan,
	     struct sim_random *random)
{
	json_t *file = make_file(certificate, plan->oddity, random);
	char *pem = sim_pki_key_to_pem(request->key);
	bool ok = file && pem &&
		  json_object_update_new(json_object_get(card, sim_pin_names[plan->which]),
					 json_pack("{s:O, s:O, s:s, s:I, s:i, s:I, s:I}", "ca",
						   json_object_get(authority, "certificate"),
						   "certificate", file, "key", pem, "serial",
						   (json_int_t)request->serial, "year", plan->year,
						   "not-before", (json_int_t)plan->at, "not-after",
						   (json_int_t)request->not_after)) == 0;

	json_decref(file);
	free(pem);
	return ok;
}

/* No certificate ends before it begins, or is older than what the card had before it. */
static bool
is_in_order(const struct sim_work *work, const json_t *card, const struct sim_request *request)
{
	char date[11];

	if (request->not_after <= request->not_before) {
		sim_date_write(sim_date_at(request->not_after), date);
		return sim_error_set(work->error,
				     "a certificate for this card ends on %s at the latest", date);
	}
	for (int i = 0; i < SIM_PIN_COUNT; i++) {
		const json_t *key = json_object_get(card, sim_pin_names[i]);
		const int64_t begins = sim_json_number(key, "not-before");

		if (begins > request->not_before) {
			sim_date_write(sim_date_at(begins), date);
			return sim_error_set(work->error,
					     "the card has a certificate of %s already", date);
		}
	}
	return true;
}

bool
sim_issue_key(struct sim_work *work, json_t *card, const char *card_name,
	      const struct sim_plan *plan)
{
	json_int_t before =
		sim_json_number(json_object_get(card, sim_pin_names[plan->which]), "serial");
	json_t *authority = sim_ca_get(work->ca, plan->which, plan->year, work->options->seed,
				       work->now, work->error);
	struct sim_authority issuer = {0};
	struct sim_request request = {.holder = json_object_get(card, "holder"),
				      .not_before = plan->at,
				      .eku = !work->options->no_eku};
	struct sim_random random = {.seed = work->options->seed};
	X509 *certificate = NULL;
	char date[11];
	bool ok = false;

	if (!authority || !sim_ca_load(authority, plan->which, &issuer, work->error))
		return false;
	if (plan->at < issuer.not_before) {
		sim_date_write(sim_date_at(plan->at), date);
		sim_error_set(work->error, "the authority of %d issued nothing yet on %s",
			      plan->year, date);
		goto out;
	}
	/* The serial number before it makes a renewal's keys others than the first ones. */
	(void)snprintf(random.label, sizeof random.label, "card/%s/%s/%lld", card_name,
		       sim_pin_names[plan->which], (long long)before);
	request.serial = sim_ca_take_serial(authority, &random, card_name);
	if (request.serial && plan->oddity == SIM_ODD_EC_P384)
		request.key = sim_pki_make_ec(&random);
	else if (request.serial)
		request.key =
			sim_pki_make_rsa(&random, plan->oddity == SIM_ODD_RSA_1024 ? 1024 : 2048);
	if (request.key && fill_request(&request, &issuer, card, plan, &random)) {
		if (!is_in_order(work, card, &request))
			goto out;
		certificate = sim_pki_make_end_entity(&issuer, &request);
	}
	if (certificate)
		ok = record_issue(card, authority, certificate, &request, plan, &random);
	if (!ok)
		sim_error_set(work->error, "cannot make a certificate: %s", sim_pki_reason());
out:
	X509_free(certificate);
	EVP_PKEY_free(request.key);
	sim_ca_unload(&issuer);
	return ok;
}

/* The year that a word or number of --generation means; 0: none. */
static int
read_generation(const char *wanted, int now, int present)
{
	int year = 0;

	if (strcmp(wanted, "next") == 0)
		year = sim_ca_year_after(now, 1);
	else if (strcmp(wanted, "previous") == 0)
		year = sim_ca_year_after(now, -1);
	else if (strcmp(wanted, "same") == 0)
		year = present;
	else if (strlen(wanted) == 4 && strspn(wanted, DIGITS) == 4)
		year = (int)strtol(wanted, NULL, 10);
	return sim_ca_year_exists(year) && year <= sim_ca_year_after(now, 1) ? year : 0;
}

bool
sim_issue_choose(const struct sim_work *work, const char *wanted, int present,
		 struct sim_plan *plan)
{
	int now = sim_ca_year(work->now);
	char date[11];

	if (wanted) {
		plan->year = read_generation(wanted, now, present);
		if (!plan->year)
			return sim_error_set(
				work->error,
				"the authorities' generations are 2015, 2019 and so on to %d, "
				"\"previous\", \"next\" and, for a card that has a certificate, "
				"\"same\"; not \"%s\"",
				sim_ca_year_after(now, 1), wanted);
	} else {
		plan->year = sim_ca_year(plan->at);
		sim_date_write(sim_date_at(plan->at), date);
		if (!plan->year)
			return sim_error_set(work->error,
					     "no authority issued certificates yet on %s", date);
	}
	if (plan->at > sim_ca_issues_until(plan->year))
		plan->at = sim_ca_issues_until(plan->year);
	return true;
}
