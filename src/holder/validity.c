/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/validity.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "holder/pin.h"

static void
take_dates(struct validity *v, const X509 *certificate, int64_t now)
{
	char fingerprint[FINGERPRINT_TEXT];

	v->simulated = certificate_is_simulated(certificate);
	if (!certificate_dates(certificate, &v->from, &v->to))
		return;
	v->known = true;
	v->needs_pin = false;
	certificate_fingerprint(certificate, fingerprint);
	(void)snprintf(v->id, sizeof v->id, "%.16s", fingerprint);
	v->standing = certificate_standing(v->from, v->to, now);
	v->days_left = day_count(day_at(now), day_at(v->to));
}

/* Who issued the certificate that cannot be seen: the CA certificate beside it is public. */
static void
take_issuer(const struct session *session, struct validity *v)
{
	X509 *ca = NULL;

	if (session_certificate(session, id_of_ca(session->key), &ca) == CKR_OK && ca)
		v->simulated = certificate_is_simulated(ca);
	X509_free(ca);
}

/*
 * A certificate that could not be read. Where the card is to blame the module now says so; the
 * other token is looked at all the same.
 */
static struct outcome
trouble(struct module *module, struct token *token, CK_RV rv)
{
	struct outcome outcome = module_outcome(module, token, rv);

	return outcome.what == OUTCOME_NO_TOKEN ? outcome_just(OUTCOME_OK) : outcome;
}

static struct outcome
look_at(struct module *module, struct reader *reader, bool with_pin, struct holding *holding,
	enum key key, int64_t now)
{
	struct token *token = &reader->tokens[key];
	struct validity *v = &holding->validity[key];
	struct outcome outcome = outcome_just(OUTCOME_OK);
	struct session session;
	X509 *certificate = NULL;
	CK_RV rv;

	if (!token->listed || token->status.reason != JPKI_REASON_NONE)
		return outcome;
	rv = session_open(&session, module, reader, key, false);
	if (rv != CKR_OK)
		return trouble(module, token, rv);
	rv = session_certificate(&session, id_of(key), &certificate);
	v->needs_pin = rv == CKR_OK && !certificate;
	if (v->needs_pin && !holding->validity[KEY_AUTH].known)
		take_issuer(&session, v);
	if (v->needs_pin && with_pin) {
		outcome = pin_login(&session);
		if (outcome.what == OUTCOME_OK)
			rv = session_certificate(&session, id_of(key), &certificate);
		module_look(module, token);
	}
	session_close(&session);
	if (certificate)
		take_dates(v, certificate, now);
	X509_free(certificate);
	return rv == CKR_OK ? outcome : trouble(module, token, rv);
}

struct outcome
validity_find(struct module *module, bool with_pin, struct holdings *holdings)
{
	struct outcome outcome = outcome_just(OUTCOME_OK);

	*holdings = (struct holdings){module, calloc(module->count + 1, sizeof *holdings->items),
				      module->count, time(NULL)};
	if (!holdings->items)
		return outcome_just(OUTCOME_NO_MEMORY);
	for (size_t i = 0; i < module->count; i++) {
		struct reader *reader = &module->readers[i];
		struct holding *holding = &holdings->items[i];

		holding->reader = reader;
		holding->shares_serial = module_serial_is_shared(module, reader);
		for (enum key key = KEY_AUTH; key < KEYS && outcome.what == OUTCOME_OK; key++)
			outcome = look_at(module, reader, with_pin, holding, key, holdings->now);
	}
	return outcome;
}

bool
validity_ends_within(const struct holdings *holdings, int64_t days)
{
	for (size_t i = 0; i < holdings->count; i++)
		for (enum key key = KEY_AUTH; key < KEYS; key++) {
			const struct validity *v = &holdings->items[i].validity[key];

			if (v->known && (v->standing == STANDING_ENDED || v->days_left <= days))
				return true;
		}
	return false;
}
