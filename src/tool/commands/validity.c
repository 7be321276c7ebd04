/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool validity auth|sign: all that can be known of a certificate without the service. */
#include "tool/cards/authority.h"
#include "holder/certificate.h"
#include "tool/commands/commands.h"
#include "tool/cards/pin.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

struct checks {
	enum key key;
	enum standing standing;
	char from[DAY_TEXT], to[DAY_TEXT];
	bool key_fits;
	enum authority_answer authority;
	char year[AUTHORITY_YEAR];
};

/* A signature over something nobody could know before shows that the card has the key. */
static CK_RV
check_key(struct module *module, CK_SESSION_HANDLE session, X509 *certificate, bool *fits)
{
	static const char words[] = "jpki-tool validity ";
	uint8_t challenge[sizeof words + 32], hash[HASH_BYTES], signature[SIGNATURE_BYTES];
	CK_RV rv;

	memcpy(challenge, words, sizeof words);
	if (RAND_bytes(challenge + sizeof words, 32) != 1 ||
	    EVP_Digest(challenge, sizeof challenge, hash, NULL, EVP_sha256(), NULL) != 1)
		return CKR_GENERAL_ERROR;
	rv = module_sign(module, session, hash, signature);
	*fits = rv == CKR_OK && certificate_verifies(certificate, hash, signature);
	return rv;
}

static void
check_dates(const X509 *certificate, struct checks *checks)
{
	int64_t from, to;

	checks->standing = STANDING_EARLY;
	if (!certificate_dates(certificate, &from, &to))
		return;
	checks->standing = certificate_standing(from, to, time(NULL));
	day_format(day_at(from), checks->from);
	day_format(day_at(to), checks->to);
}

static enum tool_exit
check(struct module *module, const struct options *options, struct checks *checks)
{
	enum key key = checks->key;
	struct reader *reader;
	CK_SESSION_HANDLE session;
	X509 *certificate = NULL, *ca = NULL;
	enum tool_exit status = module_choose(module, key, &reader);
	CK_RV rv;

	if (status != TOOL_OK)
		return status;
	rv = module_begin(module, &reader->tokens[key], false, &session);
	if (rv != CKR_OK)
		return module_failed(rv);
	status = pin_login(module, options, reader, key, session);
	if (status != TOOL_OK)
		goto out;
	rv = module_certificate(module, session, key == KEY_AUTH ? ID_AUTH : ID_SIGN, &certificate);
	if (rv == CKR_OK)
		rv = module_certificate(module, session, key == KEY_AUTH ? ID_AUTH_CA : ID_SIGN_CA,
					&ca);
	if (rv == CKR_OK && certificate)
		rv = check_key(module, session, certificate, &checks->key_fits);
	if (rv != CKR_OK || !certificate) {
		status = module_token_failed(module, &reader->tokens[key],
					     rv == CKR_OK ? CKR_DEVICE_ERROR : rv);
		goto out;
	}
	check_dates(certificate, checks);
	checks->authority = authority_check(authority_list(), key, certificate, ca, checks->year);
out:
	(void)module->f->C_CloseSession(session);
	X509_free(certificate);
	X509_free(ca);
	return status;
}

/* ---- the answer ---- */

static bool
in_term(const struct checks *checks)
{
	return checks->standing == STANDING_GOOD || checks->standing == STANDING_RENEWAL;
}

static void
show(const struct checks *checks)
{
	const char *const labels[] = {_("Dates"), _("Key"), _("Issuer"), _("Revocation")};
	char *authority = authority_text(checks->authority, checks->year);
	int width = 0;

	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		int columns = screen_columns(labels[i]) + 2;

		width = columns > width ? columns : width;
	}
	screen_rowf(labels[0], width, in_term(checks) ? MARK_OK : MARK_PROBLEM, _("%s to %s"),
		    checks->from, checks->to);
	screen_row(labels[1], width, checks->key_fits ? MARK_OK : MARK_PROBLEM,
		   checks->key_fits ? _("the card has the key of this certificate")
				    : _("the key on the card is not that of this certificate"));
	screen_row(labels[2], width, authority_mark(checks->authority), authority ? authority : "?");
	screen_row(labels[3], width, MARK_CAUTION,
		   _("NOT CHECKED: by law only the official service and approved verifiers may ask "
		     "whether a certificate was revoked. The official client software can tell "
		     "you."));
	free(authority);
}

static void
print_json(const struct checks *checks)
{
	json_t *json = json_pack("{s:s, s:b, s:s, s:s, s:b, s:s, s:s, s:s}", "certificate",
				 checks->key == KEY_AUTH ? "auth" : "sign", "in_term", in_term(checks),
				 "from", checks->from, "to", checks->to, "key_fits",
				 checks->key_fits, "authority", authority_name(checks->authority),
				 "generation", checks->year, "revocation", "not-checked");

	(void)json_dumpf(json, stdout, JSON_INDENT(2));
	(void)putchar('\n');
	json_decref(json);
}

static enum tool_exit
check_and_tell(struct module *module, const struct options *options, void *context)
{
	struct checks *checks = context;
	enum tool_exit status = check(module, options, checks);

	if (status != TOOL_OK)
		return status;
	if (options->json)
		print_json(checks);
	else
		show(checks);
	return verdict_exit(in_term(checks) && checks->key_fits ? authority_verdict(checks->authority)
								    : VERDICT_NOT_VALID);
}

enum tool_exit
validity_run(const struct options *options, char *arguments[])
{
	struct checks checks = {0};

	if (!key_read(arguments[0], &checks.key))
		return TOOL_USAGE;
	return module_run(options, check_and_tell, &checks);
}
