/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_REPORT_FACTS_H
#define JPKI_TOOL_REPORT_FACTS_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "jpki-pkcs11.h"

/*
 * What the probes tell about a card, fact by fact: the rows of a const table. A fact that is a
 * behaviour of the simulated card has the name and the values of its switch, so that
 * jpki-card-sim make --like can take it over. Pure: no card, no screen.
 */

/* What there is to judge by. */
struct fact_input {
	const struct jpki_probe_report *report;
	const X509 *auth, *auth_ca; /* NULL: could not be read */
};

enum fact_verdict {
	FACT_EXPECTED,
	FACT_PROBLEM, /* it differs, and that is not safe */
	FACT_DIFFERS,
	FACT_NEW,      /* nobody has said yet what to expect */
	FACT_LOST,     /* the reader lost the answer */
	FACT_NOT_TOLD, /* `text` is NULL; the row's `silent` says why */
};

struct judging; /* a fact, the input, and where the value goes */

struct fact {
	const char *name;
	const char *facts;    /* sections of the facts on the card */
	bool of_cards;	      /* known of cards alone (card fact 7): what a phone does otherwise is
				 new, and differs from nothing */
	const char *expected; /* values, with | between them; NULL: none are known */
	const char *what;     /* N_(): the question */
	const char *means;    /* N_(): to the holder, if it is not as expected */
	const char *silent;   /* N_(): why nothing is told, if nothing is */
	/* The value; false: the answers do not tell. NULL: it needs what is never done. */
	bool (*judge)(const struct judging *judging);
	const char *probe; /* that `judge` looks at */
};

#define FACT_TEXT 256

extern const struct fact facts[];
extern const size_t fact_count;

/* Judges a row; `text` is empty where nothing is told. */
enum fact_verdict fact_judge(const struct fact *fact, const struct fact_input *in,
			     char text[FACT_TEXT]);

/* What is expected of the card at hand; NULL: nothing is known. */
const char *fact_expected(const struct fact *fact, const struct fact_input *in);

/* What the verdict means to the holder, or why there is none: N_(). */
const char *fact_means(const struct fact *fact, const struct fact_input *in,
		       enum fact_verdict verdict, const char *value);

/* meanings.c: what a value means where the fact's own words are not those for it; or NULL. */
struct fact_value {
	const char *fact, *value;
	enum fact_verdict verdict; /* FACT_EXPECTED: by the list of what is */
	const char *means;
};

const struct fact_value *fact_value(const struct fact *fact, const char *value);

/* What is expected of a kind of card ("card", "phone", "iphone", "other"). */
const char *fact_expected_of(const struct fact *fact, const char *kind);

/* A text from a card or reader as it may be handed on: no long numbers, printable ASCII alone. */
void fact_clean(char text[FACT_TEXT], const char *from, size_t len);

/* certificates.c: the structure, without names, numbers, dates and keys. */
bool fact_certificate(const X509 *certificate, const char *question, char *text);

#endif
