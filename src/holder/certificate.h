/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_CERTIFICATE_H
#define JPKI_HOLDER_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "holder/dates.h"

/* What a certificate says about itself. Pure; certificates are hostile input. */

/* Its first and last second. False if it does not say them properly. */
bool certificate_dates(const X509 *certificate, int64_t *from, int64_t *to);

/* A time in seconds since 1970. False if it is not properly written. */
bool certificate_time(const ASN1_TIME *text, int64_t *time);

/* Whether its key made the signature (PKCS#1 v1.5) over that SHA-256 hash. */
bool certificate_verifies(const X509 *certificate, const uint8_t hash[32],
			  const uint8_t signature[256]);

#define FINGERPRINT_TEXT 65 /* 64 hex digits and a NUL */

/* Its SHA-256 in upper-case hex; "?" without memory. */
void certificate_fingerprint(const X509 *certificate, char text[FINGERPRINT_TEXT]);

/* Whether a simulated card's authority issued it (O=JPKI-SIM). */
bool certificate_is_simulated(const X509 *certificate);

/* Where a certificate stands on a day. */
enum standing {
	STANDING_EARLY, /* not yet valid */
	STANDING_GOOD,
	STANDING_RENEWAL, /* the renewal window is open */
	STANDING_ENDED,
};

/* `now` decides to the second whether it has ended; the window opens by days in Japan. */
enum standing certificate_standing(int64_t from, int64_t to, int64_t now);

/* Whether it is valid then, by its dates: neither early nor ended. */
bool certificate_in_term(int64_t from, int64_t to, int64_t now);

#endif
