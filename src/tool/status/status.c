/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/status/status.h"

#include "tool/system/file.h"
#include "tool/cards/pin.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>


/* ---- finding out ---- */

static void
set_id(struct validity *v, const X509 *certificate)
{
	char text[FINGERPRINT_TEXT];

	(void)certificate_fingerprint(certificate, text);
	(void)snprintf(v->id, sizeof v->id, "%.16s", text);
}

static void
take_dates(struct validity *v, const X509 *certificate, int64_t now)
{
	v->simulated = certificate_is_simulated(certificate);
	if (!certificate_dates(certificate, &v->from, &v->to))
		return;
	v->known = true;
	v->needs_pin = false;
	set_id(v, certificate);
	v->standing = certificate_standing(v->from, v->to, now);
	v->days_left = day_count(day_at(now), day_at(v->to));
}

/* Who issued the certificate that cannot be seen: the CA certificate beside it is public. */
static void
take_issuer(struct module *module, CK_SESSION_HANDLE session, enum key key, struct validity *v)
{
	X509 *ca = NULL;

	if (module_certificate(module, session, key == KEY_AUTH ? ID_AUTH_CA : ID_SIGN_CA, &ca) ==
		    CKR_OK && ca)
		v->simulated = certificate_is_simulated(ca);
	X509_free(ca);
}

/*
 * A certificate that could not be read. Where the card is to blame the module now says so, and
 * the screen will; the other token is looked at all the same.
 */
static enum tool_exit
trouble(struct module *module, struct token *token, CK_RV rv)
{
	module_look(module, token);
	return token->status.reason == JPKI_REASON_BAD_CERTIFICATE ? TOOL_OK : module_failed(rv);
}

/* What can be read without a PIN, and with --pin also what needs one. */
static enum tool_exit
look_at(struct module *module, const struct options *options, struct finding *finding,
	enum key key, int64_t now)
{
	struct token *token = &finding->reader->tokens[key];
	struct validity *v = &finding->validity[key];
	enum object_id id = key == KEY_AUTH ? ID_AUTH : ID_SIGN;
	enum tool_exit status = TOOL_OK;
	CK_SESSION_HANDLE session;
	X509 *certificate = NULL;
	CK_RV rv;

	if (!token->listed || token->status.reason != JPKI_REASON_NONE)
		return TOOL_OK;
	rv = module_begin(module, token, false, &session);
	if (rv != CKR_OK)
		return trouble(module, token, rv);
	rv = module_certificate(module, session, id, &certificate);
	v->needs_pin = rv == CKR_OK && !certificate;
	if (v->needs_pin && !finding->validity[KEY_AUTH].known)
		take_issuer(module, session, key, v);
	if (v->needs_pin && options->pin) {
		status = pin_login(module, options, finding->reader, key, session);
		if (status == TOOL_OK)
			rv = module_certificate(module, session, id, &certificate);
		module_look(module, token);
	}
	(void)module->f->C_CloseSession(session);
	if (certificate)
		take_dates(v, certificate, now);
	X509_free(certificate);
	return rv == CKR_OK ? status : trouble(module, token, rv);
}

static enum tool_exit
find_out(struct module *module, const struct options *options, struct findings *findings)
{
	enum tool_exit status = TOOL_OK;

	findings->module = module;
	findings->now = time(NULL);
	findings->items = calloc(module->count + 1, sizeof *findings->items);
	if (!findings->items)
		return module_failed(CKR_HOST_MEMORY);
	findings->count = module->count;
	for (size_t i = 0; i < module->count; i++) {
		findings->items[i].reader = &module->readers[i];
		findings->items[i].shares_serial =
			module_serial_is_shared(module, &module->readers[i]);
		for (enum key key = KEY_AUTH; key < KEYS && status == TOOL_OK; key++)
			status = look_at(module, options, &findings->items[i], key, findings->now);
	}
	return status;
}

