/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"
#include "base/log.h"
#include "card/card.h"
#include "token/state.h"

/* The PIN typed once is not taken any more, or must not be tried. */
static enum result
end_login(struct token *t, enum layout_key key, const char *why)
{
	if (t->keys[key].pin)
		log_line(LOG_LEVEL_WARNING, "%s: %s; logged out of the %s key",
			 link_reader(t->link), why, layout_roles[key].name);
	state_logout(t, key);
	return RESULT_NOT_LOGGED_IN;
}

static void
note_tries(struct token *t, enum layout_key key, unsigned int left)
{
	struct state_key *k = &t->keys[key];

	k->tries = (int)left;
	k->tries_at = link_has_slept(t->link) ? 0 : clock_boot_ms();
	k->uncertain = false;
	if (t->have_id)
		refused_note_tries(t->id, key, left);
}

void
present_end(struct token *t)
{
	for (int k = 0; k < LAYOUT_KEYS; k++)
		if (t->keys[k].pin && t->keys[k].tries == 0)
			(void)end_login(t, (enum layout_key)k, "the PIN is locked");
}

/* Makes the PIN addressable by CARD_CURRENT_FILE where it cannot be by its short id. */
static enum result
query_selected(struct token *t, enum layout_key key, unsigned int *left)
{
	enum result r = card_select_file(t->link, layout_roles[key].pin_file);

	return r == RESULT_OK ? card_query_tries(t->link, CARD_CURRENT_FILE, left) : r;
}

/* The counter, once; learns whether the PIN can be addressed by its short id. */
static enum result
query(struct token *t, enum layout_key key, unsigned int *left)
{
	struct state_key *k = &t->keys[key];
	enum result r = RESULT_CARD_ERROR;

	if (t->short_read == TOKEN_LEARNT_NO)
		k->short_pin = TOKEN_LEARNT_NO;
	if (k->short_pin != TOKEN_LEARNT_NO)
		r = card_query_tries(t->link, CARD_SHORT_ID(layout_roles[key].pin_file), left);
	if (r == RESULT_OK && *left > 0) {
		k->short_pin = TOKEN_LEARNT_YES;
	} else if (k->short_pin != TOKEN_LEARNT_YES && work_is_answer(r)) {
		/* "Locked" too may be said of the short id. */
		r = query_selected(t, key, left);
		if (r == RESULT_OK && *left > 0)
			k->short_pin = TOKEN_LEARNT_NO;
	}
	return r;
}

enum result
present_query(struct token *t, enum layout_key key)
{
	unsigned int left = 0;
	enum result r;

	do
		r = query(t, key, &left);
	while (work_asks_again(t, &r));
	if (r == RESULT_OK && t->have_id && refused_would_forget(t->id, key, left))
		r = query(t, key, &left); /* a slip of the tongue must not cost a try */
	/* The machine slept within the transaction, or what is selected is not ours: another card's
	 * counter, or another application's, says nothing of this one. */
	if (r == RESULT_OK && (link_has_slept(t->link) || !t->entered))
		r = RESULT_TRANSPORT;
	if (r == RESULT_OK)
		note_tries(t, key, left);
	return r;
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

/*
 * The card refused a PIN: believed if its counter says so too, since a right one could not be used
 * here any more. Where the counter cannot be had now, the next question decides.
 */
static void
note_refusal(struct token *t, enum layout_key key, const struct secret *pin, unsigned int left,
	     bool queried)
{
	const struct state_key *k = &t->keys[key];
	const bool stood_still = queried && k->tries == (int)left;
	int asked = 0;

	do
		if (present_query(t, key) != RESULT_OK)
			return;
	while (k->tries != (int)left && ++asked < 2);
	if (k->tries == (int)left && !stood_still && left < layout_roles[key].tries)
		refused_note(t->id, key, pin);
}

/*
 * Sends a PIN once; `queried`: right after present_query. It is noted before, since the answer may
 * be lost: the counter tells then, at the next question, whether it was wrong.
 */
static enum result
verify(struct token *t, enum layout_key key, const struct secret *pin, bool queried)
{
	struct state_key *k = &t->keys[key];
	unsigned int left = 0;
	uint8_t reference;
	enum result r = pin_reference(t, key, queried, &reference);

	if (r != RESULT_OK)
		return work_is_answer(r) ? RESULT_CARD_ERROR : r;
	r = work_cross(t);
	if (r != RESULT_OK)
		return r;
	if (!t->have_id || !refused_sending(t->id, key, pin, (unsigned int)k->tries)) {
		line_crossed(t->line);
		return RESULT_NO_MEMORY;
	}
	t->pin_presented = true;
	state_doubt_tries(t);
	k->uncertain = true;
	r = card_verify(t->link, reference, secret_bytes(pin), &left, &t->pin_word);
	line_crossed(t->line);
	if (r == RESULT_OK) {
		note_tries(t, key, layout_roles[key].tries);
	} else if (r == RESULT_PIN_WRONG || r == RESULT_PIN_BLOCKED) {
		note_refusal(t, key, pin, left, queried);
	} else if (work_is_answer(r)) {
		r = RESULT_CARD_ERROR; /* whatever it means, it does not mean "wrong PIN" */
	}
	return r;
}

/* Where the answer to the last PIN was lost, whether that PIN may be sent again. */
static enum result
settle(struct token *t, enum layout_key key)
{
	struct state_key *k = &t->keys[key];
	enum result r = look_know_card(t);

	if (r == RESULT_OK)
		r = present_query(t, key);
	if (r != RESULT_OK)
		return r;
	if (refused_ask(t->id, key, k->pin) != REFUSED_NEVER)
		return end_login(t, key, "the card refused the PIN, but its answer was lost");
	return RESULT_OK;
}

enum result
present_login(struct token *t, enum layout_key key, unsigned int least)
{
	struct state_key *k = &t->keys[key];
	bool query = k->uncertain || k->tries == STATE_TRIES_UNKNOWN;
	enum result r = RESULT_OK;

	if (!k->pin)
		return RESULT_NOT_LOGGED_IN;
	if (query)
		r = settle(t, key);
	if (r != RESULT_OK)
		return r;
	/* The last try is the user's to spend, never ours. */
	if (k->tries < (int)least)
		return end_login(t, key,
				 least == 2 ? "only the last try is left"
					    : "others have spent tries since");
	r = verify(t, key, k->pin, query);
	if (r == RESULT_PIN_WRONG || r == RESULT_PIN_BLOCKED)
		return end_login(t, key, "the PIN was changed or locked by another program");
	return r;
}

enum result
present_typed(struct token *t, enum layout_key key, const struct secret *pin, unsigned int told)
{
	const struct state_key *k = &t->keys[key];
	enum refused_verdict verdict;
	enum result r = present_query(t, key);

	if (r != RESULT_OK)
		return work_is_answer(r) ? RESULT_CARD_ERROR : r;
	if (k->tries == 0)
		return RESULT_PIN_BLOCKED;
	if (k->tries < (int)told)
		return RESULT_FEWER_TRIES;
	verdict = refused_ask(t->id, key, pin);
	if (verdict != REFUSED_NEVER)
		return verdict == REFUSED_BEFORE ? RESULT_PIN_WRONG : RESULT_PIN_REPEATED;
	if (k->tries == 1 && refused_has_lost_some())
		return RESULT_PIN_REPEATED;
	return verify(t, key, pin, true);
}
