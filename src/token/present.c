/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"
#include "card/card.h"
#include "token/state.h"

static void
note_tries(struct state_key *k, unsigned int left)
{
	/* More than before: somebody gave the right PIN, which may be a new one. */
	if (k->refused && k->tries != STATE_TRIES_UNKNOWN && (int)left > k->tries)
		pin_memory_forget(k->refused);
	k->tries = (int)left;
}

/* Makes the PIN addressable by CARD_CURRENT_FILE where it cannot be by its short id. */
static enum result
query_selected(struct token *t, enum layout_key key, unsigned int *left)
{
	enum result r = card_select_file(t->link, layout_roles[key].pin_file);

	return r == RESULT_OK ? card_query_tries(t->link, CARD_CURRENT_FILE, left) : r;
}

enum result
present_query(struct token *t, enum layout_key key)
{
	struct state_key *k = &t->keys[key];
	unsigned int left = 0;
	enum result r = RESULT_CARD_ERROR;

	if (t->short_read == TOKEN_LEARNT_NO)
		k->short_pin = TOKEN_LEARNT_NO;
	if (k->short_pin != TOKEN_LEARNT_NO)
		r = card_query_tries(t->link, CARD_SHORT_ID(layout_roles[key].pin_file), &left);
	if (r == RESULT_OK)
		k->short_pin = TOKEN_LEARNT_YES;
	else if (k->short_pin != TOKEN_LEARNT_YES && work_is_answer(r)) {
		r = query_selected(t, key, &left);
		if (r == RESULT_OK)
			k->short_pin = TOKEN_LEARNT_NO;
	}
	if (r != RESULT_OK)
		return r;
	note_tries(k, left);
	k->uncertain = false;
	return RESULT_OK;
}

static void
remember_refused(struct state_key *k, const struct secret *pin)
{
	if (!k->refused)
		k->refused = pin_memory_new();
	if (k->refused)
		pin_memory_add(k->refused, pin);
}

/*
 * Only a form that this card answered a query in is used for a PIN. A query just before this has
 * left the PIN selected, where that form is not the short id.
 */
static enum result
pin_reference(struct token *t, enum layout_key key, bool queried, uint8_t *reference)
{
	*reference = CARD_SHORT_ID(layout_roles[key].pin_file);
	if (t->keys[key].short_pin == TOKEN_LEARNT_YES)
		return RESULT_OK;
	*reference = CARD_CURRENT_FILE;
	return queried ? RESULT_OK : card_select_file(t->link, layout_roles[key].pin_file);
}

/* Sends a PIN once; `queried`: right after present_query. Notes tries, refused PINs, exposure. */
static enum result
verify(struct token *t, enum layout_key key, const struct secret *pin, bool queried)
{
	struct state_key *k = &t->keys[key];
	unsigned int left = 0;
	uint8_t reference;
	enum result r = pin_reference(t, key, queried, &reference);

	if (r != RESULT_OK)
		return work_is_answer(r) ? RESULT_CARD_ERROR : r;
	t->exposed = true;
	k->uncertain = true;
	r = card_verify(t->link, reference, secret_bytes(pin), &left);
	if (r == RESULT_OK)
		left = layout_roles[key].tries;
	if (r == RESULT_OK || r == RESULT_PIN_WRONG || r == RESULT_PIN_BLOCKED) {
		note_tries(k, left); /* may forget refused PINs, but not this one */
		k->uncertain = false;
		if (r == RESULT_PIN_WRONG)
			remember_refused(k, pin);
	} else if (work_is_answer(r)) {
		r = RESULT_CARD_ERROR; /* whatever it means, it does not mean "wrong PIN" */
	}
	return r;
}

/* The PIN typed once is not taken any more, or must not be tried on the last try. */
static enum result
end_login(struct token *t, enum layout_key key, const char *why)
{
	log_line(LOG_LEVEL_WARNING, "%s: %s; logged out of the %s key", link_reader(t->link), why,
	         layout_roles[key].name);
	state_logout(t, key);
	return RESULT_NOT_LOGGED_IN;
}

enum result
present_login(struct token *t, enum layout_key key)
{
	struct state_key *k = &t->keys[key];
	bool query = k->uncertain || k->tries == STATE_TRIES_UNKNOWN;
	enum result r = RESULT_OK;

	if (!k->pin)
		return RESULT_NOT_LOGGED_IN;
	if (query)
		r = present_query(t, key);
	if (r != RESULT_OK)
		return r;
	/* The last try is the user's to spend, never ours. */
	if (k->tries <= 1)
		return end_login(t, key, "only the last try is left, or none");
	r = verify(t, key, k->pin, query);
	if (r == RESULT_PIN_WRONG || r == RESULT_PIN_BLOCKED)
		return end_login(t, key, "the PIN was changed or locked by another program");
	return r;
}

enum result
present_typed(struct token *t, enum layout_key key, const struct secret *pin)
{
	struct state_key *k = &t->keys[key];
	enum pin_verdict verdict = PIN_UNTRIED;
	enum result r = present_query(t, key);

	if (r != RESULT_OK)
		return work_is_answer(r) ? RESULT_CARD_ERROR : r;
	if (k->tries == 0)
		return RESULT_PIN_BLOCKED;
	if (k->refused)
		verdict = pin_memory_ask(k->refused, pin);
	if (verdict != PIN_UNTRIED)
		return verdict == PIN_REFUSED ? RESULT_PIN_WRONG : RESULT_PIN_REPEATED;
	return verify(t, key, pin, true);
}
