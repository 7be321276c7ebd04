/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool validity auth|sign: all that can be known of a certificate without the service. */
#include "tool/commands/commands.h"

#include "holder/proof.h"
#include "tool/cards/authority.h"
#include "tool/cards/cards.h"
#include "tool/cards/words.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

/* What the certificate says of its dates; empty where it does not. */
struct days {
	char from[DAY_TEXT], to[DAY_TEXT];
};

static struct days
days_of(const struct proof *proof)
{
	struct days days = {"", ""};

	if (proof->is_dated) {
		day_format(day_at(proof->from), days.from);
		day_format(day_at(proof->to), days.to);
	}
	return days;
}

static void
show(const struct proof *proof)
{
	const char *const labels[] = {_("Dates"), _("Key"), _("Issuer"), _("Revocation")};
	char *authority = authority_text(proof->authority, proof->year);
	const struct days days = days_of(proof);
	int width = 0;

	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		int columns = screen_columns(labels[i]) + 2;

		width = columns > width ? columns : width;
	}
	screen_rowf(labels[0], width, proof->in_term ? MARK_OK : MARK_PROBLEM, _("%s to %s"),
		    days.from, days.to);
	screen_row(labels[1], width, proof->key_fits ? MARK_OK : MARK_PROBLEM,
		   proof->key_fits ? _("the card has the key of this certificate")
				    : _("the key on the card is not that of this certificate"));
	screen_row(labels[2], width, authority_mark(proof->authority), authority ? authority : "?");
	screen_row(labels[3], width, MARK_CAUTION,
		   _("NOT CHECKED: by law only the official service and approved verifiers may ask "
		     "whether a certificate was revoked. The official client software can tell "
		     "you."));
	free(authority);
}

static void
print_json(const struct proof *proof)
{
	const struct days days = days_of(proof);
	json_t *json = json_pack("{s:s, s:b, s:s, s:s, s:b, s:s, s:s, s:s}", "certificate",
				 key_name(proof->key), "in_term", proof->in_term,
				 "from", days.from, "to", days.to, "key_fits",
				 proof->key_fits, "authority", authority_name(proof->authority),
				 "generation", proof->year, "revocation", "not-checked");

	(void)json_dumpf(json, stdout, JSON_INDENT(2));
	(void)putchar('\n');
	json_decref(json);
}

static enum tool_exit
prove_and_tell(struct module *module, const struct options *options, void *context)
{
	const enum key *key = context;
	struct proof proof;
	enum tool_exit status =
		cards_tell(module, proof_make(module, *key, authority_list(), &proof));

	if (status != TOOL_OK)
		return status;
	if (options->json)
		print_json(&proof);
	else
		show(&proof);
	return verdict_exit(proof.verdict);
}

enum tool_exit
validity_run(const struct options *options, char *arguments[])
{
	enum key key;

	return key_read(arguments[0], &key) ? cards_run(options, prove_and_tell, &key) : TOOL_USAGE;
}
