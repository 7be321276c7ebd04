/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool cert show|export auth|sign|auth-ca|sign-ca. */
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "holder/certificate.h"
#include "holder/pin.h"
#include "tool/cards/cards.h"
#include "tool/cards/personal.h"
#include "tool/commands/commands.h"
#include "tool/system/file.h"
#include "tool/system/reminders.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

static const struct which {
	const char *name;
	enum object_id id;
} table[] = {
	{"auth", ID_AUTH},
	{"sign", ID_SIGN},
	{"auth-ca", ID_AUTH_CA},
	{"sign-ca", ID_SIGN_CA},
};

#define WHICH ROWS(table)

const char *
cert_choice(size_t i)
{
	return i < WHICH ? table[i].name : NULL;
}

static const struct which *
find_which(const char *name)
{
	for (size_t i = 0; i < WHICH; i++)
		if (strcasecmp(table[i].name, name) == 0)
			return &table[i];
	complain(_("say auth, sign, auth-ca or sign-ca, not \"%s\""), name);
	return NULL;
}

/* ---- show ---- */

static void
show_name(const char *label, const X509_NAME *name)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *data;

	if (!out)
		return;
	(void)X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	(void)BIO_write(out, "", 1);
	(void)BIO_get_mem_data(out, &data);
	screen_row(label, MARK_NONE, data);
	BIO_free(out);
}

static void
show_serial(const X509 *certificate)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
	char *text = number ? BN_bn2hex(number) : NULL;

	screen_row(_("Serial number"), MARK_NONE, text ? text : "?");
	OPENSSL_free(text);
	BN_free(number);
}

static void
show_dates(const X509 *certificate, bool is_holders)
{
	char text[DAY_TEXT];
	int64_t from, to;

	if (!certificate_dates(certificate, &from, &to))
		return;
	if (is_holders)
		reminders_keep_day(day_at(to));
	day_format(day_at(from), text);
	screen_row(_("Valid from"), MARK_NONE, text);
	day_format(day_at(to), text);
	screen_row(_("Valid to"), MARK_NONE, text);
}

static void
show_key(const X509 *certificate)
{
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	const char *type = key ? EVP_PKEY_get0_type_name(key) : NULL;

	screen_rowf(_("Key"), MARK_NONE, _("%s, %d bits"), type ? type : "?",
		    key ? EVP_PKEY_get_bits(key) : 0);
}

static enum tool_exit
show(const struct options *options, const struct which *which, X509 *certificate)
{
	const bool is_personal = which->id == ID_SIGN;
	char fingerprint[FINGERPRINT_TEXT];

	screen_width(screen_columns(_("SHA-256 fingerprint")) + 2);
	if (certificate_is_simulated(certificate))
		screen_row(_("Card"), MARK_NONE, _("SIMULATED: for tests only"));
	if (is_personal && options->personal) {
		personal_show(certificate);
		screen_blank();
	}
	show_name(_("Subject"), X509_get_subject_name(certificate));
	show_name(_("Issuer"), X509_get_issuer_name(certificate));
	show_serial(certificate);
	show_dates(certificate, which->id == ID_AUTH || is_personal);
	show_key(certificate);
	certificate_fingerprint(certificate, fingerprint);
	screen_row(_("SHA-256 fingerprint"), MARK_NONE, fingerprint);
	if (is_personal && !options->personal) {
		screen_blank();
		screen_text(2, _("It also holds name, address, birth date and sex of the holder: "
				 "--personal shows them."));
	}
	return TOOL_OK;
}

/* ---- export ---- */

static const char *
export_path(const struct options *options)
{
	return options->output ? options->output : "-";
}

/* Before any PIN is asked. */
static enum tool_exit
may_export(const struct options *options, const struct which *which)
{
	const char *path = export_path(options);
	enum tool_exit status;

	if (options->der && strcmp(path, "-") == 0 && isatty(STDOUT_FILENO))
		return give_up(TOOL_USAGE, "%s", _("DER is not for a terminal: use --output FILE"));
	status = file_may_write(path, options->force);
	if (status == TOOL_OK && which->id == ID_SIGN)
		complain("%s", _("note: this certificate holds name, address, birth date and sex "
				 "of the holder: everybody who receives it can read them"));
	return status;
}

static enum tool_exit
write_certificate(const struct options *options, const struct which *which, X509 *certificate)
{
	BIO *out = BIO_new(BIO_s_mem());
	enum tool_exit status = TOOL_FAILED;
	char *data;
	long len;

	(void)which;
	if (!out || (options->der ? i2d_X509_bio(out, certificate)
				  : PEM_write_bio_X509(out, certificate)) != 1) {
		status = out_of_memory();
	} else {
		len = BIO_get_mem_data(out, &data);
		status = file_write(export_path(options), data, (size_t)len, options->force);
	}
	BIO_free(out);
	return status;
}

/* ---- the commands ---- */

/* The two commands differ in what they do with the certificate. */
struct use {
	const struct which *which;
	enum tool_exit (*certificate)(const struct options *options, const struct which *which,
				      X509 *certificate);
};

static enum tool_exit
use_certificate(struct module *module, const struct options *options, void *context)
{
	const struct use *use = context;
	X509 *certificate = NULL;
	enum tool_exit status =
		cards_tell(module, certificate_read(module, use->which->id, &certificate));

	if (status == TOOL_OK)
		status = use->certificate(options, use->which, certificate);
	X509_free(certificate);
	return status;
}

enum tool_exit
cert_show_run(const struct options *options, char *arguments[])
{
	struct use use = {find_which(arguments[0]), show};

	return use.which ? cards_run(options, use_certificate, &use) : TOOL_USAGE;
}

enum tool_exit
cert_export_run(const struct options *options, char *arguments[])
{
	struct use use = {find_which(arguments[0]), write_certificate};
	enum tool_exit status = use.which ? may_export(options, use.which) : TOOL_USAGE;

	return status == TOOL_OK ? cards_run(options, use_certificate, &use) : status;
}
