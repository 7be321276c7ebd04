/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ready-made people; issue, renewal and revocation at the office; seeds.
 *
 * Against what is known of the real certificates (section 6 of the facts on the card).
 */
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/store/people.h"
#include "tests/sim/pki-help.h"

/* ---- people ---- */

static void
the_card_and_its_store_agree_on_the_certificate(void **state)
{
	struct sim_card *card = help_jpki("adult");
	X509 *certificate = certificate_of("adult", SIM_PIN_AUTH);
	uint8_t file[4096];
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);

	(void)state;
	read_file(card, 0x000A, file, sizeof file);
	assert_memory_equal(file, der, (size_t)len);
	OPENSSL_free(der);
	X509_free(certificate);
	help_free(card);
}

static void
who_moved_has_a_revoked_signing_certificate_only(void **state)
{
	(void)state;
	need_card("moved");
	assert_int_equal(verify("moved", SIM_PIN_SIGN), X509_V_ERR_CERT_REVOKED);
	assert_int_equal(verify("moved", SIM_PIN_AUTH), X509_V_OK);
}

static void
expired_and_near_expiry_are_what_they_say(void **state)
{
	json_t *info;
	int64_t days;

	(void)state;
	need_card("expired");
	need_card("near-expiry");
	assert_int_equal(verify("expired", SIM_PIN_AUTH), X509_V_ERR_CERT_HAS_EXPIRED);
	assert_int_equal(verify("expired", SIM_PIN_SIGN), X509_V_ERR_CERT_HAS_EXPIRED);
	assert_int_equal(verify("near-expiry", SIM_PIN_AUTH), X509_V_OK);
	info = info_of(help_store(), "near-expiry");
	days = (number(info, SIM_PIN_AUTH, "not_after") - help_options.now) / 86400;
	assert_true(days >= 15 && days <= 25);
	json_decref(info);
}

/* 2026-11-21 in Japan, and that many days later. */
static int64_t
day_of_making(int days)
{
	return INT64_C(1795219200) - 9 * 3600 + days * SIM_DAY;
}

static void
ready_made_people_have_the_same_birth_date_for_ever(void **state)
{
	static const struct {
		const char *person, *birth;
	} table[] = {{"adult", "19920302"},	  {"phone", "19920302"},  {"alias", "19880421"},
		     {"moved", "19860321"},	  {"juki", "19570111"},	  {"opted-out", "19570111"},
		     {"locked-both", "19920302"}, {"foreign", "19920302"}};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		/* From 2016 to 2099: month ends, leap days, birthdays, every hour of the day. */
		for (int days = -3900; days < 26000; days += 7) {
			struct sim_date birth =
				sim_person_birth(sim_person_find(table[i].person),
						 day_of_making(days) + days * INT64_C(3600));
			char text[9];

			sim_date_format(birth, text);
			assert_string_equal(text, table[i].birth);
		}
	}
}

static void
people_whose_point_is_a_date_near_today_have_it_on_every_day(void **state)
{
	static const struct {
		const char *person;
		int ends_in;
	} table[] = {{"near-expiry", 20}, {"expired", -100}, {"renewed", 40}};
	const struct sim_person *child = sim_person_find("child");

	(void)state;
	for (int days = -2000; days < 26000; days++) {
		const int64_t now = day_of_making(days) + days * INT64_C(3600) % SIM_DAY;

		assert_int_equal(sim_date_age(sim_person_birth(child, now), now), 9);
		for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
			const struct sim_person *person = sim_person_find(table[i].person);
			struct sim_date birth = sim_person_birth(person, now);
			int64_t issued = now + person->issued_in * SIM_DAY;

			assert_int_equal(
				sim_date_birthday(birth, issued, 5),
				sim_date_end(sim_date_at(now + table[i].ends_in * SIM_DAY)));
		}
	}
}

static void
a_renewed_pair_is_under_the_newer_authority_and_lasts_a_birthday_longer(void **state)
{
	json_t *renewed;
	char text[20];

	(void)state;
	need_card("renewed");
	renewed = info_of(help_store(), "renewed");
	assert_string_equal(word(renewed, SIM_PIN_AUTH, "generation"), "2023");
	format_time(number(renewed, SIM_PIN_AUTH, "not_after"), text);
	assert_memory_equal(text, "2031-12-31", 10); /* the sixth birthday, 40 days on */
	assert_int_equal(verify("renewed", SIM_PIN_AUTH), X509_V_OK);
	assert_int_equal(verify("renewed", SIM_PIN_SIGN), X509_V_OK);
	json_decref(renewed);
}