static bool
has_any_card(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (module_has_card(findings->items[i].reader))
			return true;
	return false;
}

/* ---- the screen ---- */

/* All labels of the screen, so that its texts begin in one column in any language. */
static int
label_width(void)
{
	const char *const labels[] = {_("Reader"), _("Card"), _("Serial"), _("PIN"),
				      _("Password"), _("Certificate"), _("Renewal")};
	int widest = 0;

	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		int columns = screen_columns(labels[i]);

		widest = columns > widest ? columns : widest;
	}
	return widest + 2;
}

static void
show_tries(const struct jpki_slot_status *status, enum key key)
{
	const char *label = key == KEY_AUTH ? _("PIN") : _("Password");
	int left = status->tries_left, width = label_width();

	if (left == 0)
		screen_row(label, width, MARK_PROBLEM,
			   _("locked; it has to be reset at the municipal office "
			     "(see \"jpki-tool help locked\")"));
	else if (left < 0)
		screen_row(label, width, MARK_CAUTION,
			   _("how many tries are left could not be asked"));
	else if (left == 1)
		screen_rowf(label, width, MARK_CAUTION,
			    _("%d of %d tries left: the next wrong one locks it"), left,
			    status->tries_allowed);
	else
		screen_rowf(label, width, left < status->tries_allowed ? MARK_CAUTION : MARK_OK,
			    _("%d of %d tries left"), left, status->tries_allowed);
}

static void
show_dates(const struct validity *v)
{
	char from[DAY_TEXT], to[DAY_TEXT], opens[DAY_TEXT];
	const char *label = _("Certificate");
	int width = label_width();

	day_format(day_at(v->from), from);
	day_format(day_at(v->to), to);
	day_format(day_renewal_opens(day_at(v->to)), opens);
	switch (v->standing) {
	case STANDING_EARLY:
		screen_rowf(label, width, MARK_PROBLEM, _("valid only from %s on"), from);
		return;
	case STANDING_ENDED:
		screen_rowf(label, width, MARK_PROBLEM, _("ended on %s (see \"jpki-tool help expired\")"),
			    to);
		return;
	case STANDING_GOOD:
		screen_rowf(label, width, MARK_OK,
			    P_("%s to %s, %lld day left", "%s to %s, %lld days left", v->days_left),
			    from, to, (long long)v->days_left);
		screen_rowf(_("Renewal"), width, MARK_NONE, _("from %s on"), opens);
		return;
	case STANDING_RENEWAL:
		screen_rowf(label, width, MARK_CAUTION,
			    P_("%s to %s, %lld day left", "%s to %s, %lld days left", v->days_left),
			    from, to, (long long)v->days_left);
		screen_rowf(_("Renewal"), width, MARK_CAUTION,
			    _("possible since %s, at the municipal office"), opens);
		return;
	}
}

static void
show_hidden(const struct finding *finding, enum key key)
{
	const struct validity *auth = &finding->validity[KEY_AUTH];
	char to[DAY_TEXT];

	if (key == KEY_AUTH || !auth->known) {
		screen_row(_("Certificate"), label_width(), MARK_NONE,
			   key == KEY_AUTH
				   ? _("its dates need the PIN: \"jpki-tool status --pin\"")
				   : _("its dates need the password: \"jpki-tool status --pin\""));
		return;
	}
	day_format(day_at(auth->to), to);
	screen_rowf(_("Certificate"), label_width(),
		    auth->standing == STANDING_ENDED ? MARK_PROBLEM : MARK_NONE,
		    auth->standing == STANDING_ENDED
			    ? _("ended with the one above on %s at the latest")
			    : _("ends on %s at the latest; its own dates need the password: "
				"\"jpki-tool status --pin\""),
		    to);
}

