/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/signing.h"

#include <time.h>

#include "holder/certificate.h"
#include "holder/cms.h"
#include "holder/pin.h"

/* Nobody takes a signature of a certificate out of its dates: better told now. */
static struct outcome
check_dates(const X509 *certificate)
{
	int64_t from, to;

	if (!certificate_dates(certificate, &from, &to))
		return outcome_just(OUTCOME_NO_ANSWER);
	switch (certificate_standing(from, to, time(NULL))) {
	case STANDING_EARLY:
		return (struct outcome){.what = OUTCOME_NOT_YET_VALID, .when = from};
	case STANDING_ENDED:
		return (struct outcome){.what = OUTCOME_ENDED, .when = to};
	case STANDING_GOOD:
	case STANDING_RENEWAL:
		break;
	}
	return outcome_just(OUTCOME_OK);
}

/*
 * The same before the password is asked, as far as can be known: the signing certificate never
 * outlives that of user authentication (card fact 6.2), which can be read without a PIN on all but
 * phones.
 */
static struct outcome
check_dates_before(struct module *module, struct reader *reader)
{
	const struct token *token = &reader->tokens[KEY_AUTH];
	struct outcome outcome = outcome_just(OUTCOME_OK);
	X509 *certificate = NULL;

	if (token->listed && token->status.reason == JPKI_REASON_NONE)
		certificate = certificate_without_pin(module, reader, ID_AUTH);
	if (certificate)
		outcome = check_dates(certificate);
	X509_free(certificate);
	return outcome.what == OUTCOME_ENDED ? outcome : outcome_just(OUTCOME_OK);
}

struct outcome
signing_begin(struct module *module, struct reader **reader)
{
	struct outcome outcome = module_choose(module, KEY_SIGN, reader);

	if (outcome.what != OUTCOME_OK)
		return outcome;
	if ((*reader)->tokens[KEY_SIGN].status.tries_left == 0)
		return outcome_just(OUTCOME_PIN_LOCKED);
	return check_dates_before(module, *reader);
}

static CK_RV
sign(const struct session *session, const struct content *content, X509 *certificate, X509 *ca,
     struct signed_content *made)
{
	uint8_t to_sign[HASH_BYTES], signature[SIGNATURE_BYTES];
	CMS_ContentInfo *cms = cms_prepare(certificate, ca, content->hash, time(NULL), to_sign);
	CK_RV rv = cms ? session_sign(session, to_sign, signature) : CKR_HOST_MEMORY;

	if (rv == CKR_OK && !certificate_verifies(certificate, to_sign, signature))
		rv = CKR_DEVICE_ERROR;
	if (rv == CKR_OK &&
	    !cms_complete(cms, signature, content->data, content->len, &made->der, &made->len))
		rv = CKR_HOST_MEMORY;
	CMS_ContentInfo_free(cms);
	return rv;
}

/* With a session that is logged in. The authority's certificate is a courtesy to the receiver. */
static struct outcome
sign_with_certificate(const struct session *session, const struct content *content,
		      struct signed_content *made)
{
	X509 *certificate = NULL, *ca = NULL;
	CK_RV rv = session_certificate(session, ID_SIGN, &certificate);
	struct outcome outcome;

	if (rv == CKR_OK)
		(void)session_certificate(session, ID_SIGN_CA, &ca);
	if (rv != CKR_OK || !certificate)
		outcome = module_outcome(session->module, session_token(session),
					 rv == CKR_OK ? CKR_DEVICE_ERROR : rv);
	else
		outcome = check_dates(certificate);
	if (outcome.what == OUTCOME_OK) {
		outcome = outcome_of(sign(session, content, certificate, ca, made));
		made->is_simulated = certificate_is_simulated(certificate);
	}
	X509_free(certificate);
	X509_free(ca);
	return outcome;
}

struct outcome
signing_make(struct module *module, struct reader *reader, const struct content *content,
	     struct signed_content *made)
{
	struct session session;
	struct outcome outcome = pin_session(&session, module, reader, KEY_SIGN);

	*made = (struct signed_content){0};
	if (outcome.what != OUTCOME_OK)
		return outcome;
	outcome = sign_with_certificate(&session, content, made);
	session_close(&session);
	return outcome;
}
