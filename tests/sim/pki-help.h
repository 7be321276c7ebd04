/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_SIM_PKI_HELP_H
#define JPKI_TESTS_SIM_PKI_HELP_H

#include <jansson.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "tests/sim/card-help.h"

/* Help for the tests of the simulated card's certificates, authorities and state directory. */

void expect_ok(bool ok, char *error);

void make_card(struct sim_store *store, const char *name, const char *person,
	       const struct sim_make_options *options);

/* Makes the person's card in the common store if it is not there. */
void need_card(const char *person);

X509 *certificate_in(struct sim_store *store, const char *card, enum sim_pin which);

X509 *certificate_of(const char *card, enum sim_pin which);

/* What OpenSSL says of the card's certificate on the day it was made. */
int verify_in(struct sim_store *state_dir, const char *card, enum sim_pin which);

int verify(const char *card, enum sim_pin which);

/* All that the list of cards says of that card; a new reference. */
json_t *info_of(struct sim_store *store, const char *card);

const json_t *member(const json_t *info, enum sim_pin which, const char *name);

int64_t number(const json_t *info, enum sim_pin which, const char *name);

const char *word(const json_t *info, enum sim_pin which, const char *name);

void assert_name(const X509_NAME *name, const char *expected);

struct sim_store *new_store(const char *name);

void assert_refused(const char *name, const char *person, const struct sim_make_options *options,
		    const char *says);

/* "2031-03-01 14:59:59", in UTC as in the certificate. */
void write_time(const ASN1_TIME *time, char text[20]);

void format_time(int64_t time, char text[20]);

#endif
