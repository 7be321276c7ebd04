/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/log.h"
#include "card/card.h"
#include "token/digest.h"
#include "token/state.h"

/* Input for the PSS probes: a hash's length, and one byte less, which no card signs. */
static const uint8_t probe_input[SHA256_DIGEST_SIZE];

static enum result
sign_selected(struct token *t, enum layout_key key, uint8_t p1, struct bytes input,
	      uint8_t out[256], size_t *got)
{
	enum result r = card_select_file(t->link, layout_roles[key].key_file);

	return r == RESULT_OK ? card_sign(t->link, p1, CARD_CURRENT_FILE, input, out, got) : r;
}

/*
 * By short id where the card takes them. One that refuses, in whatever words, may be refusing the
 * short id, and has not signed: it is asked once more the long way.
 */
static enum result
sign_once(struct token *t, enum layout_key key, uint8_t p1, struct bytes input, uint8_t out[256],
	  size_t *got)
{
	struct state_key *k = &t->keys[key];
	enum result r;

	if (t->short_read == TOKEN_LEARNT_NO || k->short_sign == TOKEN_LEARNT_NO)
		return sign_selected(t, key, p1, input, out, got);
	r = card_sign(t->link, p1, CARD_SHORT_ID(layout_roles[key].key_file), input, out, got);
	if (r == RESULT_OK)
		k->short_sign = TOKEN_LEARNT_YES;
	if (!work_is_refusal(r) || k->short_sign == TOKEN_LEARNT_YES)
		return r;
	r = sign_selected(t, key, p1, input, out, got);
	if (r == RESULT_OK)
		k->short_sign = TOKEN_LEARNT_NO;
	return r;
}

static enum result
check_pss(struct token *t, enum layout_key key, struct bytes hash, struct bytes signature)
{
	struct state_certificate *c = &t->keys[key].certificate;
	enum result r = files_read_certificate(t, layout_roles[key].certificate_file,
					       layout_roles[key].name, c);

	if (r != RESULT_OK)
		return r;
	if (digest_verify_pss(c->fields.modulus, c->fields.exponent, hash, signature)) {
		t->pss = TOKEN_LEARNT_YES;
		return RESULT_OK;
	}
	log_line(LOG_LEVEL_ERROR,
		 "%s: this card's PSS signatures are not what TLS needs; "
		 "not offered any more",
		 link_reader(t->link));
	t->pss = TOKEN_LEARNT_NO;
	return RESULT_BAD_SIGNATURE;
}

static enum result
sign_in_work(struct token *t, enum layout_key key, bool pss, struct bytes input,
	     uint8_t signature[LAYOUT_SIGNATURE_SIZE])
{
	size_t got;
	enum result r = present_login(t, key, 2);

	if (r == RESULT_OK && !pss)
		r = sign_learn_pss_open(t, key);
	if (r != RESULT_OK)
		return r;
	r = sign_once(t, key, pss ? CARD_SIGN_PSS : CARD_SIGN_AS_GIVEN, input, signature, &got);
	if (r == RESULT_SECURITY_STATUS) {
		state_logout(t, key);
		return RESULT_NOT_LOGGED_IN;
	}
	if (r == RESULT_WRONG_P1P2 && pss && t->pss == TOKEN_NOT_LEARNT)
		t->pss = TOKEN_LEARNT_NO;
	if (r == RESULT_OK && got != LAYOUT_SIGNATURE_SIZE)
		return RESULT_BAD_SIGNATURE;
	if (r == RESULT_OK && pss)
		r = check_pss(t, key, input, (struct bytes){signature, LAYOUT_SIGNATURE_SIZE});
	return r;
}

enum result
token_sign(struct token *t, uint64_t expected, enum layout_key key, bool pss, struct bytes input,
	   uint8_t signature[LAYOUT_SIGNATURE_SIZE])
{
	enum result r;

	if (!t->keys[key].pin)
		return RESULT_NOT_LOGGED_IN;
	r = work_begin(t, expected);
	if (r == RESULT_OK)
		r = work_end(t, sign_in_work(t, key, pss, input, signature));
	if (r != RESULT_OK)
		memset(signature, 0, LAYOUT_SIGNATURE_SIZE);
	return r;
}

