/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/authority.h"

#include <openssl/bn.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "holder/certificate.h"

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

/* The days on which it begins and ends are counted in UTC, as they were published: day_at adds. */
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
	day_format(day_at(start - JAPAN), from);
	day_format(day_at(end - JAPAN), to);
	return strcmp(from, row->from) == 0 && strcmp(to, row->to) == 0;
}

static enum authority_answer
look_up(FILE *list, enum key key, X509 *ca, char year[AUTHORITY_YEAR])
{
	char print[FINGERPRINT_TEXT]; /* "?" without one */
	struct row row;

	certificate_fingerprint(ca, print);
	while (read_row(list, &row)) {
		bool by_print = strcmp(row.how, "sha256") == 0;

		if (strcmp(row.kind, key == KEY_AUTH ? "auth" : "sign") != 0 ||
		    !(by_print ? strcasecmp(print, row.value) == 0 : has_serial(ca, &row)))
			continue;
		memcpy(year, row.year, AUTHORITY_YEAR);
		return by_print ? AUTHORITY_PUBLISHED : AUTHORITY_KNOWN_SERIAL;
	}
	return certificate_is_simulated(ca) && X509_self_signed(ca, 1) == 1 ? AUTHORITY_SIMULATED
									    : AUTHORITY_UNKNOWN;
}

enum authority_answer
authority_check(const char *path, enum key key, X509 *certificate, X509 *ca,
		char year[AUTHORITY_YEAR])
{
	enum authority_answer answer;
	FILE *list;

	year[0] = '\0';
	if (!ca)
		return AUTHORITY_UNKNOWN;
	list = fopen(path, "re");
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

enum verdict
authority_verdict(enum authority_answer answer)
{
	switch (answer) {
	case AUTHORITY_PUBLISHED:
		return VERDICT_INTACT;
	case AUTHORITY_SIMULATED:
		return VERDICT_SIMULATED;
	case AUTHORITY_FORGED:
		return VERDICT_NOT_VALID;
	case AUTHORITY_KNOWN_SERIAL:
	case AUTHORITY_UNKNOWN:
	case AUTHORITY_NO_LIST:
		break;
	}
	return VERDICT_NOT_VERIFIABLE;
}