static void
every_person_has_a_name_and_a_line_and_makes_a_card_that_opens(void **state)
{
	size_t count = 0;

	(void)state;
	for (const struct sim_person *person = sim_people; person->name; person++, count++) {
		assert_true(strlen(person->name) > 0);
		assert_true(strlen(person->summary) > 10);
		assert_ptr_equal(sim_person_find(person->name), person);
	}
	assert_true(count >= 17);
	assert_null(sim_person_find("nobody"));
	need_card("foreign");
	need_card("opted-out");
}

/* A list renewed daily (section 10); nothing is known of reasons and of lists for a part only. */
static void
a_revocation_list_is_good_for_a_day_and_names_no_reason(void **state)
{
	char *error = NULL;
	char *pem;
	BIO *bio;
	X509_CRL *list;
	X509_REVOKED *revoked;
	char text[20];
	int days, seconds;

	(void)state;
	need_card("moved");
	pem = sim_store_ca_text(help_store(), SIM_PIN_SIGN, SIM_CRL, &help_options, &error);
	expect_ok(pem != NULL, error);
	bio = BIO_new_mem_buf(pem, -1);
	while ((list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)) && !X509_CRL_get_REVOKED(list))
		X509_CRL_free(list);
	assert_non_null(list);
	write_time(X509_CRL_get0_lastUpdate(list), text);
	assert_string_equal(text, "2026-11-21 00:00:00");
	assert_int_equal(ASN1_TIME_diff(&days, &seconds, X509_CRL_get0_lastUpdate(list),
					X509_CRL_get0_nextUpdate(list)),
			 1);
	assert_int_equal(days * 86400 + seconds, 86400);
	revoked = sk_X509_REVOKED_value(X509_CRL_get_REVOKED(list), 0);
	write_time(X509_REVOKED_get0_revocationDate(revoked), text);
	assert_string_equal(text, "2026-10-22 00:00:00"); /* moved 30 days ago */
	assert_int_equal(X509_REVOKED_get_ext_count(revoked), 0);
	assert_int_equal(X509_CRL_get_ext_by_NID(list, NID_issuing_distribution_point, -1), -1);
	assert_int_equal(X509_CRL_get_ext_count(list), 2);
	assert_true(X509_CRL_get_ext_by_NID(list, NID_authority_key_identifier, -1) >= 0);
	assert_true(X509_CRL_get_ext_by_NID(list, NID_crl_number, -1) >= 0);
	X509_CRL_free(list);
	BIO_free(bio);
	free(pem);
}

/* ---- the office ---- */

static void
renewal_gives_new_keys_and_leaves_pins_and_tries(void **state)
{
	struct sim_make_options options = help_options;
	json_t *before, *after;
	X509 *old, *new;
	struct sim_card *card;
	char *error = NULL;
	char *dir;

	(void)state;
	options.pin_auth = "9876";
	make_card(help_store(), "to-renew", "child", &options);
	dir = sim_store_card_dir(help_store(), "to-renew", &error);
	card = sim_card_open(dir, &error);
	assert_non_null(card);
	sim_card_power_on(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, WRONG_AUTH, 0x63C2);
	old = certificate_of("to-renew", SIM_PIN_AUTH);
	before = info_of(help_store(), "to-renew");

	options.generation = "next";
	expect_ok(sim_store_change(help_store(), "to-renew", SIM_PIN_COUNT, &options, sim_renew,
				   &error),
		  error);
	new = certificate_of("to-renew", SIM_PIN_AUTH);
	after = info_of(help_store(), "to-renew");
	assert_int_not_equal(EVP_PKEY_eq(X509_get0_pubkey(old), X509_get0_pubkey(new)), 1);
	assert_string_equal(word(after, SIM_PIN_AUTH, "generation"), "2027");
	assert_string_not_equal(word(before, SIM_PIN_AUTH, "serial"),
				word(after, SIM_PIN_AUTH, "serial"));
	assert_int_equal(number(after, SIM_PIN_AUTH, "tries"), 2);
	assert_false(json_is_true(
		member(after, SIM_PIN_SIGN, "present"))); /* nothing comes that was not there */
	assert_int_equal(verify("to-renew", SIM_PIN_AUTH), X509_V_OK);
	expect_ok(sim_card_reload(card, &error), error);
	assert_true(help_pin_is(card, SIM_PIN_AUTH, "9876"));
	assert_int_equal(sim_card_tries(card, SIM_PIN_AUTH), 2);

	X509_free(old);
	X509_free(new);
	json_decref(before);
	json_decref(after);
	sim_card_free(card);
	free(dir);
}

