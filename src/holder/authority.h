/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_AUTHORITY_H
#define JPKI_HOLDER_AUTHORITY_H

#include <openssl/x509.h>

#include "holder/key.h"

/* Whose certificate is it? By the authority's key, never by its name: all generations share it. */

/* Of several answers the last one here says most. */
enum authority_answer {
	AUTHORITY_UNKNOWN,	/* none that is known here */
	AUTHORITY_FORGED,	/* that authority's key did not make the signature */
	AUTHORITY_NO_LIST,	/* the list of authorities cannot be read */
	AUTHORITY_KNOWN_SERIAL, /* one of which only serial number and dates are known */
	AUTHORITY_SIMULATED,	/* jpki-card-sim's, and its key made the signature */
	AUTHORITY_PUBLISHED,	/* a published JPKI authority, and its key made the signature */
};

#define AUTHORITY_YEAR 5 /* "2023" and a NUL */

/*
 * Looks the authority up in the list at `path` (authorities.txt says what it holds) and verifies
 * its signature on the certificate. `year` is set to its generation for PUBLISHED and KNOWN_SERIAL,
 * and for what is FORGED in its name; empty otherwise. `ca` may be NULL: unknown.
 */
enum authority_answer authority_check(const char *path, enum key key, X509 *certificate, X509 *ca,
				      char year[AUTHORITY_YEAR]);

/* What certificates and signatures come to; nobody here can ask whether one was revoked. */
enum verdict {
	VERDICT_INTACT,
	VERDICT_SIMULATED,	/* for tests: it means nothing to anybody */
	VERDICT_NOT_VERIFIABLE, /* nothing is wrong, but whose it is cannot be told here */
	VERDICT_NOT_VALID,
};

/* What the answer alone comes to, where everything else is well. */
enum verdict authority_verdict(enum authority_answer answer);

#endif
