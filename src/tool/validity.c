/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool validity auth|sign: all that can be known of a certificate without the service. */
#include "tool/authority.h"
#include "tool/certificate.h"
#include "tool/commands.h"
#include "tool/pin.h"
#include "tool/screen.h"
#include "tool/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

struct checks {
	enum standing standing;
	char from[DAY_TEXT], to[DAY_TEXT];
	bool key_fits;
	enum authority_answer authority;
	char year[AUTHORITY_YEAR];
};

/* The DigestInfo of SHA-256 up to the hash (RFC 8017, 9.2). */
static const uint8_t digest_info[] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
				      0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
#define HASH 32

static bool
verifies(EVP_PKEY *key, const uint8_t *data, size_t len, const uint8_t signature[256])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = key && context &&
		  EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
		  EVP_DigestVerify(context, signature, 256, data, len) == 1;

	EVP_MD_CTX_free(context);
	return ok;
}

/* A signature over something nobody could know before shows that the card has the key. */
static CK_RV
check_key(struct module *module, CK_SESSION_HANDLE session, X509 *certificate, bool *fits)
{
	static const char words[] = "jpki-tool validity ";
	uint8_t challenge[sizeof words + HASH], data[sizeof digest_info + HASH], signature[256];
	CK_RV rv;

	memcpy(challenge, words, sizeof words);
	memcpy(data, digest_info, sizeof digest_info);
	if (RAND_bytes(challenge + sizeof words, HASH) != 1 ||
	    EVP_Digest(challenge, sizeof challenge, data + sizeof digest_info, NULL, EVP_sha256(),
		       NULL) != 1)
		return CKR_GENERAL_ERROR;
	rv = module_sign(module, session, data, sizeof data, signature);
	*fits = rv == CKR_OK &&
		verifies(X509_get0_pubkey(certificate), challenge, sizeof challenge, signature);
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
check(struct module *module, const struct options *options, enum key key, struct checks *checks)
{
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
		status = module_failed(rv == CKR_OK ? CKR_DEVICE_ERROR : rv);
		goto out;
	}
	check_dates(certificate, checks);
	checks->authority = authority_check(key, certificate, ca, checks->year);
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

static enum tool_exit
verdict(const struct checks *checks)
{
	if (!in_term(checks) || !checks->key_fits || checks->authority == AUTHORITY_FORGED)
		return TOOL_NOT_VALID;
	if (checks->authority == AUTHORITY_SIMULATED)
		return TOOL_SIMULATED;
	return checks->authority == AUTHORITY_PUBLISHED ? TOOL_OK : TOOL_NOT_VERIFIABLE;
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
	[AUTHORITY_NO_LIST] = {"no-list", MARK_PROBLEM,
		N_("the list of authorities of this software cannot be read%s")},
};
/* clang-format on */

/* The texts have one %s for the generation, so that they can be a table. */
static char *
authority_text(const struct checks *checks)
{
	const char *text = _(answers[checks->authority].text), *at = strstr(text, "%s");
	char *whole = NULL;

	if (at && asprintf(&whole, "%.*s%s%s", (int)(at - text), text, checks->year, at + 2) < 0)
		return NULL;
	return whole;
}

static void
show(const struct checks *checks)
{
	const char *const labels[] = {_("Dates"), _("Key"), _("Issuer"), _("Revocation")};
	char *authority = authority_text(checks);
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
	screen_row(labels[2], width, answers[checks->authority].mark, authority ? authority : "?");
	screen_row(labels[3], width, MARK_CAUTION,
		   _("NOT CHECKED: by law only the official service and approved verifiers may ask "
		     "whether a certificate was revoked. The official client software can tell "
		     "you."));
	free(authority);
}

static void
print_json(const struct checks *checks, enum key key)
{
	json_t *json = json_pack("{s:s, s:b, s:s, s:s, s:b, s:s, s:s, s:s}", "certificate",
				 key == KEY_AUTH ? "auth" : "sign", "in_term", in_term(checks),
				 "from", checks->from, "to", checks->to, "key_fits",
				 checks->key_fits, "authority", answers[checks->authority].name,
				 "generation", checks->year, "revocation", "not-checked");

	(void)json_dumpf(json, stdout, JSON_INDENT(2));
	(void)putchar('\n');
	json_decref(json);
}

enum tool_exit
validity_run(const struct options *options, char *arguments[])
{
	struct module module;
	struct checks checks = {0};
	enum tool_exit status;
	enum key key;

	if (!key_read(arguments[0], &key))
		return TOOL_USAGE;
	status = module_open(&module, options);
	if (status == TOOL_OK)
		status = check(&module, options, key, &checks);
	if (status == TOOL_OK) {
		if (options->json)
			print_json(&checks, key);
		else
			show(&checks);
		status = verdict(&checks);
	}
	module_close(&module);
	return status;
}
