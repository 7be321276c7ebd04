/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_AUTHORITY_H
#define JPKI_TOOL_AUTHORITY_H

#include "holder/module.h"
#include "tool/terminal/screen.h"

/* Whose certificate is it? By the authority's key, never by its name: all generations share it. */

enum authority_answer {
	AUTHORITY_PUBLISHED,	 /* a published JPKI authority, and its key made the signature */
	AUTHORITY_SIMULATED,	 /* jpki-card-sim's, and its key made the signature */
	AUTHORITY_KNOWN_SERIAL,	 /* one of which only serial number and dates are known */
	AUTHORITY_UNKNOWN,	 /* none that is known here */
	AUTHORITY_FORGED,	 /* that authority's key did not make the signature */
	AUTHORITY_NO_LIST,	 /* the list of authorities cannot be read */
};

#define AUTHORITY_YEAR 5 /* "2023" and a NUL */

/*
 * Looks the authority up in the list and verifies its signature on the certificate. `year` is
 * set to its generation for PUBLISHED and KNOWN_SERIAL. `ca` may be NULL: unknown.
 */
enum authority_answer authority_check(enum key key, X509 *certificate, X509 *ca,
				      char year[AUTHORITY_YEAR]);

/* The answer as a sentence, which the caller frees (NULL without memory); its name in JSON. */
char *authority_text(enum authority_answer answer, const char *year);
const char *authority_name(enum authority_answer answer);
enum mark authority_mark(enum authority_answer answer);

#endif