static void
a_renewal_in_the_last_three_months_counts_one_birthday_more(void **state)
{
	char *error = NULL;
	static const char *const ends[] = {"2031-12-11",  /* in the window before 2026-12-11 */
					   "2030-12-11"}; /* and again, years before the end */

	(void)state;
	make_card(help_store(), "window", "near-expiry", &help_options);
	for (int i = 0; i < 2; i++) {
		json_t *info;
		char text[20];

		expect_ok(sim_store_change(help_store(), "window", SIM_PIN_COUNT, &help_options,
					   sim_renew, &error),
			  error);
		info = info_of(help_store(), "window");
		format_time(number(info, SIM_PIN_AUTH, "not_after"), text);
		assert_memory_equal(text, ends[i], 10);
		json_decref(info);
	}
}

static void
a_child_can_get_a_signing_certificate_later_for_the_rest_of_the_term(void **state)
{
	struct sim_make_options options = help_options;
	json_t *child;
	struct sim_card *card;
	char *error = NULL;
	char *dir;

	(void)state;
	make_card(help_store(), "grown", "child", &options);
	options.now += 3 * 365 * 86400;
	options.pin_sign = "GROWN15";
	expect_ok(
		sim_store_change(help_store(), "grown", SIM_PIN_SIGN, &options, sim_issue, &error),
		error);
	child = info_of(help_store(), "grown");
	assert_true(json_is_true(member(child, SIM_PIN_SIGN, "present")));
	assert_int_equal(number(child, SIM_PIN_SIGN, "not_after"),
			 number(child, SIM_PIN_AUTH, "not_after"));
	assert_int_equal(number(child, SIM_PIN_SIGN, "tries"), 5);
	json_decref(child);
	dir = sim_store_card_dir(help_store(), "grown", &error);
	card = sim_card_open(dir, &error);
	assert_true(help_pin_is(card, SIM_PIN_SIGN, "GROWN15"));
	sim_card_power_on(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_int_equal(send_hex(card, "00B08800 00").data[0], 0x8F);
	sim_card_free(card);
	free(dir);
}

static void
a_signing_certificate_issued_anew_takes_the_remaining_term(void **state)
{
	struct sim_make_options options = help_options;
	json_t *info;
	char *error = NULL;

	(void)state;
	make_card(help_store(), "anew", "adult", &options);
	options.now += 366 * 86400; /* its own fifth birthday would be a year later */
	expect_ok(sim_store_change(help_store(), "anew", SIM_PIN_SIGN, &options, sim_issue, &error),
		  error);
	info = info_of(help_store(), "anew");
	assert_int_equal(number(info, SIM_PIN_SIGN, "not_before"), options.now);
	assert_int_equal(number(info, SIM_PIN_SIGN, "not_after"),
			 number(info, SIM_PIN_AUTH, "not_after"));
	json_decref(info);
}

static void
a_certificate_is_revoked_once(void **state)
{
	json_t *info;
	char *error = NULL;

	(void)state;
	make_card(help_store(), "to-revoke", "child", &help_options);
	assert_int_equal(verify("to-revoke", SIM_PIN_AUTH), X509_V_OK);
	expect_ok(sim_store_change(help_store(), "to-revoke", SIM_PIN_AUTH, &help_options,
				   sim_revoke, &error),
		  error);
	assert_int_equal(verify("to-revoke", SIM_PIN_AUTH), X509_V_ERR_CERT_REVOKED);
	info = info_of(help_store(), "to-revoke");
	assert_true(json_is_true(member(info, SIM_PIN_AUTH, "revoked")));
	json_decref(info);
	assert_false(sim_store_change(help_store(), "to-revoke", SIM_PIN_AUTH, &help_options,
				      sim_revoke, &error));
	assert_non_null(strstr(error, "already"));
	free(error);
	error = NULL;
	assert_false(sim_store_change(help_store(), "to-revoke", SIM_PIN_SIGN, &help_options,
				      sim_revoke, &error));
	assert_non_null(strstr(error, "has no"));
	free(error);
}

static void
what_would_come_in_the_wrong_order_is_refused(void **state)
{
	static const struct {
		const char *now, *says;
		sim_change *change;
		enum sim_pin which;
	} table[] = {{"2040-01-01", "ends on 20", sim_renew, SIM_PIN_COUNT},
		     {"2032-01-01", "ends on 20", sim_issue, SIM_PIN_SIGN},
		     {"2026-01-01", "has a certificate of 2026-11-21", sim_renew, SIM_PIN_COUNT},
		     {"2026-01-01", "has a certificate of 2026-11-21", sim_issue, SIM_PIN_SIGN},
		     {"2026-01-01", "begins later", sim_revoke, SIM_PIN_AUTH}};

	(void)state;
	make_card(help_store(), "in-order", "child", &help_options);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct sim_make_options options = help_options;
		char *error = NULL;

		assert_true(sim_now_parse(table[i].now, &options.now, &error));
		assert_false(sim_store_change(help_store(), "in-order", table[i].which, &options,
					      table[i].change, &error));
		assert_non_null(error);
		if (!strstr(error, table[i].says))
			fail_msg("at %s: %s", table[i].now, error);
		free(error);
	}
}

