/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PKI_SHAPE_H
#define JPKI_SIM_PKI_SHAPE_H

#include <openssl/x509v3.h>

#include "sim/pki/pki.h"

/* Names and extensions that certificates and revocation lists are made of. */

/* What differs between the two authorities. */
struct sim_authority_kind {
	const char *unit;
	const char *unit_ja;
	const char *policy; /* the section "policy" of openssl.cnf */
	const char *key_usage;
};
extern const struct sim_authority_kind sim_authority_kinds[SIM_PIN_COUNT];

/* Names, to be freed by the caller or taken over; NULL without memory. */
X509_NAME *sim_name_issuer(enum sim_pin which);
X509_NAME *sim_name_issuer_ja(enum sim_pin which);
X509_NAME *sim_name_subject(enum sim_pin which, const struct sim_request *request);

/* As text, in the sections that the extension refers to; without holder the authority's own. */
char *sim_name_crl_point(enum sim_pin which, const json_t *holder);

/*
 * Makes one extension from a text as in openssl.cnf (x509v3_config(5)) and adds it behind the
 * others. `issuer` may be the certificate itself; `sections` holds what the text refers to.
 */
bool sim_extend(X509 *certificate, X509 *issuer, int nid, const char *text, const char *sections);

/* The same for what has no text, or one that is made of names; a name is taken over. */
bool sim_extend_directory_name(X509 *certificate, int nid, X509_NAME *name);
bool sim_extend_crl_point(X509 *certificate, enum sim_pin which, const json_t *holder);
bool sim_extend_attributes(X509 *certificate, const struct sim_request *request);

bool sim_pki_set_time(ASN1_TIME *field, int64_t time);

#endif