/* A key that the card has, to probe with. */
static enum layout_key
any_key(const struct token *t)
{
	return t->keys[LAYOUT_AUTH].present ? LAYOUT_AUTH : LAYOUT_SIGN;
}

static enum result
probe(struct token *t, uint8_t p1, uint8_t reference, size_t input_len)
{
	uint8_t out[256];
	size_t got;

	return card_sign(t->link, p1, reference, (struct bytes){probe_input, input_len}, out, &got);
}

/* The same with the key selected, which no card refuses. */
static enum result
probe_selected(struct token *t, enum layout_key key, size_t input_len, uint8_t *reference)
{
	enum result r = card_select_file(t->link, layout_roles[key].key_file);

	*reference = CARD_CURRENT_FILE;
	return r == RESULT_OK ? probe(t, CARD_SIGN_PSS, *reference, input_len) : r;
}

/*
 * What a card that is logged out says to PSS, and in which form of address; *reference serves a
 * further probe. Only the demand for the PIN is no refusal of the short id.
 */
static enum result
probe_pss(struct token *t, enum layout_key key, uint8_t *reference)
{
	enum result r;

	*reference = CARD_SHORT_ID(layout_roles[key].key_file);
	if (t->short_read != TOKEN_LEARNT_NO && t->keys[key].short_sign != TOKEN_LEARNT_NO) {
		r = probe(t, CARD_SIGN_PSS, *reference, sizeof probe_input);
		if (r == RESULT_SECURITY_STATUS || !work_is_answer(r))
			return r;
	}
	return probe_selected(t, key, sizeof probe_input, reference);
}

/*
 * With nobody logged in on the card: one that looks at P1 first refuses the unknown one and asks
 * the PIN for the other. One that asks the PIN for both tells nothing.
 */
static enum result
learn_pss_logged_out(struct token *t)
{
	uint8_t reference;
	enum result pss, control;

	t->pss_asked = true;
	if (t->power_off) /* only taking the power logs this card out: ask behind a PIN instead */
		return RESULT_OK;
	pss = probe_pss(t, any_key(t), &reference);
	t->pss_asked = work_is_answer(pss);
	if (!t->pss_asked)
		return pss;
	if (pss == RESULT_WRONG_P1P2)
		t->pss = TOKEN_LEARNT_NO;
	if (pss != RESULT_SECURITY_STATUS)
		return RESULT_OK;
	control = probe(t, CARD_SIGN_UNKNOWN, reference, sizeof probe_input);
	if (control == RESULT_WRONG_P1P2)
		t->pss = TOKEN_LEARNT_YES;
	return work_is_answer(control) ? RESULT_OK : control;
}

enum result
sign_learn_pss_open(struct token *t, enum layout_key key)
{
	uint8_t reference;
	enum result r;

	if (t->pss != TOKEN_NOT_LEARNT || !t->pss_asked)
		return RESULT_OK;
	r = probe_selected(t, key, sizeof probe_input - 1, &reference);
	if (r == RESULT_WRONG_LENGTH || r == RESULT_CONDITIONS)
		t->pss = TOKEN_LEARNT_YES;
	else if (r == RESULT_WRONG_P1P2)
		t->pss = TOKEN_LEARNT_NO;
	return work_is_answer(r) ? RESULT_OK : r;
}

enum result
token_learn_pss(struct token *t, uint64_t expected)
{
	enum result r;

	if (t->pss != TOKEN_NOT_LEARNT || t->pss_asked)
		return RESULT_OK;
	t->logged_out = false; /* log out first: an open card would sign the probe */
	r = work_begin(t, expected);
	if (r != RESULT_OK)
		return r;
	/* Beginning may have found another card. */
	r = t->pss == TOKEN_NOT_LEARNT ? learn_pss_logged_out(t) : RESULT_OK;
	return work_end(t, r);
}
