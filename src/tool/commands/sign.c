/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool sign FILE: a CMS signature with the digital signature key. */
#include "holder/certificate.h"
#include "holder/cms.h"
#include "tool/commands/commands.h"
#include "tool/terminal/consent.h"
#include "tool/system/file.h"
#include "tool/cards/pin.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"
#include "holder/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <openssl/evp.h>

struct job {
	const char *path;
	const char *output;
	uint8_t hash[HASH_BYTES];
	uint8_t *content; /* if it is to be enclosed */
	size_t content_len;
};

/* ---- before any card is asked ---- */

static enum tool_exit
name_output(const struct options *options, const char *path, char **name)
{
	*name = NULL;
	if (!options->output && strcmp(path, "-") == 0) {
		complain("%s", _("say with --output where the signature of standard input goes"));
		return TOOL_USAGE;
	}
	if (options->output && strcmp(options->output, "-") == 0 && isatty(STDOUT_FILENO)) {
		complain("%s", _("a signature is not for a terminal: use --output FILE"));
		return TOOL_USAGE;
	}
	if (options->output)
		*name = strdup(options->output);
	else if (asprintf(name, "%s%s", path, options->enclosed ? ".p7m" : ".p7s") < 0)
		*name = NULL;
	return *name ? TOOL_OK : module_failed(CKR_HOST_MEMORY);
}

static enum tool_exit
check_files(const struct options *options, const struct job *job)
{
	enum tool_exit status = file_may_read(job->path);

	if (status != TOOL_OK)
		return status;
	if (file_is_same(job->path, job->output)) {
		complain(_("%s is the file to be signed: the signature cannot go there"),
			 job->output);
		return TOOL_FAILED;
	}
	if (options->enclosed)
		status = file_may_enclose(job->path);
	return status == TOOL_OK ? file_may_write(job->output, options->force) : status;
}

/* A reader of PDF files shows only what is inside of them. */
static void
say_beside(const struct job *job)
{
	size_t len = strlen(job->path);

	if (len > 4 && strcasecmp(job->path + len - 4, ".pdf") == 0)
		complain(_("note: this signature lies beside the PDF file, where PDF readers do not look; "
			   "the page doc/clients/pdf tells how to sign inside of it"));
}

/* ---- what the holder agrees to ---- */

static enum tool_exit
disclose(const struct options *options, const struct job *job)
{
	char *name, *question;
	enum tool_exit status;

	if (options->yes)
		return TOOL_OK;
	name = text_safe(job->path, strlen(job->path));
	if (asprintf(&question,
		     _("The signature carries your certificate. Everybody who\n"
		       "receives it can read your name, address, birth date and\n"
		       "sex in it.\n"
		       "Sign %s?"),
		     name ? name : "?") < 0)
		question = NULL;
	free(name);
	status = question ? consent_ask(question, "--yes", _("not done; nothing was sent to the card"))
			  : module_failed(CKR_HOST_MEMORY);
	free(question);
	return status;
}

/* ---- the content ---- */

static bool
add_to_hash(void *context, const uint8_t *data, size_t len)
{
	return EVP_DigestUpdate(context, data, len) == 1;
}

static enum tool_exit
read_content(const struct options *options, struct job *job)
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	bool ok = hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1;
	enum tool_exit status = TOOL_OK;

	if (ok && options->enclosed) {
		status = file_read(job->path, &job->content, &job->content_len);
		ok = status != TOOL_OK || add_to_hash(hash, job->content, job->content_len);
	} else if (ok) {
		status = file_each(job->path, add_to_hash, hash);
	}
	ok = ok && EVP_DigestFinal_ex(hash, job->hash, NULL) == 1;
	EVP_MD_CTX_free(hash);
	return ok ? status : module_failed(CKR_HOST_MEMORY);
}

/* ---- the signature ---- */

/* Nobody takes a signature of a certificate out of its dates: better told now. */
static enum tool_exit
check_dates(const X509 *certificate)
{
	char day[DAY_TEXT];
	int64_t from, to;

	if (!certificate_dates(certificate, &from, &to))
		return module_failed(CKR_DEVICE_ERROR);
	switch (certificate_standing(from, to, time(NULL))) {
	case STANDING_EARLY:
		day_format(day_at(from), day);
		complain(_("nothing was signed: the certificate is valid only from %s on (is the "
			   "clock "
			   "of this computer right?)"),
			 day);
		return TOOL_NOT_VALID;
	case STANDING_ENDED:
		day_format(day_at(to), day);
		complain(_("nothing was signed: the certificate ended on %s (see \"jpki-tool help "
			   "expired\")"),
			 day);
		return TOOL_NOT_VALID;
	case STANDING_GOOD:
	case STANDING_RENEWAL:
		break;
	}
	return TOOL_OK;
}

/*
 * The same before the password is asked, as far as can be known: the signing certificate never outlives
 * that of user authentication (card.md 6.2), which can be read without a PIN on all but phones.
 */