static void
show_token(const struct finding *finding, enum key key)
{
	const struct token *token = &finding->reader->tokens[key];
	const struct validity *v = &finding->validity[key];

	screen_blank();
	screen_heading(key == KEY_AUTH ? _("User authentication (利用者証明用), 4-digit PIN")
				       : _("Digital signature (署名用), password of 6 to 16 characters"));
	if (token->status.reason != JPKI_REASON_NONE) {
		screen_row(_("Certificate"), label_width(),
			   token->status.reason == JPKI_REASON_NO_CERTIFICATE ? MARK_NONE : MARK_PROBLEM,
			   module_reason_text(token->status.reason));
		return;
	}
	show_tries(&token->status, key);
	if (v->known)
		show_dates(v);
	else if (v->needs_pin)
		show_hidden(finding, key);
	else
		screen_row(_("Certificate"), label_width(), MARK_PROBLEM,
			   module_reason_text(JPKI_REASON_BAD_CERTIFICATE));
}

/* `other`: there is a card in another reader, so that this one may well be empty. */
static void
show_reader(const struct module *module, const struct finding *finding, bool other)
{
	const struct reader *reader = finding->reader;
	int width = label_width();

	if (reader->name[0])
		screen_row(_("Reader"), width, MARK_NONE, reader->name);
	if (!module_has_card(reader)) {
		screen_row(reader->name[0] ? _("Card") : _("Reader"), width,
			   other ? MARK_NONE : MARK_PROBLEM,
			   module_absence_text(module, module_reader_reason(reader)));
		return;
	}
	screen_rowf(_("Card"), width, MARK_NONE,
		    finding->validity[KEY_AUTH].simulated || finding->validity[KEY_SIGN].simulated
			    ? _("%s, SIMULATED: for tests only")
			    : "%s",
		    module_card_text(reader->card));
	if (reader->serial[0])
		screen_row(_("Serial"), width, MARK_NONE, reader->serial);
	for (enum key key = KEY_AUTH; key < KEYS; key++)
		if (reader->tokens[key].listed)
			show_token(finding, key);
}

/* Beside those that are shown: where none is, the text above says it. */
static void
show_hidden_readers(const struct findings *findings, bool any)
{
	if (!findings->module->hidden || !findings->items[0].reader->name[0])
		return;
	screen_blank();
	screen_row(_("Reader"), label_width(), any ? MARK_NONE : MARK_CAUTION,
		   findings->module->hidden);
}

static void
show(const struct findings *findings)
{
	bool any = has_any_card(findings);

	for (size_t i = 0; i < findings->count; i++) {
		if (i > 0)
			screen_blank();
		show_reader(findings->module, &findings->items[i], any);
	}
	show_hidden_readers(findings, any);
	if (!any)
		return;
	screen_blank();
	screen_text(0, _("The signing certificate is void, whatever its dates say, as soon as the "
			 "name, address, birth date or sex changes after its issue; only the "
			 "official service knows. The date printed on the card is the card's own."));
}

/* ---- the command ---- */

static bool
has_dates(const struct finding *finding)
{
	return finding->validity[KEY_AUTH].known || finding->validity[KEY_SIGN].known;
}

/* A calendar without a date would take the place of the one that an earlier run wrote. */
static enum tool_exit
no_dates(const struct findings *findings)
{
	enum jpki_reason reason = JPKI_REASON_NO_READER;

	for (size_t i = 0; i < findings->count; i++)
		if (i == 0 || module_has_card(findings->items[i].reader))
			reason = module_reader_reason(findings->items[i].reader);
	if (reason == JPKI_REASON_NONE) {
		complain("%s", _("its dates need the PIN: \"jpki-tool status --pin\""));
		return TOOL_FAILED;
	}
	return module_absent(findings->module, reason);
}

