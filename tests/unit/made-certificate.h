/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_UNIT_MADE_CERTIFICATE_H
#define JPKI_TESTS_UNIT_MADE_CERTIFICATE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/bytes.h"

/* Certificates in the shape of card fact 6, made by OpenSSL when a test runs. */

#define MADE_SUBJECT_AUTH "/C=JP/CN=997794E9AGCIEG13221003A"
#define MADE_SUBJECT_SIGN "/C=JP/L=Tokyo-to/L=Kiyose-shi/CN=2025102712345678901234567890"

struct made_recipe {
	const char *subject; /* OpenSSL's /type=value form */
	unsigned long serial;
	const char *not_before; /* as in the certificate: UTCTime or GeneralizedTime text */
	const char *not_after;
	bool personal; /* with the six otherName attributes of a signing certificate */
};

extern const struct made_recipe made_auth;
extern const struct made_recipe made_sign;

/* An RSA key with e = 65537; one for each size for as long as the program runs, never freed. */
EVP_PKEY *made_rsa_key(int bits);

/* Signed with SHA-256 by the key itself, under an issuer's name of its own. Free with X509_free. */
X509 *made_certificate(const struct made_recipe *recipe, EVP_PKEY *key);

/* The certificate's DER; free `data`. */
struct bytes made_der(X509 *certificate);

#endif
