/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool validity auth|sign: all that can be known of a certificate without the service. */
#include "holder/proof.h"
#include "tool/cards/cards.h"
#include "tool/cards/words.h"
#include "tool/commands/commands.h"
#include "tool/terminal/json.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

static void
show(const struct proof *proof)
{
	const char *const labels[] = {_("Dates"), _("Key"), _("Issuer"), _("Revocation")};

	screen_labels(labels, ROWS(labels));
	screen_rowf(labels[0], proof->in_term ? MARK_OK : MARK_PROBLEM, _("%s to %s"), proof->from,
		    proof->to);
	screen_row(labels[1], proof->key_fits ? MARK_OK : MARK_PROBLEM,
		   proof->key_fits ? _("the card has the key of this certificate")
				   : _("the key on the card is not that of this certificate"));
	authority_row(labels[2], proof->authority, proof->year);
	screen_row(
		labels[3], MARK_CAUTION,
		_("NOT CHECKED: by law only the official service and approved verifiers may ask "
		  "whether a certificate was revoked. The official client software can tell you."));
}

static json_t *
proof_json(const struct proof *proof)
{
	return json_pack("{s:s, s:b, s:s, s:s, s:b, s:s, s:s, s:s}", "certificate",
			 key_name(proof->key), "in_term", proof->in_term, "from", proof->from, "to",
			 proof->to, "key_fits", proof->key_fits, "authority",
			 authority_name(proof->authority), "generation", proof->year, "revocation",
			 "not-checked");
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
		(void)json_print(proof_json(&proof));
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