static enum tool_exit
write_calendar(const struct options *options, const struct findings *findings)
{
	enum tool_exit status;
	size_t with_dates = 0;
	char *text;

	for (size_t i = 0; i < findings->count; i++)
		with_dates += has_dates(&findings->items[i]);
	if (with_dates == 0)
		return no_dates(findings);
	text = status_ics(findings);
	if (!text)
		return module_failed(CKR_HOST_MEMORY);
	status = file_write(options->ics, text, strlen(text), options->force);
	free(text);
	return status;
}

static enum tool_exit
print_json(const struct findings *findings)
{
	json_t *json = status_json(findings);
	bool ok = json && json_dumpf(json, stdout, JSON_INDENT(2)) == 0;

	json_decref(json);
	(void)putchar('\n');
	return ok ? TOOL_OK : TOOL_FAILED;
}

/* What is wrong with one token: TOOL_OK exactly where the screen has no PROBLEM for it. */
static enum tool_exit
token_verdict(const struct finding *finding, enum key key)
{
	const struct token *token = &finding->reader->tokens[key];
	const struct validity *v = &finding->validity[key];
	const struct validity *telling = v->needs_pin ? &finding->validity[KEY_AUTH] : v;

	if (!token->listed || token->status.reason == JPKI_REASON_NO_CERTIFICATE)
		return TOOL_OK;
	if (token->status.reason != JPKI_REASON_NONE)
		return module_reason_exit(token->status.reason);
	if (!v->known && !v->needs_pin)
		return module_reason_exit(JPKI_REASON_BAD_CERTIFICATE);
	if (token->status.tries_left == 0)
		return TOOL_PIN_LOCKED;
	if (telling->known && (telling->standing == STANDING_ENDED || (v->known && v->standing == STANDING_EARLY)))
		return TOOL_NOT_VALID;
	return TOOL_OK;
}

static bool
ends_soon(const struct options *options, const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		for (enum key key = KEY_AUTH; key < KEYS; key++) {
			const struct validity *v = &findings->items[i].validity[key];

			if (v->known &&
			    (v->standing == STANDING_ENDED || v->days_left <= options->warn))
				return true;
		}
	return false;
}

/*
 * The exit status: that of the first PROBLEM, but for the dates that --warn asks about. Without any
 * card it is the first reader's.
 */
static enum tool_exit
verdict(const struct options *options, const struct findings *findings)
{
	if (!has_any_card(findings))
		return findings->count ? module_reason_exit(
						 module_reader_reason(findings->items[0].reader))
				       : TOOL_NO_READER;
	if (options->warn >= 0 && ends_soon(options, findings))
		return TOOL_ENDS_SOON;
	for (size_t i = 0; i < findings->count; i++)
		for (enum key key = KEY_AUTH;
		     key < KEYS && module_has_card(findings->items[i].reader); key++) {
			enum tool_exit status = token_verdict(&findings->items[i], key);

			if (status != TOOL_OK)
				return status;
		}
	return TOOL_OK;
}

enum tool_exit
status_run(const struct options *options, char *arguments[])
{
	struct module module;
	struct findings findings = {0};
	enum tool_exit status;

	(void)arguments;
	if (options->json && options->ics && strcmp(options->ics, "-") == 0) {
		complain(_("--%s does not go with \"%s\""), "json", "--ics -");
		return TOOL_USAGE;
	}
	/* Before any PIN is asked. */
	status = options->ics ? file_may_write(options->ics, options->force) : TOOL_OK;
	if (status != TOOL_OK)
		return status;
	status = module_open(&module, options);
	if (status == TOOL_OK)
		status = find_out(&module, options, &findings);
	if (status != TOOL_OK)
		goto out;
	if (options->ics)
		status = write_calendar(options, &findings);
	if (status == TOOL_OK && options->json)
		status = print_json(&findings);
	else if (status == TOOL_OK && !(options->ics && strcmp(options->ics, "-") == 0))
		show(&findings);
	if (status == TOOL_OK)
		status = verdict(options, &findings);
out:
	free(findings.items);
	module_close(&module);
	return status;
}
