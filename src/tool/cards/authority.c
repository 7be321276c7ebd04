/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/cards/authority.h"

#include "tool/system/paths.h"
#include "tool/terminal/text.h"

#include <stdio.h>
#include <string.h>

const char *
authority_list(void)
{
	static char path[PATH_BYTES];

	return path_find(path, "share/authorities.txt", PKGDATADIR "/authorities.txt");
}

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

enum tool_exit
verdict_exit(enum verdict verdict)
{
	static const enum tool_exit exits[] = {
		[VERDICT_INTACT] = TOOL_OK,
		[VERDICT_SIMULATED] = TOOL_SIMULATED,
		[VERDICT_NOT_VERIFIABLE] = TOOL_NOT_VERIFIABLE,
		[VERDICT_NOT_VALID] = TOOL_NOT_VALID,
	};

	return exits[verdict];
}
