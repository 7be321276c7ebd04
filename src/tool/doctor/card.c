/* SPDX-License-Identifier: BSD-2-Clause */
/* What lies in the readers, as the module says it. */
#include <string.h>
#include <time.h>

#include "holder/certificate.h"
#include "holder/session.h"
#include "tool/cards/words.h"
#include "tool/doctor/parts.h"
#include "tool/terminal/text.h"

/* ---- readers without a card of ours ---- */

static void
is_busy(struct report *report, const struct reader *reader, enum mark mark)
{
	char holders[512];

	process_list(holders, sizeof holders);
	if (!holders[0]) {
		report_add(report, mark, "busy",
			   _("%s: another program holds the reader for itself: end it"),
			   reader->name);
		return;
	}
	report_add(report, mark, "busy",
		   _("%s: another program holds the reader for itself; these use readers now: %s"),
		   reader->name, holders);
	if (strstr(holders, "scdaemon ("))
		report_command(
			report,
			"echo pcsc-shared >>~/.gnupg/scdaemon.conf && gpgconf --kill scdaemon");
}

static void
without_card(struct report *report, const struct reader *reader, bool other)
{
	enum jpki_reason reason = module_reader_reason(reader);
	enum mark mark = other ? MARK_NONE : MARK_PROBLEM;

	if (reason == JPKI_REASON_REFUSED)
		doctor_refused(report);
	else if (reason == JPKI_REASON_BUSY)
		is_busy(report, reader, mark);
	else
		report_add(report, mark,
			   reason == JPKI_REASON_NONE ? "unknown" : reason_name(reason), "%s: %s",
			   reader->name, reason_text(reason));
}

/* ---- a card ---- */

static void
judge_tries(struct report *report, const struct reader *reader, enum key key)
{
	const struct jpki_slot_status *status = &reader->tokens[key].status;

	if (!reader->tokens[key].listed || status->reason != JPKI_REASON_NONE)
		return;
	if (status->tries_left == 0)
		report_add(report, MARK_PROBLEM, key == KEY_AUTH ? "auth-locked" : "sign-locked",
			   _("the PIN of the %s is locked"), key_text(key));
	else if (status->tries_left == 1)
		report_add(report, MARK_CAUTION,
			   key == KEY_AUTH ? "auth-last-try" : "sign-last-try",
			   _("the PIN of the %s has one try left"), key_text(key));
	else
		return;
	report_command(report, "jpki-tool help %s", help_name(help_for_tries(status->tries_left)));
}

static void
judge_dates(struct report *report, const X509 *certificate)
{
	int64_t from, to;
	char day[DAY_TEXT];

	if (!certificate_dates(certificate, &from, &to) ||
	    certificate_standing(from, to, time(NULL)) != STANDING_ENDED)
		return;
	day_format(day_at(to), day);
	report_add(report, MARK_PROBLEM, "expired", _("the %s ended on %s"), key_text(KEY_AUTH),
		   day);
	report_command(report, "jpki-tool help %s", help_name(help_for_standing(STANDING_ENDED)));
}

/* Whether the card can sign as TLS 1.3 wants it. */
static void
judge_pss(struct report *report, enum jpki_pss pss)
{
	if (pss == JPKI_PSS_YES)
		report_add(report, MARK_OK, "tls13", "%s",
			   _("it can sign for sites with TLS 1.3 (RSA-PSS)"));
	else if (pss == JPKI_PSS_NO)
		report_add(report, MARK_CAUTION, "no-tls13", "%s",
			   _("it cannot sign for sites with TLS 1.3 (no RSA-PSS); those that also "
			     "speak TLS 1.2 work with security.tls.version.max = 3 in Firefox's "
			     "about:config"));
	else
		report_add(report, MARK_NONE, "tls13-unknown", "%s",
			   _("whether it can sign for sites with TLS 1.3 (RSA-PSS) shows at the "
			     "first login only"));
}

static void
judge_reason(struct report *report, enum jpki_reason reason)
{
	bool none = reason == JPKI_REASON_NO_CERTIFICATE;

	report_add(report, none ? MARK_CAUTION : MARK_PROBLEM,
		   none ? "no-certificate" : "bad-certificate", "%s: %s", key_text(KEY_AUTH),
		   reason_text(reason));
}

/* A phone shows only the authority's certificate without its PIN. */
static void
judge_simulated(struct report *report, struct module *module, struct reader *reader,
		const X509 *certificate)
{
	X509 *ca = certificate ? NULL : certificate_without_pin(module, reader, ID_AUTH_CA);
	const X509 *telling = certificate ? certificate : ca;

	if (telling && certificate_is_simulated(telling))
		report_add(report, MARK_NONE, "simulated", "%s", _("SIMULATED: for tests only"));
	X509_free(ca);
}

static void
judge_auth(struct report *report, struct module *module, struct reader *reader)
{
	struct token *token = &reader->tokens[KEY_AUTH];
	X509 *certificate = NULL;

	if (!token->listed)
		return;
	if (token->status.reason == JPKI_REASON_NONE) {
		certificate = certificate_without_pin(module, reader, ID_AUTH);
		/* Only now does the module know whether what it read is one. */
		if (!certificate)
			module_look(module, token);
	}
	if (token->status.reason != JPKI_REASON_NONE) {
		judge_reason(report, token->status.reason);
		return;
	}
	if (certificate)
		judge_dates(report, certificate);
	judge_simulated(report, module, reader, certificate);
	X509_free(certificate);
	judge_pss(report, token->status.pss);
}

void
doctor_cards(struct report *report, struct module *module)
{
	const bool any = module_has_any_card(module);

	for (size_t i = 0; i < module->count; i++) {
		struct reader *reader = &module->readers[i];

		if (!reader->name[0])
			continue;
		report_on(report, AREA_CARD, reader->name);
		if (!module_has_card(reader)) {
			without_card(report, reader, any);
			continue;
		}
		report_add(report, MARK_OK, "present", "%s: %s", reader->name,
			   card_text(reader->card));
		for (enum key key = KEY_AUTH; key < KEYS; key++)
			judge_tries(report, reader, key);
		judge_auth(report, module, reader);
	}
}
