/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/card-help.h"

#include <dirent.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/store/people.h"

/*
 * The simulated card's certificates and state directory against what is known of the real
 * certificates (section 6 of the facts on the card).
 */

static const char *folder;

/* ---- help ---- */

static void
expect_ok(bool ok, char *error)
{
	if (!ok)
		print_error("%s\n", error ? error : "no reason given");
	assert_true(ok);
	assert_null(error);
}

/* Makes the person's card in the common store if it is not there. */
static void
need_card(const char *person)
{
	help_free(help_card(person));
}

static X509 *
certificate_in(struct sim_store *store, const char *card, enum sim_pin which)
{
	char *error = NULL;
	char *pem = sim_store_certificate(store, card, which, &error);
	BIO *bio;
	X509 *certificate;

	expect_ok(pem != NULL, error);
	bio = BIO_new_mem_buf(pem, -1);
	certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	free(pem);
	assert_non_null(certificate);
	return certificate;
}

static X509 *
certificate_of(const char *card, enum sim_pin which)
{
	return certificate_in(help_store(), card, which);
}

static X509_STORE *
trust(struct sim_store *state_dir, enum sim_pin which, int64_t at)
{
	char *error = NULL;
	char *roots = sim_store_ca_certificates(state_dir, which, &error);
	char *lists = sim_store_ca_crl(state_dir, which, &help_options, &error);
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
	BIO *bio;
	X509 *root;
	X509_CRL *list;

	expect_ok(roots && lists, error);
	bio = BIO_new_mem_buf(roots, -1);
	while ((root = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		X509_STORE_add_cert(store, root);
		X509_free(root);
	}
	BIO_free(bio);
	bio = BIO_new_mem_buf(lists, -1);
	while ((list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL))) {
		X509_STORE_add_crl(store, list);
		X509_CRL_free(list);
	}
	BIO_free(bio);
	free(roots);
	free(lists);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK);
	X509_VERIFY_PARAM_set_time(param, (time_t)at);
	return store;
}

/* What OpenSSL says of the card's certificate on the day it was made. */
static int
verify_in(struct sim_store *state_dir, const char *card, enum sim_pin which)
{
	X509_STORE *store = trust(state_dir, which, help_options.now + 60);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509 *certificate = certificate_in(state_dir, card, which);
	int result;

	assert_int_equal(X509_STORE_CTX_init(ctx, store, certificate, NULL), 1);
	result = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	X509_free(certificate);
	return result;
}

static int
verify(const char *card, enum sim_pin which)
{
	return verify_in(help_store(), card, which);
}

/* All that the list of cards says of that card; a new reference. */
static json_t *
info_of(struct sim_store *store, const char *card)
{
	char *error = NULL;
	json_t *list = sim_store_list(store, &error), *each, *found = NULL;
	size_t i;

	expect_ok(list != NULL, error);
	json_array_foreach(list, i,
			   each) if (strcmp(json_string_value(json_object_get(each, "name")),
					    card) == 0) found = json_incref(each);
	json_decref(list);
	assert_non_null(found);
	return found;
}

static const json_t *
member(const json_t *info, enum sim_pin which, const char *name)
{
	return json_object_get(json_object_get(info, sim_pin_names[which]), name);
}

static int64_t
number(const json_t *info, enum sim_pin which, const char *name)
{
	return json_integer_value(member(info, which, name));
}

static const char *
word(const json_t *info, enum sim_pin which, const char *name)
{
	return json_string_value(member(info, which, name));
}

static void
assert_name(const X509_NAME *name, const char *expected)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char text[600];
	int len;

	X509_NAME_print_ex(bio, name, 0, XN_FLAG_SEP_COMMA_PLUS | ASN1_STRFLGS_DUMP_UNKNOWN);
	len = BIO_read(bio, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	BIO_free(bio);
	assert_string_equal(text, expected);
}

static struct sim_store *
new_store(const char *name)
{
	char dir[200];
	char *error = NULL;
	struct sim_store *store;

	snprintf(dir, sizeof(dir), "%s/%s", folder, name);
	store = sim_store_open(dir, &error);
	expect_ok(store != NULL, error);
	return store;
}

