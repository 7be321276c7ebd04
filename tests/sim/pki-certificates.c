/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates of the authorities and of people, as the real ones look.
 *
 * Against what is known of the real certificates (section 6 of the facts on the card).
 */
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/dates.h"
#include "tests/sim/pki-help.h"

/* ---- 6.1: authorities ---- */

static void
assert_length(const X509 *certificate, int least, int most)
{
	const int length = i2d_X509(certificate, NULL);

	assert_true(length >= least && length <= most);
}

static void
assert_extensions(const X509 *certificate, const int *nids, size_t count)
{
	assert_int_equal(X509_get_ext_count(certificate), count);
	for (size_t i = 0; i < count; i++) {
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(X509_get_ext(certificate, (int)i)));

		assert_int_equal(nid, nids[i]);
		assert_int_equal(X509_EXTENSION_get_critical(X509_get_ext(certificate, (int)i)),
				 nid == NID_key_usage || nid == NID_basic_constraints);
	}
}

static void
authorities_look_like_the_published_ones(void **state)
{
	static const int extensions[] = {NID_key_usage, NID_subject_alt_name, NID_basic_constraints,
					 NID_crl_distribution_points, NID_subject_key_identifier};
	char *error = NULL;
	char *pem;
	BIO *bio;
	X509 *ca;

	(void)state;
	need_card("adult");
	pem = sim_store_ca_text(help_store(), SIM_PIN_SIGN, SIM_CERTIFICATES, NULL, &error);
	expect_ok(pem != NULL, error);
	bio = BIO_new_mem_buf(pem, -1);
	ca = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	assert_non_null(ca);
	assert_name(X509_get_subject_name(ca),
		    "C=JP,O=JPKI-SIM,OU=JPKI for digital signature,"
		    "OU=Japan Agency for Local Authority Information Systems");
	assert_int_equal(X509_NAME_cmp(X509_get_subject_name(ca), X509_get_issuer_name(ca)), 0);
	assert_int_equal(X509_get_key_usage(ca), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
	assert_int_equal(X509_get_pathlen(ca), -1);
	assert_int_equal(X509_check_ca(ca), 1);
	assert_extensions(ca, extensions, sizeof extensions / sizeof extensions[0]);
	assert_length(ca, 1280, 1350);
	assert_int_equal(X509_get_signature_nid(ca), NID_sha256WithRSAEncryption);
	assert_int_equal(X509_verify(ca, X509_get0_pubkey(ca)), 1);
	X509_free(ca);
	BIO_free(bio);
	free(pem);
}

static void
generations_have_one_name_and_different_keys(void **state)
{
	char *error = NULL;
	char *pem;
	BIO *bio;
	X509 *old, *new;

	(void)state;
	need_card("adult");
	need_card("near-expiry");
	pem = sim_store_ca_text(help_store(), SIM_PIN_AUTH, SIM_CERTIFICATES, NULL, &error);
	expect_ok(pem != NULL, error);
	bio = BIO_new_mem_buf(pem, -1);
	old = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	new = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	assert_non_null(new);
	assert_int_equal(X509_NAME_cmp(X509_get_subject_name(old), X509_get_subject_name(new)), 0);
	assert_int_not_equal(EVP_PKEY_eq(X509_get0_pubkey(old), X509_get0_pubkey(new)), 1);
	assert_true(ASN1_TIME_compare(X509_get0_notBefore(old), X509_get0_notBefore(new)) < 0);
	assert_int_equal(verify("adult", SIM_PIN_AUTH), X509_V_OK);
	assert_int_equal(verify("near-expiry", SIM_PIN_AUTH), X509_V_OK);
	assert_int_equal(verify("near-expiry", SIM_PIN_SIGN), X509_V_OK);
	X509_free(old);
	X509_free(new);
	BIO_free(bio);
	free(pem);
}

/* The n-th certificate of the authority, oldest first. */
static X509 *
authority_in(struct sim_store *store, enum sim_pin which, int n)
{
	char *error = NULL;
	char *pem = sim_store_ca_text(store, which, SIM_CERTIFICATES, NULL, &error);
	BIO *bio;
	X509 *ca = NULL;

	expect_ok(pem != NULL, error);
	bio = BIO_new_mem_buf(pem, -1);
	for (int i = 0; i <= n; i++) {
		X509_free(ca);
		ca = PEM_read_bio_X509(bio, NULL, NULL, NULL);
		assert_non_null(ca);
	}
	BIO_free(bio);
	free(pem);
	return ca;
}

static void
authorities_begin_and_end_when_the_published_ones_do(void **state)
{
	static const struct {
		enum sim_pin which;
		const char *generation, *from, *to;
	} table[] = {
		{SIM_PIN_AUTH, "2015", "2015-10-20 03:08:13", "2025-10-19 14:59:59"},
		{SIM_PIN_AUTH, "2019", "2019-09-14", "2029-09-14"},
		{SIM_PIN_AUTH, "2023", "2023-07-16 01:01:04", "2033-07-15 14:59:59"},
		{SIM_PIN_SIGN, "2015", "2015-10-20 02:40:28", "2025-10-19 14:59:59"},
		{SIM_PIN_SIGN, "2019", "2019-09-14 23:41:56", "2029-09-14 14:59:59"},
		{SIM_PIN_SIGN, "2023", "2023-07-16 00:50:27", "2033-07-15 14:59:59"},
	};
	struct sim_store *store = new_store("generations");

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct sim_make_options options = help_options;

		options.generation = table[i].generation;
		make_card(store, table[i].generation, "opted-out", &options);
	}
	for (int i = 0; i < 6; i++) {
		X509 *ca = authority_in(store, table[i].which, i % 3);
		char text[20];

		write_time(X509_get0_notBefore(ca), text);
		assert_memory_equal(text, table[i].from, strlen(table[i].from));
		write_time(X509_get0_notAfter(ca), text);
		assert_memory_equal(text, table[i].to, strlen(table[i].to));
		X509_free(ca);
	}
	sim_store_free(store);
}

