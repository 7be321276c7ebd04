/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/proof.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>
#include <time.h>

#include "holder/pin.h"

/* A signature over something nobody could know before shows that the card has the key. */
static CK_RV
check_key(const struct session *session, X509 *certificate, bool *fits)
{
	static const char words[] = "jpki-tool validity ";
	uint8_t challenge[sizeof words + 32], hash[HASH_BYTES], signature[SIGNATURE_BYTES];
	CK_RV rv;

	memcpy(challenge, words, sizeof words);
	if (RAND_bytes(challenge + sizeof words, 32) != 1 ||
	    EVP_Digest(challenge, sizeof challenge, hash, NULL, EVP_sha256(), NULL) != 1)
		return CKR_GENERAL_ERROR;
	rv = session_sign(session, hash, signature);
	*fits = rv == CKR_OK && certificate_verifies(certificate, hash, signature);
	return rv;
}

static void
judge(struct proof *proof, const char *authorities, X509 *certificate, X509 *ca)
{
	int64_t from, to;

	if (certificate_dates(certificate, &from, &to)) {
		proof->in_term = certificate_in_term(from, to, time(NULL));
		day_format(day_at(from), proof->from);
		day_format(day_at(to), proof->to);
	}
	proof->authority = authority_check(authorities, proof->key, certificate, ca, proof->year);
	proof->verdict = proof->in_term && proof->key_fits ? authority_verdict(proof->authority)
							   : VERDICT_NOT_VALID;
}

/* With a session that is logged in. */
static struct outcome
prove(const struct session *session, const char *authorities, struct proof *proof)
{
	X509 *certificate = NULL, *ca = NULL;
	CK_RV rv = session_certificate(session, id_of(proof->key), &certificate);

	if (rv == CKR_OK)
		rv = session_certificate(session, id_of_ca(proof->key), &ca);
	if (rv == CKR_OK)
		rv = certificate ? check_key(session, certificate, &proof->key_fits)
				 : CKR_DEVICE_ERROR;
	if (rv == CKR_OK)
		judge(proof, authorities, certificate, ca);
	X509_free(certificate);
	X509_free(ca);
	return rv == CKR_OK ? outcome_just(OUTCOME_OK)
			    : module_outcome(session->module, session_token(session), rv);
}

struct outcome
proof_make(struct module *module, enum key key, const char *authorities, struct proof *proof)
{
	struct reader *reader;
	struct session session;
	struct outcome outcome = module_choose(module, key, &reader);

	*proof = (struct proof){.key = key};
	if (outcome.what == OUTCOME_OK)
		outcome = pin_session(&session, module, reader, key);
	if (outcome.what != OUTCOME_OK)
		return outcome;
	outcome = prove(&session, authorities, proof);
	session_close(&session);
	return outcome;
}
