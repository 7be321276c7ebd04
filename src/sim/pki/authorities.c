/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pki/authorities.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/base/dates.h"
#include "sim/base/error.h"
#include "sim/base/json.h"
#include "sim/base/memory.h"

#define FIRST_YEAR 2015
#define YEARS_BETWEEN 4
#define YEARS_VALID 10

/*
 * When the real ones begin, in Japan (section 6.1; of the authentication one of 2019 only the day
 * is known). Those to come are taken to begin like the last one.
 */
static const struct {
	struct sim_date day;
	int64_t second[SIM_PIN_COUNT]; /* of that day */
} published[] = {
	{{2015, 10, 20}, {[SIM_PIN_AUTH] = 43693, [SIM_PIN_SIGN] = 42028}},
	{{2019, 9, 15}, {[SIM_PIN_AUTH] = 31316, [SIM_PIN_SIGN] = 31316}},
	{{2023, 7, 16}, {[SIM_PIN_AUTH] = 36064, [SIM_PIN_SIGN] = 35427}},
};
#define PUBLISHED (sizeof published / sizeof published[0])

static int64_t
generation_start(enum sim_pin which, int year)
{
	size_t n = (size_t)(year - FIRST_YEAR) / YEARS_BETWEEN;
	size_t row = n < PUBLISHED ? n : PUBLISHED - 1;
	struct sim_date day = published[row].day;

	day.year = year;
	return sim_date_start(day) + published[row].second[which];
}

int
sim_ca_year(int64_t now)
{
	int year = 0;

	for (int next = FIRST_YEAR; generation_start(SIM_PIN_AUTH, next) <= now;
	     next += YEARS_BETWEEN)
		year = next;
	return year;
}

int
sim_ca_year_after(int year, int generations)
{
	return year + generations * YEARS_BETWEEN;
}

bool
sim_ca_year_exists(int year)
{
	return year >= FIRST_YEAR && (year - FIRST_YEAR) % YEARS_BETWEEN == 0;
}

int64_t
sim_ca_issues_until(int year)
{
	return generation_start(SIM_PIN_AUTH, year + YEARS_BETWEEN) - 1;
}

json_t *
sim_ca_find(const json_t *ca, enum sim_pin which, int year)
{
	json_t *entry;

	for (size_t i = 0; (entry = sim_ca_at(ca, which, i)); i++)
		if (sim_json_number(entry, "year") == year)
			return entry;
	return NULL;
}

json_t *
sim_ca_at(const json_t *ca, enum sim_pin which, size_t n)
{
	const json_t *all = json_object_get(ca, "authorities");
	size_t i;
	json_t *entry;

	json_array_foreach(all, i, entry)
	{
		if (strcmp(sim_json_text(entry, "kind"), sim_pin_names[which]) == 0 && n-- == 0)
			return entry;
	}
	return NULL;
}

/* Keeps the list in the order of years. */
static bool
insert_entry(json_t *ca, json_t *entry, int year)
{
	json_t *all = json_object_get(ca, "authorities");
	size_t place = 0;

	while (place < json_array_size(all) &&
	       sim_json_number(json_array_get(all, place), "year") <= year)
		place++;
	return json_array_insert_new(all, place, entry) == 0;
}

static json_t *
make_entry(enum sim_pin which, int year, EVP_PKEY *key, X509 *certificate)
{
	char *pem = sim_pki_key_to_pem(key);
	size_t len = 0;
	uint8_t *der = sim_pki_to_der(certificate, &len);
	json_t *entry = NULL;

	if (pem && der)
		entry = json_pack("{s:s, s:i, s:s, s:o, s:i, s:[], s:[]}", "kind",
				  sim_pin_names[which], "year", year, "key", pem, "certificate",
				  sim_json_bytes(der, len), "crl-number", 0, "issued", "revoked");
	free(pem);
	OPENSSL_free(der);
	return entry;
}

