/* SPDX-License-Identifier: BSD-2-Clause */
/* What verify says: on a screen, and as JSON with names and values that no language changes. */
#include <stdlib.h>
#include <string.h>

#include "holder/text.h"
#include "tool/cards/personal.h"
#include "tool/cards/words.h"
#include "tool/terminal/json.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"
#include "tool/verify/verify.h"

/* clang-format off */
static const struct {
	const char *name; /* in JSON */
	enum mark mark;
	const char *text;
} answers[] = {
	[SIGNATURE_FITS] = {"fits", MARK_OK,
		N_("it fits: not a bit has changed since it was signed")},
	[SIGNATURE_CONTENT] = {"content-changed", MARK_PROBLEM,
		N_("this is not what was signed: it has been changed, or is another file")},
	[SIGNATURE_WRONG] = {"wrong", MARK_PROBLEM,
		N_("wrong: it has been changed, or was not made with the key of this certificate")},
	[SIGNATURE_UNSAFE] = {"unsafe-digest", MARK_PROBLEM,
		N_("made with a hash that is not safe any more, or not known here")},
	[SIGNATURE_BARE] = {"no-signed-attributes", MARK_PROBLEM,
		N_("without signed attributes: it does not say what it was made for, and can be taken "
		   "from another signature")},
	[SIGNATURE_OF_ATTRIBUTES] = {"attributes-as-content", MARK_PROBLEM,
		N_("what is shown as signed is a piece of another signature, not a document")},
	[SIGNATURE_OTHER_CERTIFICATE] = {"other-certificate", MARK_PROBLEM,
		N_("the signer named another certificate than the one that goes with it")},
	[SIGNATURE_NOT_FOR_SIGNING] = {"not-for-signing", MARK_PROBLEM,
		N_("made with a certificate that is not for signing documents")},
	[SIGNATURE_NO_CERTIFICATE] = {"no-certificate", MARK_CAUTION,
		N_("the signer's certificate is not in the file, so it cannot be checked")},
};

static const struct {
	const char *name; /* in JSON */
	const char *text;
	enum mark mark;
} verdicts[] = {
	[VERDICT_INTACT] = {"intact", N_("intact; revocation not checked"), MARK_OK},
	[VERDICT_SIMULATED] = {"simulated",
		N_("intact, but SIMULATED: made for tests, it means nothing to anybody"), MARK_CAUTION},
	[VERDICT_NOT_VERIFIABLE] = {"not-verifiable",
		N_("whose signature it is cannot be verified here; revocation not checked"),
		MARK_CAUTION},
	[VERDICT_NOT_VALID] = {"not-valid", N_("NOT VALID"), MARK_PROBLEM},
};
/* clang-format on */

/* ---- the screen ---- */

static void
show_time(const struct signer *signer, int64_t now)
{
	char text[SECOND_TEXT];

	if (!signer->is_timed) {
		screen_row(_("Signed on"), MARK_NONE, _("the signer does not say when"));
		return;
	}
	second_format(signer->time, text);
	if (signer_time_is_good(signer, now))
		screen_rowf(
			_("Signed on"), MARK_NONE,
			_("%.10s %.8s in Japan, as the signer claims; nobody else vouches for it"),
			text, text + 11);
	else
		screen_rowf(_("Signed on"), MARK_PROBLEM,
			    _("%.10s %.8s in Japan, as the signer claims: not within the "
			      "certificate's dates, or in the future"),
			    text, text + 11);
}

static void
show_dates(const struct signer *signer, int64_t now)
{
	char from[DAY_TEXT] = "?", to[DAY_TEXT] = "?";

	if (signer->is_dated) {
		day_format(day_at(signer->from), from);
		day_format(day_at(signer->to), to);
	}
	if (signer_in_term(signer, now))
		screen_rowf(_("Certificate"), MARK_OK, _("%s to %s"), from, to);
	else
		screen_rowf(_("Certificate"), MARK_PROBLEM, _("%s to %s: not within its dates now"),
			    from, to);
}

static void
show_issuer(const struct signer *signer)
{
	if (signer->authority == AUTHORITY_UNKNOWN && !signer->has_ca)
		screen_row(_("Issuer"), MARK_CAUTION,
			   _("the authority's certificate is not in the file, so it cannot be "
			     "verified"));
	else
		authority_row(_("Issuer"), signer->authority, signer->year);
}

