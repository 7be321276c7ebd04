/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PKI_PKI_H
#define JPKI_SIM_PKI_PKI_H

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/pins.h"
#include "sim/base/random.h"

/*
 * Keys, certificates and revocation lists with the shape that is known of the real ones
 * (section 6 of the facts on the card), under O=JPKI-SIM instead of O=JPKI. Functions that
 * return a pointer return NULL when OpenSSL fails; sim_pki_reason() then says why.
 */

/* OpenSSL's last complaint, for a message to the user. Never NULL; static storage. */
const char *sim_pki_reason(void);

/* Keeps the user's openssl.cnf, and the engines named in it, out of this process. */
void sim_pki_init(void);

EVP_PKEY *sim_pki_make_rsa(struct sim_random *random, int bits);
EVP_PKEY *sim_pki_make_ec(struct sim_random *random); /* P-384 */

/* A key as PEM text (PKCS #8, not encrypted), to be freed; and back. */
char *sim_pki_key_to_pem(const EVP_PKEY *key);
EVP_PKEY *sim_pki_key_from_pem(const char *pem);

/* A certificate as DER, to be freed with OPENSSL_free(); its length in *len. */
uint8_t *sim_pki_to_der(X509 *certificate, size_t *len);
char *sim_pki_certificate_to_pem(X509 *certificate);
char *sim_pki_crl_to_pem(X509_CRL *list);

/* An authority: which of the two, its key, its own certificate and that one's dates. */
struct sim_authority {
	enum sim_pin which;
	EVP_PKEY *key;
	X509 *certificate;
	int64_t not_before, not_after;
};

/* What a certificate says, in seconds since 1970; also where time_t ends in 2038. */
bool sim_pki_get_time(const ASN1_TIME *field, int64_t *time);

/* What a certificate is for, and, where it is a holder's, for whom. */
struct sim_request {
	EVP_PKEY *key; /* the public half is certified */
	uint32_t serial;
	int64_t not_before, not_after;
	const json_t *holder; /* as in card.json: describe_card() in store/card.c */
	char birth[10];	      /* era digit and YYYYMMDD */
	char common_name[48];
	bool eku; /* extendedKeyUsage clientAuth, authentication only */
};

/* An authority's own, signed with the key that it is for. */
X509 *sim_pki_make_ca(enum sim_pin which, const struct sim_request *request);

X509 *sim_pki_make_end_entity(const struct sim_authority *authority,
			      const struct sim_request *request);

/* `revoked` is an array of {"serial", "at"}. */
X509_CRL *sim_pki_make_crl(const struct sim_authority *authority, const json_t *revoked,
			   long number, int64_t now, int64_t next);

#endif