/* ---- 6.2: people's certificates ---- */

static void
the_authentication_certificate_names_nobody(void **state)
{
	static const int extensions[] = {NID_key_usage,
					 NID_ext_key_usage,
					 NID_certificate_policies,
					 NID_issuer_alt_name,
					 NID_crl_distribution_points,
					 NID_authority_key_identifier,
					 NID_subject_key_identifier};
	X509 *certificate;
	const X509_NAME *subject;

	(void)state;
	need_card("adult");
	certificate = certificate_of("adult", SIM_PIN_AUTH);
	subject = X509_get_subject_name(certificate);
	assert_int_equal(X509_NAME_entry_count(subject), 2);
	assert_int_equal(X509_NAME_get_index_by_NID(subject, NID_countryName, -1), 0);
	assert_int_equal(X509_NAME_get_index_by_NID(subject, NID_commonName, -1), 1);
	assert_int_equal(X509_get_key_usage(certificate), KU_DIGITAL_SIGNATURE);
	assert_extensions(certificate, extensions, sizeof extensions / sizeof extensions[0]);
	assert_length(certificate, 1574, 1583);
	assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(certificate)), 2048);
	assert_true(ASN1_STRING_length(X509_get0_serialNumber(certificate)) <= 4);
	X509_free(certificate);
}

/* The text of the n-th otherName and the last number of its type. */
static int
other_name(const GENERAL_NAMES *names, int n, char *text, size_t room)
{
	const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, n);
	const OTHERNAME *other = name->d.otherName;
	char oid[64];

	assert_int_equal(name->type, GEN_OTHERNAME);
	assert_int_equal(other->value->type, V_ASN1_UTF8STRING);
	snprintf(text, room, "%.*s", ASN1_STRING_length(other->value->value.utf8string),
		 (const char *)ASN1_STRING_get0_data(other->value->value.utf8string));
	OBJ_obj2txt(oid, sizeof oid, other->type_id, 1);
	assert_memory_equal(oid, "1.2.392.200149.8.5.5.", 21);
	return atoi(oid + 21);
}

static size_t
count_characters(const char *utf8)
{
	size_t count = 0;

	for (; *utf8; utf8++)
		count += ((unsigned char)*utf8 & 0xC0) != 0x80;
	return count;
}

