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
	const char *policy;
	const char *practice; /* where its rules stand; NULL: not said */
	uint8_t key_usage;    /* the bits' byte; unused bits follow from it */
};
extern const struct sim_authority_kind sim_authority_kinds[SIM_PIN_COUNT];

/* Names, to be freed by the caller or taken over; NULL without memory. */
X509_NAME *sim_name_issuer(enum sim_pin which);
X509_NAME *sim_name_issuer_ja(enum sim_pin which);
X509_NAME *sim_name_subject(enum sim_pin which, const struct sim_request *request);
X509_NAME *sim_name_crl_point(enum sim_pin which, const struct sim_holder *holder);

/* Each makes one extension and adds it behind the others. Those with a name take it over. */
bool sim_extend_key_usage(X509 *certificate, uint8_t bits);
bool sim_extend_directory_name(X509 *certificate, int nid, X509_NAME *name);
bool sim_extend_basic_constraints(X509 *certificate);
bool sim_extend_crl_point(X509 *certificate, X509_NAME *name);
bool sim_extend_subject_key_id(X509 *certificate);
bool sim_extend_authority_key_id(X509 *certificate, const struct sim_authority *authority);
bool sim_extend_client_auth(X509 *certificate);
bool sim_extend_policy(X509 *certificate, const char *oid, const char *practice);
bool sim_extend_attributes(X509 *certificate, const struct sim_holder *holder);

/* Key identifier, and where `full` also name and serial number of the authority. */
AUTHORITY_KEYID *sim_extend_make_authority_key_id(const struct sim_authority *authority, bool full);

bool sim_pki_set_time(ASN1_TIME *field, int64_t time);

#endif