static enum tool_exit
check_dates_before(struct module *module, const struct reader *reader)
{
	const struct token *token = &reader->tokens[KEY_AUTH];
	enum tool_exit status = TOOL_OK;
	CK_SESSION_HANDLE session;
	X509 *certificate = NULL;
	int64_t from, to;

	if (!token->listed || token->status.reason != JPKI_REASON_NONE ||
	    module_begin(module, token, false, &session) != CKR_OK)
		return TOOL_OK;
	(void)module_certificate(module, session, ID_AUTH, &certificate);
	(void)module->f->C_CloseSession(session);
	if (certificate && certificate_dates(certificate, &from, &to) &&
	    certificate_standing(from, to, time(NULL)) == STANDING_ENDED)
		status = check_dates(certificate);
	X509_free(certificate);
	return status;
}

static enum tool_exit
make(struct module *module, CK_SESSION_HANDLE session, const struct job *job, X509 *certificate,
     X509 *ca, uint8_t **der, size_t *len)
{
	uint8_t to_sign[HASH_BYTES], signature[SIGNATURE_BYTES];
	CMS_ContentInfo *cms = cms_prepare(certificate, ca, job->hash, time(NULL), to_sign);
	CK_RV rv = cms ? module_sign(module, session, to_sign, signature) : CKR_HOST_MEMORY;

	if (rv == CKR_OK && !certificate_verifies(certificate, to_sign, signature))
		rv = CKR_DEVICE_ERROR;
	if (rv == CKR_OK && !cms_complete(cms, signature, job->content, job->content_len, der, len))
		rv = CKR_HOST_MEMORY;
	CMS_ContentInfo_free(cms);
	return rv == CKR_OK ? TOOL_OK : module_failed(rv);
}

/* With a session that is logged in. The authority's certificate is a courtesy to the receiver. */
static enum tool_exit
make_with_certificate(struct module *module, struct token *token, CK_SESSION_HANDLE session,
		      const struct job *job, uint8_t **der, size_t *len)
{
	X509 *certificate = NULL, *ca = NULL;
	CK_RV rv = module_certificate(module, session, ID_SIGN, &certificate);
	enum tool_exit status;

	if (rv == CKR_OK)
		(void)module_certificate(module, session, ID_SIGN_CA, &ca);
	if (rv != CKR_OK || !certificate)
		status = module_token_failed(module, token, rv == CKR_OK ? CKR_DEVICE_ERROR : rv);
	else
		status = check_dates(certificate);
	if (status == TOOL_OK)
		status = make(module, session, job, certificate, ca, der, len);
	if (status == TOOL_OK && certificate_is_simulated(certificate))
		complain("%s", _("SIMULATED card: this signature is for tests and means nothing to "
				 "anybody"));
	X509_free(certificate);
	X509_free(ca);
	return status;
}

static enum tool_exit
write_signature(const struct options *options, const struct job *job, const uint8_t *der,
		size_t len)
{
	enum tool_exit status = file_write(job->output, der, len, options->force);
	char *name;

	if (status != TOOL_OK || strcmp(job->output, "-") == 0)
		return status;
	name = text_safe(job->output, strlen(job->output));
	(void)printf(_("The signature is in %s.\n"), name ? name : "?");
	free(name);
	return status;
}

static enum tool_exit
sign(struct module *module, const struct options *options, void *context)
{
	struct job *job = context;
	struct reader *reader;
	CK_SESSION_HANDLE session;
	uint8_t *der = NULL;
	size_t len = 0;
	enum tool_exit status = module_choose(module, KEY_SIGN, &reader);
	CK_RV rv;

	if (status == TOOL_OK && reader->tokens[KEY_SIGN].status.tries_left == 0)
		status = module_failed(CKR_PIN_LOCKED);
	if (status == TOOL_OK)
		status = check_dates_before(module, reader);
	if (status == TOOL_OK)
		status = read_content(options, job);
	if (status == TOOL_OK)
		status = disclose(options, job);
	if (status != TOOL_OK)
		return status;
	rv = module_begin(module, &reader->tokens[KEY_SIGN], false, &session);
	if (rv != CKR_OK)
		return module_failed(rv);
	status = pin_login(module, options, reader, KEY_SIGN, session);
	if (status == TOOL_OK)
		status = make_with_certificate(module, &reader->tokens[KEY_SIGN], session, job, &der,
					       &len);
	(void)module->f->C_CloseSession(session);
	if (status == TOOL_OK)
		status = write_signature(options, job, der, len);
	OPENSSL_free(der);
	return status;
}

enum tool_exit
sign_run(const struct options *options, char *arguments[])
{
	char *output;
	enum tool_exit status = name_output(options, arguments[0], &output);
	struct job job = {.path = arguments[0], .output = output};

	if (status == TOOL_OK)
		status = check_files(options, &job);
	if (status == TOOL_OK) {
		say_beside(&job);
		status = module_run(options, sign, &job);
	}
	free(job.content);
	free(output);
	return status;
}