static void
the_signing_certificate_holds_the_six_attributes_in_order(void **state)
{
	static const int order[] = {1, 4, 3, 5, 2, 6};
	X509 *certificate;
	GENERAL_NAMES *names;
	char text[6][300];

	(void)state;
	need_card("adult");
	certificate = certificate_of("adult", SIM_PIN_SIGN);
	names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	assert_non_null(names);
	assert_int_equal(sk_GENERAL_NAME_num(names), 6);
	for (int i = 0; i < 6; i++)
		assert_int_equal(other_name(names, i, text[i], sizeof text[i]), order[i]);
	assert_non_null(strstr(text[0], "𠮷"));	   /* outside the basic plane */
	assert_string_equal(text[1], "419920302"); /* Heisei, Gregorian year */
	assert_int_equal(strlen(text[2]), 1);
	assert_int_equal(strlen(text[4]), count_characters(text[0]));
	assert_int_equal(strlen(text[5]), count_characters(text[3]));
	assert_non_null(strchr(text[4], '1'));
	assert_int_equal(X509_get_key_usage(certificate),
			 KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
	assert_length(certificate, 1735, 1760);
	GENERAL_NAMES_free(names);
	X509_free(certificate);
}

/* near-expiry is 64 years old in 20 days. */
static void
birth_dates_have_the_digit_of_their_era_to_the_day(void **state)
{
	static const char *const table[][3] = {
		{"showa", "2052-12-18", "319890107"},
		{"heisei", "2052-12-19", "419890108"},
		{"late-heisei", "2083-04-10", "420190430"},
		{"reiwa", "2083-04-11", "520190501"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct sim_make_options options = help_options;
		char *error = NULL;
		char text[300];
		X509 *certificate;
		GENERAL_NAMES *names;

		assert_true(sim_now_parse(table[i][1], &options.now, &error));
		make_card(help_store(), table[i][0], "near-expiry", &options);
		certificate = certificate_of(table[i][0], SIM_PIN_SIGN);
		names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
		assert_non_null(names);
		assert_int_equal(other_name(names, 1, text, sizeof text), 4);
		assert_string_equal(text, table[i][2]);
		GENERAL_NAMES_free(names);
		X509_free(certificate);
	}
}

static void
the_signing_certificate_says_where_in_romaji_and_lists_are_in_a_directory(void **state)
{
	X509 *certificate;
	const X509_NAME *subject;
	CRL_DIST_POINTS *points;
	DIST_POINT *point;
	GENERAL_NAME *name;
	int index;

	(void)state;
	need_card("adult");
	certificate = certificate_of("adult", SIM_PIN_SIGN);
	subject = X509_get_subject_name(certificate);
	index = X509_NAME_get_index_by_NID(subject, NID_localityName, -1);
	assert_int_equal(index, 1);
	assert_int_equal(X509_NAME_get_index_by_NID(subject, NID_localityName, index), 2);
	assert_int_equal(X509_NAME_entry_count(subject), 4);
	points = X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
	assert_non_null(points);
	assert_int_equal(sk_DIST_POINT_num(points), 1);
	point = sk_DIST_POINT_value(points, 0);
	name = sk_GENERAL_NAME_value(point->distpoint->name.fullname, 0);
	assert_int_equal(name->type, GEN_DIRNAME);
	assert_name(name->d.directoryName,
		    "C=JP,O=JPKI-SIM,OU=JPKI for digital signature,OU=CRL Distribution Points,"
		    "OU=Tokyo-to,CN=Chiyoda-ku CRLDP");
	CRL_DIST_POINTS_free(points);
	X509_free(certificate);
}

static void
certificates_end_on_the_fifth_birthday_or_with_the_card(void **state)
{
	json_t *adult;
	char text[20];

	(void)state;
	need_card("adult");
	adult = info_of(help_store(), "adult");
	/* The adult's birthdays after 2026-11-21 are the 2 March of 2027, 28, 29, 30, 31. */
	format_time(number(adult, SIM_PIN_AUTH, "not_after"), text);
	assert_string_equal(text, "2031-03-02 14:59:59");
	assert_true(number(adult, SIM_PIN_SIGN, "not_after") <=
		    number(adult, SIM_PIN_AUTH, "not_after"));
	json_decref(adult);
}

/* Adults of each generation, in a state directory of their own: born on 2 March. */
static void
a_card_of_each_generation_has_dates_within_its_authoritys(void **state)
{
	static const struct {
		const char *generation, *from, *to;
	} table[] = {
		/* the last second in which that generation issued, and the fifth birthday */
		{"2015", "2019-09-14 23:41:55", "2024-03-02 14:59:59"},
		{"2019", "2023-07-16 01:01:03", "2028-03-02 14:59:59"},
		{"2023", "2026-11-21 00:00:00", "2031-03-02 14:59:59"},
		{"next", "2026-11-21 00:00:00", "2031-03-02 14:59:59"},
	};
	struct sim_store *store = new_store("within");

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct sim_make_options options = help_options;

		options.generation = table[i].generation;
		make_card(store, table[i].generation, "adult", &options);
		for (enum sim_pin which = SIM_PIN_AUTH; which < SIM_PIN_COUNT; which++) {
			X509 *ca = authority_in(store, which, i);
			X509 *made = certificate_in(store, table[i].generation, which);
			char text[20];

			assert_int_equal(X509_verify(made, X509_get0_pubkey(ca)), 1);
			assert_true(ASN1_TIME_compare(X509_get0_notBefore(ca),
						      X509_get0_notBefore(made)) <= 0);
			assert_true(ASN1_TIME_compare(X509_get0_notAfter(made),
						      X509_get0_notAfter(ca)) <= 0);
			write_time(X509_get0_notBefore(made), text);
			assert_string_equal(text, table[i].from);
			write_time(X509_get0_notAfter(made), text);
			assert_string_equal(text, table[i].to);
			X509_free(ca);
			X509_free(made);
		}
	}
	sim_store_free(store);
}

/* The first and the last day of each present generation. */
static void
a_card_of_the_previous_generation_is_in_its_dates_on_any_day(void **state)
{
	static const char *const days[] = {"2023-07-16T01:01:04Z", "2027-07-16T01:01:03Z",
					   "2027-07-16T01:01:04Z", "2038-01-20"};
	static const char *const generations[] = {"2019", "2019", "2023", "2031"};
	struct sim_store *store = new_store("previous");
	char *error = NULL;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct sim_make_options options = {.seed = "previous", .generation = "previous"};
		char name[] = "card-0";
		json_t *info;

		name[5] = (char)('0' + i);
		assert_true(sim_now_parse(days[i], &options.now, &error));
		make_card(store, name, "child", &options);
		info = info_of(store, name);
		assert_string_equal(word(info, SIM_PIN_AUTH, "generation"), generations[i]);
		assert_true(number(info, SIM_PIN_AUTH, "not_before") < options.now);
		assert_true(number(info, SIM_PIN_AUTH, "not_after") > options.now);
		json_decref(info);
	}
	sim_store_free(store);
}

