/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/authority.h"

#include "holder/certificate.h"
#include "tool/system/paths.h"
#include "tool/terminal/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/bn.h>
#include <openssl/evp.h>

#define TOKYO INT64_C(32400) /* seconds ahead of UTC, which day_at adds */

/* A line of the list, in words. */
struct row {
	char kind[8], year[AUTHORITY_YEAR], how[8], value[80], from[DAY_TEXT], to[DAY_TEXT];
};

static bool
read_row(FILE *list, struct row *row)
{
	char line[256];

	while (fgets(line, sizeof line, list)) {
		int words = sscanf(line, "%7s %4s %7s %79s %10s %10s", row->kind, row->year,
				   row->how, row->value, row->from, row->to);

		if (words >= 4 && line[0] != '#' && (words == 6 || strcmp(row->how, "serial") != 0))
			return true;
	}
	return false;
}

static bool
has_fingerprint(const X509 *ca, const char *expected)
{
	char text[FINGERPRINT_TEXT];

	return certificate_fingerprint(ca, text) && strcasecmp(text, expected) == 0;
}

/* The days on which it begins and ends are counted in UTC, as they were published. */
static bool
has_serial(const X509 *ca, const struct row *row)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(ca), NULL), *expected = NULL;
	char from[DAY_TEXT], to[DAY_TEXT];
	int64_t start, end;
	bool same = number && BN_hex2bn(&expected, row->value) > 0 &&
		    BN_cmp(number, expected) == 0 && certificate_dates(ca, &start, &end);

	BN_free(number);
	BN_free(expected);
	if (!same)
		return false;
	day_format(day_at(start - TOKYO), from);
	day_format(day_at(end - TOKYO), to);
	return strcmp(from, row->from) == 0 && strcmp(to, row->to) == 0;
}

static enum authority_answer
look_up(FILE *list, enum key key, X509 *ca, char year[AUTHORITY_YEAR])
{
	struct row row;

	while (read_row(list, &row)) {
		bool by_print = strcmp(row.how, "sha256") == 0;

		if (strcmp(row.kind, key == KEY_AUTH ? "auth" : "sign") != 0 ||
		    !(by_print ? has_fingerprint(ca, row.value) : has_serial(ca, &row)))
			continue;
		memcpy(year, row.year, AUTHORITY_YEAR);
		return by_print ? AUTHORITY_PUBLISHED : AUTHORITY_KNOWN_SERIAL;
	}
	return certificate_is_simulated(ca) && X509_self_signed(ca, 1) == 1 ? AUTHORITY_SIMULATED
									    : AUTHORITY_UNKNOWN;
}

enum authority_answer
authority_check(enum key key, X509 *certificate, X509 *ca, char year[AUTHORITY_YEAR])
{
	char path[PATH_BYTES];
	enum authority_answer answer;
	FILE *list;

	year[0] = '\0';
	if (!ca)
		return AUTHORITY_UNKNOWN;
	list = fopen(path_find(path, "share/authorities.txt", PKGDATADIR "/authorities.txt"), "re");
	if (!list)
		return AUTHORITY_NO_LIST;
	answer = look_up(list, key, ca, year);
	(void)fclose(list);
	if ((answer == AUTHORITY_PUBLISHED || answer == AUTHORITY_SIMULATED ||
	     answer == AUTHORITY_KNOWN_SERIAL) &&
	    X509_verify(certificate, X509_get0_pubkey(ca)) != 1)
		return AUTHORITY_FORGED;
	return answer;
}

/* ---- in words ---- */

/* clang-format off */
static const struct {
	const char *name; /* in JSON */
	enum mark mark;
	const char *text;
} answers[] = {
	[AUTHORITY_PUBLISHED] = {"published", MARK_OK,
		N_("issued by JPKI's authority of %s, whose key is published")},
	[AUTHORITY_SIMULATED] = {"simulated", MARK_CAUTION,
		N_("SIMULATED: issued by jpki-card-sim for tests%s; it means nothing to anybody")},
	[AUTHORITY_KNOWN_SERIAL] = {"known-serial", MARK_CAUTION,
		N_("known serial number (authority of %s), not verifiable here: its key is not published "
		   "where this software could take it from")},
	[AUTHORITY_UNKNOWN] = {"unknown", MARK_CAUTION,
		N_("not issued by an authority that this software knows%s")},
	[AUTHORITY_FORGED] = {"forged", MARK_PROBLEM,
		N_("the signature of the authority on it is wrong%s")},
	[AUTHORITY_NO_LIST] = {"no-list", MARK_CAUTION,
		N_("the list of authorities of this software cannot be read%s")},
};
/* clang-format on */

/* The texts have one %s for the generation, so that they can be a table. */
char *
authority_text(enum authority_answer answer, const char *year)
{
	const char *text = _(answers[answer].text), *at = strstr(text, "%s");
	char *whole = NULL;

	if (at && asprintf(&whole, "%.*s%s%s", (int)(at - text), text, year, at + 2) < 0)
		return NULL;
	return whole;
}

const char *
authority_name(enum authority_answer answer)
{
	return answers[answer].name;
}

enum mark
authority_mark(enum authority_answer answer)
{
	return answers[answer].mark;
}