static void
assert_refused(const char *name, const char *person, const struct sim_make_options *options,
	       const char *says)
{
	char *error = NULL;

	assert_false(sim_store_make_card(help_store(), name, person, options, &error));
	assert_non_null(error);
	if (!strstr(error, says))
		fail_msg("\"%s\" does not say \"%s\"", error, says);
	free(error);
}

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
	pem = sim_store_ca_certificates(help_store(), SIM_PIN_SIGN, &error);
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
	assert_extensions(ca, extensions, sizeof(extensions) / sizeof(*extensions));
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
	pem = sim_store_ca_certificates(help_store(), SIM_PIN_AUTH, &error);
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
	char *pem = sim_store_ca_certificates(store, which, &error);
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

/* "2031-03-01 14:59:59", in UTC as in the certificate. */
static void
write_time(const ASN1_TIME *time, char text[20])
{
	struct tm parts;

	assert_int_equal(ASN1_TIME_to_tm(time, &parts), 1);
	strftime(text, 20, "%Y-%m-%d %H:%M:%S", &parts);
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
	char *error = NULL;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct sim_make_options options = help_options;

		options.generation = table[i].generation;
		expect_ok(sim_store_make_card(store, table[i].generation, "opted-out", &options,
					      &error),
			  error);
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
	assert_extensions(certificate, extensions, sizeof(extensions) / sizeof(*extensions));
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
	OBJ_obj2txt(oid, sizeof(oid), other->type_id, 1);
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
		assert_int_equal(other_name(names, i, text[i], sizeof(text[i])), order[i]);
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
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct sim_make_options options = help_options;
		char *error = NULL;
		char text[300];
		X509 *certificate;
		GENERAL_NAMES *names;

		assert_true(sim_now_parse(table[i][1], &options.now, &error));
		expect_ok(sim_store_make_card(help_store(), table[i][0], "near-expiry", &options,
					      &error),
			  error);
		certificate = certificate_of(table[i][0], SIM_PIN_SIGN);
		names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
		assert_non_null(names);
		assert_int_equal(other_name(names, 1, text, sizeof(text)), 4);
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
format_time(int64_t time, char text[20])
{
	time_t t = (time_t)time;
	struct tm parts;

	gmtime_r(&t, &parts);
	strftime(text, 20, "%Y-%m-%d %H:%M:%S", &parts);
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
	char *error = NULL;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct sim_make_options options = help_options;

		options.generation = table[i].generation;
		expect_ok(
			sim_store_make_card(store, table[i].generation, "adult", &options, &error),
			error);
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
		expect_ok(sim_store_make_card(store, name, "child", &options, &error), error);
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
	expect_ok(sim_store_make_card(help_store(), "of-2019", "child",
				      &(struct sim_make_options){.seed = "of-2019",
								 .generation = "2019",
								 .now = help_options.now},
				      &error),
		  error);
	options.generation = "same";
	assert_false(sim_store_renew(help_store(), "of-2019", &options, &error));
	assert_non_null(error);
	assert_non_null(strstr(error, "2019 issues no certificates any more"));
	free(error);
}

static void
the_extended_key_usage_can_be_left_out(void **state)
{
	struct sim_make_options options = help_options;
	char *error = NULL;
	X509 *certificate;

	(void)state;
	options.no_eku = true;
	expect_ok(sim_store_make_card(help_store(), "no-eku", "child", &options, &error), error);
	certificate = certificate_of("no-eku", SIM_PIN_AUTH);
	assert_int_equal(X509_get_ext_by_NID(certificate, NID_ext_key_usage, -1), -1);
	X509_free(certificate);
	assert_int_equal(verify("no-eku", SIM_PIN_AUTH), X509_V_OK);
}

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
	read_file(card, 0x000A, file, sizeof(file));
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
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
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
		for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
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
	(void)state;
	assert_true(sim_people_count() >= 17);
	for (size_t i = 0; i < sim_people_count(); i++) {
		const struct sim_person *person = sim_person_at(i);

		assert_true(strlen(person->name) > 0);
		assert_true(strlen(person->summary) > 10);
		assert_ptr_equal(sim_person_find(person->name), person);
	}
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
	pem = sim_store_ca_crl(help_store(), SIM_PIN_SIGN, &help_options, &error);
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
	expect_ok(sim_store_make_card(help_store(), "to-renew", "child", &options, &error), error);
	dir = sim_store_card_dir(help_store(), "to-renew", &error);
	card = sim_card_open(dir, &error);
	assert_non_null(card);
	sim_card_power_on(card);
	assert_sw(card, SELECT_JPKI, 0x9000);
	assert_sw(card, WRONG_AUTH, 0x63C2);
	old = certificate_of("to-renew", SIM_PIN_AUTH);
	before = info_of(help_store(), "to-renew");

	options.generation = "next";
	expect_ok(sim_store_renew(help_store(), "to-renew", &options, &error), error);
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
	assert_true(sim_card_pin_is(card, SIM_PIN_AUTH, "9876"));
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
	expect_ok(sim_store_make_card(help_store(), "window", "near-expiry", &help_options, &error),
		  error);
	for (int i = 0; i < 2; i++) {
		json_t *info;
		char text[20];

		expect_ok(sim_store_renew(help_store(), "window", &help_options, &error), error);
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
	expect_ok(sim_store_make_card(help_store(), "grown", "child", &options, &error), error);
	options.now += 3 * 365 * 86400;
	options.pin_sign = "GROWN15";
	expect_ok(sim_store_ca_issue(help_store(), "grown", SIM_PIN_SIGN, &options, &error), error);
	child = info_of(help_store(), "grown");
	assert_true(json_is_true(member(child, SIM_PIN_SIGN, "present")));
	assert_int_equal(number(child, SIM_PIN_SIGN, "not_after"),
			 number(child, SIM_PIN_AUTH, "not_after"));
	assert_int_equal(number(child, SIM_PIN_SIGN, "tries"), 5);
	json_decref(child);
	dir = sim_store_card_dir(help_store(), "grown", &error);
	card = sim_card_open(dir, &error);
	assert_true(sim_card_pin_is(card, SIM_PIN_SIGN, "GROWN15"));
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
	expect_ok(sim_store_make_card(help_store(), "anew", "adult", &options, &error), error);
	options.now += 366 * 86400; /* its own fifth birthday would be a year later */
	expect_ok(sim_store_ca_issue(help_store(), "anew", SIM_PIN_SIGN, &options, &error), error);
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
	expect_ok(sim_store_make_card(help_store(), "to-revoke", "child", &help_options, &error),
		  error);
	assert_int_equal(verify("to-revoke", SIM_PIN_AUTH), X509_V_OK);
	expect_ok(
		sim_store_ca_revoke(help_store(), "to-revoke", SIM_PIN_AUTH, &help_options, &error),
		error);
	assert_int_equal(verify("to-revoke", SIM_PIN_AUTH), X509_V_ERR_CERT_REVOKED);
	info = info_of(help_store(), "to-revoke");
	assert_true(json_is_true(member(info, SIM_PIN_AUTH, "revoked")));
	json_decref(info);
	assert_false(sim_store_ca_revoke(help_store(), "to-revoke", SIM_PIN_AUTH, &help_options,
					 &error));
	assert_non_null(strstr(error, "already"));
	free(error);
	error = NULL;
	assert_false(sim_store_ca_revoke(help_store(), "to-revoke", SIM_PIN_SIGN, &help_options,
					 &error));
	assert_non_null(strstr(error, "has no"));
	free(error);
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
	snprintf(dir, sizeof(dir), "%s/export/deep", folder);
	expect_ok(sim_store_ca_export(help_store(), dir, &help_options, &error), error);
	for (size_t i = 0; i < 4; i++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		file = fopen(path, "r");
		assert_non_null(file);
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
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

	expect_ok(sim_store_make_card(store, "card", person, &options, &error), error);
	dir = sim_store_card_dir(store, "card", &error);
	snprintf(path, sizeof(path), "%s/card.json", dir);
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

/* ---- dates from outside ---- */

static void
dates_are_understood_as_in_japan_or_as_written(void **state)
{
	static const char *const bad[] = {"",
					  "yesterday",
					  "2026-13-01",
					  "2026-02-30",
					  "2026-1-1",
					  "2026-11-21x",
					  "1999-01-01",
					  "2026-11-21T",
					  "2026-11-21T25:00:00Z",
					  "2100-01-01",
					  "2026-11-21T10:00:00",
					  "2026-11-21T10:00:00+99:00"};
	int64_t now;
	char *error = NULL;

	(void)state;
	assert_true(sim_now_parse("2026-11-21", &now, &error));
	assert_int_equal(now, 1795219200 - 9 * 3600);
	assert_true(sim_now_parse("2026-11-21T00:00:00Z", &now, &error));
	assert_int_equal(now, 1795219200);
	assert_true(sim_now_parse("2026-11-21T09:00:00+09:00", &now, &error));
	assert_int_equal(now, 1795219200);
	assert_true(sim_now_parse("2024-02-29T23:59:59-05:00", &now, &error));
	assert_int_equal(now, 1709269199);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(sim_now_parse(bad[i], &now, &error));
		assert_non_null(error);
		free(error);
		error = NULL;
	}
}

static void
every_date_of_issue_makes_valid_certificates(void **state)
{
	static const char *const dates[] = {"2024-02-29", "2099-12-31"};
	struct sim_store *store = new_store("dates");
	char *error = NULL;
	json_t *list, *info;
	size_t j;

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++) {
		struct sim_make_options options = {.seed = "dates"};

		assert_true(sim_now_parse(dates[i], &options.now, &error));
		expect_ok(sim_store_make_card(store, dates[i], "child", &options, &error), error);
		list = sim_store_list(store, &error);
		assert_int_equal(json_array_size(list), i + 1);
		json_array_foreach(list, j, info)
			assert_true(number(info, SIM_PIN_AUTH, "not_after") >
				    number(info, SIM_PIN_AUTH, "not_before") + 4 * 365 * 86400);
		json_decref(list);
	}
	sim_store_free(store);
}

/* ---- the state directory ---- */

static void
bad_input_is_refused_with_a_sentence(void **state)
{
	static const char *const unknown_switch[] = {"colour=red", NULL};
	struct sim_make_options options = help_options;
	char long_name[70];

	(void)state;
	memset(long_name, 'a', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	need_card("adult");
	assert_refused("adult", "adult", &options, "already");
	assert_refused("x", "nobody", &options, "nobody");
	assert_refused("", "adult", &options, "name");
	assert_refused("../x", "adult", &options, "name");
	assert_refused(".hidden", "adult", &options, "name");
	assert_refused("a/b", "adult", &options, "name");
	assert_refused(long_name, "adult", &options, "name");
	options.pin_auth = "12345";
	assert_refused("x", "adult", &options, "4 digits");
	options.pin_auth = NULL;
	options.pin_sign = "lower1";
	assert_refused("x", "adult", &options, "6 to 16");
	options.pin_sign = NULL;
	options.generation = "2024";
	assert_refused("x", "adult", &options, "2024");
	options.generation = "same";
	assert_refused("x", "adult", &options, "same");
	options.generation = NULL;
	options.switches = unknown_switch;
	assert_refused("x", "adult", &options, "colour");
}

static void
a_missing_card_is_named_with_those_there_are(void **state)
{
	char *error = NULL;

	(void)state;
	need_card("adult");
	assert_null(sim_store_card_dir(help_store(), "absent", &error));
	assert_non_null(strstr(error, "absent"));
	assert_non_null(strstr(error, "adult"));
	free(error);
	error = NULL;
	assert_false(sim_store_renew(help_store(), "absent", &help_options, &error));
	free(error);
	error = NULL;
	assert_false(sim_store_remove_card(help_store(), "absent", &error));
	free(error);
}

static void
a_place_that_cannot_be_written_is_named(void **state)
{
	char path[200];
	char *error = NULL;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/a-file", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_null(sim_store_open(path, &error));
	assert_non_null(strstr(error, path));
	free(error);
}

/* A limit on the size of files stands for a disk that gets full in the middle of one. */
static void
make_with_limit(struct sim_store *store, const char *person, rlim_t limit)
{
	char *error = NULL;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct sim_make_options options = {.seed = "full", .now = help_options.now};

		signal(SIGXFSZ, SIG_IGN);
		setrlimit(RLIMIT_FSIZE, &(struct rlimit){limit, limit});
		_exit(sim_store_make_card(store, "card", person, &options, &error) || !error);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
a_full_disk_leaves_no_half_written_card(void **state)
{
	struct sim_store *store = new_store("full");
	char path[300];
	char *error = NULL;

	(void)state;
	make_with_limit(store, "opted-out", 512); /* in the authorities' file */
	make_with_limit(store, "adult", 10000);	  /* in the card's own */
	snprintf(path, sizeof(path), "%s/cards", sim_store_dir(store));
	assert_int_equal(rmdir(path), 0); /* nothing is in it, not even a hidden folder */
	assert_int_equal(mkdir(path, 0700), 0);
	expect_ok(sim_store_make_card(store, "card", "opted-out", NULL, &error), error);
	sim_store_free(store);
}

static void
assert_modes(const char *path, unsigned int *files)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char name[600];
		struct stat about;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		assert_int_equal(stat(name, &about), 0);
		assert_int_equal(about.st_mode & 0777, S_ISDIR(about.st_mode) ? 0700 : 0600);
		++*files;
		if (S_ISDIR(about.st_mode))
			assert_modes(name, files);
	}
	closedir(dir);
}

static void
nobody_else_can_read_the_state_directory(void **state)
{
	unsigned int files = 0;
	mode_t old = umask(0);

	(void)state;
	need_card("adult");
	assert_modes(sim_store_dir(help_store()), &files);
	assert_true(files > 5);
	umask(old);
}

static void
processes_at_once_do_not_spoil_the_directory(void **state)
{
	static const char *const names[] = {"p1", "p2", "p3", "p4"};
	struct sim_store *store = new_store("crowd");
	struct sim_make_options options = {.now = help_options.now}; /* all keys random */
	json_t *list;
	char *error = NULL;
	pid_t child[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		child[i] = fork();
		assert_true(child[i] >= 0);
		if (child[i] == 0)
			_exit(!sim_store_make_card(store, names[i], "child", &options, &error));
	}
	for (int i = 0; i < 4; i++) {
		int status;

		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
	}
	list = sim_store_list(store, &error);
	assert_int_equal(json_array_size(list), 4);
	/* All under one authority: whoever came first made it, the others found it. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(verify_in(store, names[i], SIM_PIN_AUTH), X509_V_OK);
	json_decref(list);
	sim_store_free(store);
}

static void
a_removed_card_is_gone(void **state)
{
	char *error = NULL;

	(void)state;
	expect_ok(sim_store_make_card(help_store(), "gone", "opted-out", &help_options, &error),
		  error);
	expect_ok(sim_store_remove_card(help_store(), "gone", &error), error);
	assert_null(sim_store_card_dir(help_store(), "gone", &error));
	free(error);
	error = NULL;
	expect_ok(sim_store_make_card(help_store(), "gone", "opted-out", &help_options, &error),
		  error);
}

static int
begin(void **state)
{
	(void)state;
	folder = help_begin();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	help_end();
	return 0;
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
		cmocka_unit_test(an_export_has_what_a_server_needs_and_no_key),
		cmocka_unit_test(the_same_seed_makes_the_same_card_and_another_or_none_does_not),
		cmocka_unit_test(dates_are_understood_as_in_japan_or_as_written),
		cmocka_unit_test(every_date_of_issue_makes_valid_certificates),
		cmocka_unit_test(bad_input_is_refused_with_a_sentence),
		cmocka_unit_test(a_missing_card_is_named_with_those_there_are),
		cmocka_unit_test(a_place_that_cannot_be_written_is_named),
		cmocka_unit_test(a_full_disk_leaves_no_half_written_card),
		cmocka_unit_test(nobody_else_can_read_the_state_directory),
		cmocka_unit_test(processes_at_once_do_not_spoil_the_directory),
		cmocka_unit_test(a_removed_card_is_gone),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
