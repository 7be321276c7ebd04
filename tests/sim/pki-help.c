/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/sim/pki-help.h"

#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
expect_ok(bool ok, char *error)
{
	if (!ok)
		print_error("%s\n", error ? error : "no reason given");
	assert_true(ok);
	assert_null(error);
}

void
make_card(struct sim_store *store, const char *name, const char *person,
	  const struct sim_make_options *options)
{
	char *error = NULL;

	expect_ok(sim_store_make_card(store, name, person, options, &error), error);
}

/* Makes the person's card in the common store if it is not there. */
void
need_card(const char *person)
{
	help_free(help_card(person));
}

X509 *
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

X509 *
certificate_of(const char *card, enum sim_pin which)
{
	return certificate_in(help_store(), card, which);
}

static X509_STORE *
trust(struct sim_store *state_dir, enum sim_pin which, int64_t at)
{
	char *error = NULL;
	char *roots = sim_store_ca_text(state_dir, which, SIM_CERTIFICATES, NULL, &error);
	char *lists = sim_store_ca_text(state_dir, which, SIM_CRL, &help_options, &error);
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
int
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

int
verify(const char *card, enum sim_pin which)
{
	return verify_in(help_store(), card, which);
}

/* All that the list of cards says of that card; a new reference. */
json_t *
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

const json_t *
member(const json_t *info, enum sim_pin which, const char *name)
{
	return json_object_get(json_object_get(info, sim_pin_names[which]), name);
}

int64_t
number(const json_t *info, enum sim_pin which, const char *name)
{
	return json_integer_value(member(info, which, name));
}

const char *
word(const json_t *info, enum sim_pin which, const char *name)
{
	return json_string_value(member(info, which, name));
}

void
assert_name(const X509_NAME *name, const char *expected)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char text[600];
	int len;

	X509_NAME_print_ex(bio, name, 0, XN_FLAG_SEP_COMMA_PLUS | ASN1_STRFLGS_DUMP_UNKNOWN);
	len = BIO_read(bio, text, sizeof text - 1);
	text[len > 0 ? len : 0] = '\0';
	BIO_free(bio);
	assert_string_equal(text, expected);
}

struct sim_store *
new_store(const char *name)
{
	char dir[200];
	char *error = NULL;
	struct sim_store *store;

	snprintf(dir, sizeof dir, "%s/%s", help_folder(), name);
	store = sim_store_open(dir, &error);
	expect_ok(store != NULL, error);
	return store;
}

void
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

/* "2031-03-01 14:59:59", in UTC as in the certificate. */
void
write_time(const ASN1_TIME *time, char text[20])
{
	struct tm parts;

	assert_int_equal(ASN1_TIME_to_tm(time, &parts), 1);
	strftime(text, 20, "%Y-%m-%d %H:%M:%S", &parts);
}

void
format_time(int64_t time, char text[20])
{
	time_t t = (time_t)time;
	struct tm parts;

	gmtime_r(&t, &parts);
	strftime(text, 20, "%Y-%m-%d %H:%M:%S", &parts);
}