static void
assert_not_made(const char *person, const char *now, const char *generation, const char *says)
{
	struct sim_make_options options = {.seed = "never", .generation = generation};
	char *error = NULL;

	assert_true(sim_now_parse(now, &options.now, &error));
	assert_refused("never", person, &options, says);
}

static void
what_no_authority_could_have_issued_is_refused(void **state)
{
	struct sim_make_options options = help_options;
	char *error = NULL;

	(void)state;
	/* 1750 days before */
	assert_not_made("near-expiry", "2020-08-04", NULL, "no authority issued");
	assert_not_made("near-expiry", "2026-11-21", "2023",
			"2023 issued nothing yet on 2022-02-05");
	assert_not_made("near-expiry", "2026-11-21", "next",
			"2027 issued nothing yet on 2022-02-05");
	assert_not_made("adult", "2018-01-01", "previous", "previous");
	assert_not_made("adult", "2026-11-21", "2031", "2031");
	assert_not_made("adult", "2026-11-21", "2011", "2011");
	make_card(help_store(), "of-2019", "child",
		  &(struct sim_make_options){
			  .seed = "of-2019", .generation = "2019", .now = help_options.now});
	options.generation = "same";
	assert_false(sim_store_change(help_store(), "of-2019", SIM_PIN_COUNT, &options, sim_renew,
				      &error));
	assert_non_null(error);
	assert_non_null(strstr(error, "2019 issues no certificates any more"));
	free(error);
}

static void
the_extended_key_usage_can_be_left_out(void **state)
{
	struct sim_make_options options = help_options;
	X509 *certificate;

	(void)state;
	options.no_eku = true;
	make_card(help_store(), "no-eku", "child", &options);
	certificate = certificate_of("no-eku", SIM_PIN_AUTH);
	assert_int_equal(X509_get_ext_by_NID(certificate, NID_ext_key_usage, -1), -1);
	X509_free(certificate);
	assert_int_equal(verify("no-eku", SIM_PIN_AUTH), X509_V_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(authorities_look_like_the_published_ones),
		cmocka_unit_test(generations_have_one_name_and_different_keys),
		cmocka_unit_test(authorities_begin_and_end_when_the_published_ones_do),
		cmocka_unit_test(the_authentication_certificate_names_nobody),
		cmocka_unit_test(the_signing_certificate_holds_the_six_attributes_in_order),
		cmocka_unit_test(birth_dates_have_the_digit_of_their_era_to_the_day),
		cmocka_unit_test(
			the_signing_certificate_says_where_in_romaji_and_lists_are_in_a_directory),
		cmocka_unit_test(certificates_end_on_the_fifth_birthday_or_with_the_card),
		cmocka_unit_test(a_card_of_each_generation_has_dates_within_its_authoritys),
		cmocka_unit_test(a_card_of_the_previous_generation_is_in_its_dates_on_any_day),
		cmocka_unit_test(what_no_authority_could_have_issued_is_refused),
		cmocka_unit_test(the_extended_key_usage_can_be_left_out),
	};

	return cmocka_run_group_tests(tests, help_begin, help_end);
}