/* Whether it fits and who signed come first: in a window the rest may have to be scrolled to. */
static void
show_signer(const struct signer *signer, int64_t now)
{
	screen_blank();
	screen_rowf(_("Signature"), answers[signer->answer].mark, _("%s (%s)"),
		    _(answers[signer->answer].text), signer->digest);
	if (signer->certificate)
		personal_show(signer->certificate);
	show_time(signer, now);
	if (!signer->certificate)
		return;
	show_dates(signer, now);
	show_issuer(signer);
	screen_row(_("Revocation"), MARK_CAUTION,
		   _("NOT CHECKED: by law only the official service and approved verifiers may ask "
		     "whether a certificate was revoked. It is void as soon as name, address, "
		     "birth date or sex change."));
}

void
verify_show(const struct verification *v)
{
	const char *const labels[] = {_("Signature"),	_("Signed file"),      _("Signed on"),
				      _("Certificate"), _("Issuer"),	       _("Revocation"),
				      _("Name"),	_("Address"),	       _("Birth date"),
				      _("Sex"),		_("Substitutes in it")};
	char *name = text_safe(v->name, strlen(v->name));
	char *content = v->content ? text_safe(v->content, strlen(v->content)) : NULL;

	screen_labels((const char *const[]){name ? name : "?"}, 1);
	screen_row(name ? name : "?", verdicts[v->verdict].mark, _(verdicts[v->verdict].text));
	screen_labels(labels, ROWS(labels));
	if (v->signature.count == 0)
		screen_row(_("Signature"), MARK_PROBLEM, _("nobody has signed"));
	else
		screen_row(_("Signed file"), MARK_NONE,
			   content ? content : _("in the signature itself"));
	for (int i = 0; i < v->signature.count; i++)
		show_signer(&v->signature.signers[i], v->now);
	free(name);
	free(content);
}

void
verify_say(const struct verification *v)
{
	complain("%s: %s", v->name, _(verdicts[v->verdict].text));
}

/* ---- JSON ---- */

static json_t *
second(bool is_known, int64_t time)
{
	return is_known ? json_second(time) : json_null();
}

/* The characters that stand for others, each as a text. */
static json_t *
substitutes(const char *text, const char *flags)
{
	char *found = text && flags ? personal_substitutes(text, flags) : NULL, *rest = found;
	json_t *list = json_array();

	for (char *one; found && (one = strsep(&rest, " "));)
		(void)json_array_append_new(list, json_string(one));
	free(found);
	return list;
}

static const char *
sex_name(const char *sex)
{
	if (sex && strcmp(sex, "1") == 0)
		return "male";
	return sex && strcmp(sex, "2") == 0 ? "female" : sex;
}

static json_t *
holder(const X509 *certificate)
{
	struct personal personal;
	char **parts = personal.parts, day[DAY_TEXT] = "";
	struct birth birth;
	json_t *json;

	personal_read(&personal, certificate);
	if (personal_birth(parts[PERSONAL_BIRTH], &birth))
		day_format(birth.day, day);
	json = json_pack(
		"{s:s?, s:o, s:s?, s:o, s:s?, s:s?}", "name", parts[PERSONAL_NAME],
		"name_substitutes", substitutes(parts[PERSONAL_NAME], parts[PERSONAL_NAME_FLAGS]),
		"address", parts[PERSONAL_ADDRESS], "address_substitutes",
		substitutes(parts[PERSONAL_ADDRESS], parts[PERSONAL_ADDRESS_FLAGS]), "birth_date",
		*day ? day : parts[PERSONAL_BIRTH], "sex", sex_name(parts[PERSONAL_SEX]));
	personal_free(&personal);
	return json;
}

static json_t *
signer_json(const struct signer *signer, int64_t now)
{
	json_t *json = json_pack("{s:s, s:s, s:o}", "signature", answers[signer->answer].name,
				 "digest", signer->digest, "signing_time_claimed",
				 second(signer->is_timed, signer->time));

	if (!signer->certificate)
		return json;
	(void)json_object_update_new(
		json, json_pack("{s:b, s:o, s:o, s:b, s:s, s:s, s:o}", "claimed_time_good",
				signer_time_is_good(signer, now), "not_before",
				second(signer->is_dated, signer->from), "not_after",
				second(signer->is_dated, signer->to), "in_term",
				signer_in_term(signer, now), "authority",
				authority_name(signer->authority), "generation", signer->year,
				"holder", holder(signer->certificate)));
	return json;
}

enum tool_exit
verify_print_json(const struct verification *v)
{
	json_t *signers = json_array();

	for (int i = 0; i < v->signature.count; i++)
		(void)json_array_append_new(signers, signer_json(&v->signature.signers[i], v->now));
	return json_print(json_pack("{s:s, s:s, s:o, s:o}", "verdict", verdicts[v->verdict].name,
				    "revocation", "not-checked", "content", json_text(v->content),
				    "signers", signers));
}