/* Four bytes in 01000000 to 07FFFFFF, as the real ones are; 0 on failure. */
static uint32_t
random_serial(struct sim_random *random)
{
	uint8_t bytes[4];

	if (!sim_random_bytes(random, bytes, sizeof bytes))
		return 0;
	return (uint32_t)(1 + bytes[0] % 7) << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

json_t *
sim_ca_get(json_t *ca, enum sim_pin which, int year, const char *seed, int64_t now, char **error)
{
	json_t *entry = sim_ca_find(ca, which, year);
	struct sim_random random = {.seed = seed};
	int64_t start = generation_start(which, year);
	/* The last second of the day before the tenth anniversary. */
	struct sim_date last = sim_date_add_years(sim_date_at(start), YEARS_VALID);
	struct sim_request request = {.not_before = start, .not_after = sim_date_start(last) - 1};
	X509 *certificate = NULL;

	if (entry)
		return entry;
	if (start > now) /* made ahead of its time, but to be used now */
		request.not_before = sim_date_start(sim_date_at(now));
	(void)snprintf(random.label, sizeof random.label, "authority/%s/%d", sim_pin_names[which],
		       year);
	request.serial = random_serial(&random);
	if (request.serial)
		request.key = sim_pki_make_rsa(&random, 2048);
	if (request.key)
		certificate = sim_pki_make_ca(which, &request);
	if (certificate)
		entry = make_entry(which, year, request.key, certificate);
	if (!entry || !insert_entry(ca, entry, year)) {
		sim_error_set(error, "cannot make the authority of %d: %s", year, sim_pki_reason());
		entry = NULL;
	}
	X509_free(certificate);
	EVP_PKEY_free(request.key);
	return entry;
}

X509 *
sim_ca_certificate(const json_t *text)
{
	size_t len = 0;
	uint8_t *der = sim_json_get_bytes(text, &len);
	const unsigned char *cursor = der;
	X509 *certificate = der ? d2i_X509(NULL, &cursor, (long)len) : NULL;

	free(der);
	return certificate;
}

bool
sim_ca_load(const json_t *entry, enum sim_pin which, struct sim_authority *authority, char **error)
{
	authority->which = which;
	authority->key = sim_pki_key_from_pem(sim_json_text(entry, "key"));
	authority->certificate = sim_ca_certificate(json_object_get(entry, "certificate"));
	if (authority->key && authority->certificate &&
	    sim_pki_get_time(X509_get0_notBefore(authority->certificate), &authority->not_before) &&
	    sim_pki_get_time(X509_get0_notAfter(authority->certificate), &authority->not_after))
		return true;
	sim_ca_unload(authority);
	return sim_error_set(error, "ca.json is damaged: key or certificate of an authority");
}

void
sim_ca_unload(struct sim_authority *authority)
{
	EVP_PKEY_free(authority->key);
	X509_free(authority->certificate);
}

static json_t *
find_serial(const json_t *list, uint32_t serial)
{
	size_t i;
	json_t *one;

	json_array_foreach(list, i, one) if (sim_json_number(one, "serial") == serial) return one;
	return NULL;
}

uint32_t
sim_ca_take_serial(json_t *entry, struct sim_random *random, const char *card)
{
	json_t *issued = json_object_get(entry, "issued");
	uint32_t serial;

	do
		serial = random_serial(random);
	while (serial && find_serial(issued, serial));
	if (!serial ||
	    json_array_append_new(issued, json_pack("{s:I, s:s}", "serial", (json_int_t)serial,
						    "card", card)) != 0)
		return 0;
	return serial;
}

bool
sim_ca_is_revoked(const json_t *entry, uint32_t serial)
{
	return find_serial(json_object_get(entry, "revoked"), serial) != NULL;
}

bool
sim_ca_revoke(json_t *entry, uint32_t serial, int64_t at)
{
	return json_array_append_new(json_object_get(entry, "revoked"),
				     json_pack("{s:I, s:I}", "serial", (json_int_t)serial, "at",
					       (json_int_t)at)) == 0;
}

char *
sim_ca_make_crl(json_t *entry, const struct sim_authority *authority, int64_t now)
{
	json_int_t number = sim_json_number(entry, "crl-number") + 1;
	/* The real ones are renewed daily (section 10). */
	X509_CRL *crl = sim_pki_make_crl(authority, json_object_get(entry, "revoked"), (long)number,
					 now, now + SIM_DAY);
	char *pem = crl ? sim_pki_crl_to_pem(crl) : NULL;

	if (pem)
		json_object_set_new(entry, "crl-number", json_integer(number));
	X509_CRL_free(crl);
	return pem;
}

/* When it was revoked, in the form of an index; empty if it was not. */
static void
revoked_text(const json_t *entry, uint32_t serial, char text[static 14])
{
	const json_t *revoked = find_serial(json_object_get(entry, "revoked"), serial);
	const time_t at = (time_t)sim_json_number(revoked, "at");
	struct tm parts;

	text[0] = '\0';
	if (revoked && gmtime_r(&at, &parts))
		(void)strftime(text, 14, "%y%m%d%H%M%SZ", &parts);
}

char *
sim_ca_index(const json_t *entry)
{
	char *index = sim_copy("");
	size_t i;
	json_t *one;

	json_array_foreach(json_object_get(entry, "issued"), i, one)
	{
		const unsigned int serial = (unsigned int)sim_json_number(one, "serial");
		char *before = index, revoked[14];

		revoked_text(entry, serial, revoked);
		/* Ends are not looked at, and names have to differ. */
		index = sim_text("%s%c\t491231235959Z\t%s\t%08X\tunknown\t/CN=%08X\n", before,
				 revoked[0] ? 'R' : 'V', revoked, serial, serial);
		free(before);
	}
	return index;
}