static void
an_export_has_what_a_server_needs_and_no_key(void **state)
{
	static const char *const names[] = {"auth-ca.pem", "sign-ca.pem", "auth-crl.pem",
					    "sign-crl.pem"};
	char dir[200], path[300], text[100000];
	char *error = NULL;

	(void)state;
	need_card("adult");
	snprintf(dir, sizeof dir, "%s/export/deep", help_folder());
	expect_ok(sim_store_ca_files(help_store(), dir, false, &help_options, &error), error);
	for (size_t i = 0; i < 4; i++) {
		FILE *file;

		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		file = fopen(path, "r");
		assert_non_null(file);
		text[fread(text, 1, sizeof text - 1, file)] = '\0';
		fclose(file);
		assert_non_null(strstr(text, i < 2 ? "BEGIN CERTIFICATE" : "BEGIN X509 CRL"));
		assert_null(strstr(text, "PRIVATE"));
	}
}

/* ---- seeds ---- */

static char *
make_and_read(const char *store_name, const char *person, const char *seed)
{
	struct sim_store *store = new_store(store_name);
	struct sim_make_options options = {.seed = seed, .now = help_options.now};
	char *error = NULL;
	char *dir, *text = malloc(100000);
	char path[300];
	FILE *file;

	make_card(store, "card", person, &options);
	dir = sim_store_card_dir(store, "card", &error);
	snprintf(path, sizeof path, "%s/card.json", dir);
	file = fopen(path, "r");
	assert_non_null(file);
	text[fread(text, 1, 99999, file)] = '\0';
	fclose(file);
	free(dir);
	sim_store_free(store);
	return text;
}

static void
the_same_seed_makes_the_same_card_and_another_or_none_does_not(void **state)
{
	char *one = make_and_read("seed-1", "child", "alpha");
	char *two = make_and_read("seed-2", "child", "alpha");
	char *other = make_and_read("seed-3", "child", "beta");
	char *none = make_and_read("seed-4", "opted-out", NULL);
	char *none_again = make_and_read("seed-5", "opted-out", NULL);

	(void)state;
	assert_string_equal(one, two);
	assert_string_not_equal(one, other);
	assert_string_not_equal(none, none_again);
	free(one);
	free(two);
	free(other);
	free(none);
	free(none_again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_card_and_its_store_agree_on_the_certificate),
		cmocka_unit_test(who_moved_has_a_revoked_signing_certificate_only),
		cmocka_unit_test(expired_and_near_expiry_are_what_they_say),
		cmocka_unit_test(ready_made_people_have_the_same_birth_date_for_ever),
		cmocka_unit_test(people_whose_point_is_a_date_near_today_have_it_on_every_day),
		cmocka_unit_test(
			a_renewed_pair_is_under_the_newer_authority_and_lasts_a_birthday_longer),
		cmocka_unit_test(every_person_has_a_name_and_a_line_and_makes_a_card_that_opens),
		cmocka_unit_test(a_renewal_in_the_last_three_months_counts_one_birthday_more),
		cmocka_unit_test(a_revocation_list_is_good_for_a_day_and_names_no_reason),
		cmocka_unit_test(renewal_gives_new_keys_and_leaves_pins_and_tries),
		cmocka_unit_test(
			a_child_can_get_a_signing_certificate_later_for_the_rest_of_the_term),
		cmocka_unit_test(a_signing_certificate_issued_anew_takes_the_remaining_term),
		cmocka_unit_test(a_certificate_is_revoked_once),
		cmocka_unit_test(what_would_come_in_the_wrong_order_is_refused),
		cmocka_unit_test(an_export_has_what_a_server_needs_and_no_key),
		cmocka_unit_test(the_same_seed_makes_the_same_card_and_another_or_none_does_not),
	};

	return cmocka_run_group_tests(tests, help_begin, help_end);
}
