/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"
#include "card/card.h"
#include "token/state.h"

#define RESETS_MAX 4 /* of a card in one transaction: one for each program that died */

static struct bytes
aid_of(const struct layout_application *a)
{
	return (struct bytes){a->aid, a->aid_len};
}

bool
work_is_answer(enum result r)
{
	return r == RESULT_OK || (r >= RESULT_NOT_FOUND && r <= RESULT_CARD_ERROR);
}

bool
work_is_refusal(enum result r)
{
	return work_is_answer(r) && r != RESULT_OK && r != RESULT_CARD_ERROR;
}

/* pcscd resets the card when a program dies in a transaction, which may have left it open: a
 * contactless one keeps logins over that. */
static void
note_reset(struct token *t)
{
	t->entered = t->logged_out = false;
	t->doubted = t->kind != TOKEN_UNKNOWN;
}

static bool
resume(struct token *t)
{
	note_reset(t);
	return link_resume(t->link) == RESULT_OK;
}

/*
 * That SELECT once more after a reset, after 6F00, which the first command after power-on may
 * answer (card fact 1.3), and after what else nobody foresaw.
 */
static enum result
select_application(struct token *t, const struct layout_application *a)
{
	enum result r = card_select_application(t->link, aid_of(a));

	if (r == RESULT_CARD_ERROR || r == RESULT_DECLINED || r == RESULT_BAD_ANSWER ||
	    (r == RESULT_RESET && resume(t)))
		r = card_select_application(t->link, aid_of(a));
	t->entered = r == RESULT_OK && a == &layout_jpki;
	return r;
}

/*
 * Selecting another application ends every login on the card (card fact 4). False if there is
 * none to select, or the card does not answer.
 */
static bool
log_out_card(struct token *t)
{
	enum result r = RESULT_NOT_FOUND;

	for (size_t i = 0; i < LAYOUT_OTHERS && r != RESULT_OK; i++) {
		r = select_application(t, &layout_others[t->other]);
		if (r != RESULT_OK)
			t->other = (t->other + 1) % LAYOUT_OTHERS;
		if (!work_is_answer(r))
			break;
	}
	return r == RESULT_OK;
}

/* At the first contact: who came before, or was killed, may have left it open. */
static void
log_out_others(struct token *t)
{
	if (t->logged_out)
		return;
	if (!log_out_card(t))
		t->power_off = true;
	t->logged_out = true;
}

/* Where nobody logged the card out yet, or it was reset on the way, that comes first. */
static enum result
select_jpki(struct token *t)
{
	enum result r = select_application(t, &layout_jpki);

	if (r != RESULT_OK || t->logged_out)
		return r;
	log_out_others(t);
	return select_application(t, &layout_jpki);
}

/* Whatever it says, a card said it: no line was bad, and asking again tells nothing else. */
static bool
is_word(enum result r)
{
	return work_is_answer(r) || r == RESULT_BAD_ANSWER;
}

static bool
is_not_ours(enum result r)
{
	return r == RESULT_NOT_FOUND || r == RESULT_WRONG_P1P2 || r == RESULT_NO_SUCH_COMMAND;
}

/* Not our card, and nothing was opened on it. */
static enum result
leave_alone(struct token *t, enum result r)
{
	t->kind = is_not_ours(r) ? TOKEN_FOREIGN : TOKEN_STRANGE;
	t->logged_out = false;
	log_line(LOG_LEVEL_INFO, "%s: %s, left alone", link_reader(t->link),
		 t->kind == TOKEN_FOREIGN ? "not a My Number card"
					  : "answers, but not as a My Number card");
	return RESULT_NOT_JPKI;
}

/* A look in the middle of which the machine slept may have seen half of one card and half of
 * another. */
static enum result
look_whole(struct token *t)
{
	const uint64_t insertion = t->insertion;
	enum result r = look_at_card(t);

	if (!link_has_slept(t->link))
		return r;
	state_reset(t);
	t->insertion = insertion;
	return RESULT_TRANSPORT;
}

/*
 * The first contact. Whose card is it? Selecting the issuer's application would end what a
 * program has open on somebody else's, so what only a My Number card has comes first (it logs out
 * besides), then the JPKI application, and the issuer's only on a card that has that.
 */
static enum result
identify(struct token *t)
{
	enum result r = select_application(t, &layout_others[0]);

	t->logged_out = r == RESULT_OK;
	t->other = !t->logged_out;
	if (is_word(r))
		r = select_jpki(t);
	if (is_word(r) && r != RESULT_OK)
		return leave_alone(t, r);
	if (r != RESULT_OK)
		return r;
	r = look_whole(t);
	if (r == RESULT_BAD_ANSWER)
		r = look_whole(t);
	/* It takes any selection for its own, and has no file of ours. */
	if (r == RESULT_NOT_FOUND || r == RESULT_BAD_ANSWER)
		return leave_alone(t, r);
	t->met = true;
	return r;
}

static enum result
enter_application(struct token *t)
{
	enum result r;

	if (t->kind == TOKEN_FOREIGN || t->kind == TOKEN_STRANGE || t->kind == TOKEN_JUKI)
		return RESULT_NOT_JPKI;
	if (t->kind == TOKEN_UNKNOWN)
		return identify(t);
	log_out_others(t);
	r = select_jpki(t);
	/* A card that was ours a moment ago does not lose its application. */
	return work_is_answer(r) && r != RESULT_OK ? RESULT_CARD_ERROR : r;
}

/* Takes note of which card is there. */
static void
note_insertion(struct token *t, uint64_t insertion)
{
	if (insertion == t->insertion)
		return;
	state_reset(t);
	t->insertion = insertion;
}

/*
 * Those who are logged in were so on this card, as its count of insertions tells. Where the
 * connection was lost or the machine slept, that is no proof, and the certificate has to be the
 * same too. After a reset, sleep, and where the card did not answer, whoever means this insertion
 * means this card, as far as it can be read at all.
 */
static enum result
prove_card(struct token *t)
{
	const bool readable = t->have_head && !t->keys[LAYOUT_AUTH].is_private;
	enum result r = RESULT_OK;

	if (readable && (t->unproven || t->doubted))
		r = files_read_head(t);
	else if (t->unproven)
		r = RESULT_CARD_CHANGED;
	if (r == RESULT_OK)
		t->unproven = t->doubted = false;
	return r;
}

static bool
is_departure(enum result r)
{
	return r == RESULT_CARD_CHANGED || r == RESULT_NO_CARD || r == RESULT_NO_READER ||
	       r == RESULT_NO_SERVICE;
}

/* What a user asks about when it happens; the rest is everyday life. */
static bool
is_trouble(enum result r)
{
	return r == RESULT_BUSY || r == RESULT_TRANSPORT || r == RESULT_RESET ||
	       r == RESULT_REFUSED || r == RESULT_DECLINED || r == RESULT_CARD_ERROR ||
	       r == RESULT_BAD_ANSWER || r == RESULT_BAD_SIGNATURE;
}

/* Once: some programs ask again every second. */
static void
log_outcome(struct token *t, enum result r)
{
	if (r == t->logged)
		return;
	t->logged = r;
	if (r == RESULT_OK || r == RESULT_NOT_JPKI) /* that was told in more words */
		return;
	log_line(is_trouble(r) ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "%s: %s", link_reader(t->link),
		 result_name(r));
}

bool
work_is_over(const struct token *t, uint64_t expected)
{
	return expected && expected != t->insertion;
}

/* Also where it came to nothing: what the link saw on the way it says once. */
static enum result
begin_transaction(struct token *t, uint64_t *insertion)
{
	enum result r = link_begin(t->link, insertion);

	if (link_was_reset(t->link))
		note_reset(t);
	t->unproven = state_anybody_logged_in(t) && (t->unproven || link_is_new(t->link));
	t->doubted = t->kind != TOKEN_UNKNOWN && (t->doubted || link_was_unseen(t->link));
	return r;
}

static enum result
begin(struct token *t, uint64_t expected)
{
	uint64_t insertion;
	enum result r = begin_transaction(t, &insertion);

	if (r == RESULT_CARD_CHANGED && !expected) {
		/* The card that somebody was logged in to has left; nobody asks for that one. */
		token_forget(t);
		r = begin_transaction(t, &insertion);
	}
	if (r == RESULT_OK) {
		t->entered = t->pin_presented = false;
		t->resets = 0;
		t->asked_again = false;
		note_insertion(t, insertion);
		return r;
	}
	log_outcome(t, r);
	if (is_departure(r))
		token_forget(t);
	else if (!state_anybody_logged_in(t))
		link_drop(t->link);
	return r;
}

static enum result
enter_and_prove(struct token *t)
{
	enum result r = enter_application(t);

	return r == RESULT_OK ? prove_card(t) : r;
}

bool
work_resume(struct token *t, enum result *r)
{
	if (*r != RESULT_RESET)
		return false;
	while (*r == RESULT_RESET && t->resets++ < RESETS_MAX && resume(t))
		*r = enter_and_prove(t);
	return *r == RESULT_OK;
}

/* Where the card declines, whatever it says after that may be another application's word. */
enum result
work_enter_again(struct token *t)
{
	enum result r = select_application(t, &layout_jpki);

	return is_word(r) && r != RESULT_OK ? RESULT_TRANSPORT : r;
}

bool
work_asks_again(struct token *t, enum result *r)
{
	if (!work_is_refusal(*r) || t->asked_again)
		return false;
	t->asked_again = true; /* so that meet_card's second attempt is not declined here again */
	*r = work_enter_again(t);
	return *r == RESULT_OK;
}

/* In a transaction just begun: the application of the card that is meant. */
static enum result
meet_card(struct token *t, uint64_t expected)
{
	enum result r;

	if (line_is_drawn(t->line))
		return RESULT_ENDED;
	if (work_is_over(t, expected))
		return RESULT_CARD_CHANGED;
	r = enter_and_prove(t);
	if (r == RESULT_TRANSPORT)
		r = enter_and_prove(t);
	(void)work_resume(t, &r);
	return r;
}

/*
 * Some cards answer nothing more until they get power anew (pcsc-lite issues 154, 155), and while
 * somebody is connected nobody gives it to them. Of other people's cards pcscd takes care, once
 * nobody is. True if it was done, which ends the transaction.
 */
static bool
power_anew(struct token *t)
{
	if (!t->met)
		return false;
	log_line(LOG_LEVEL_WARNING, "%s: the card does not answer and gets power anew",
		 link_reader(t->link));
	t->power_off = t->logged_out = false;
	(void)link_end(t->link, false, true);
	return true;
}

enum result
work_begin(struct token *t, uint64_t expected)
{
	enum result r = work_is_over(t, expected) ? RESULT_CARD_CHANGED : begin(t, expected);

	if (r != RESULT_OK)
		return r;
	r = meet_card(t, expected);
	if (r == RESULT_TRANSPORT && power_anew(t)) {
		r = begin(t, expected);
		if (r != RESULT_OK)
			return r;
		r = meet_card(t, expected);
	}
	return r == RESULT_OK ? RESULT_OK : work_end(t, r);
}

enum result
work_power_anew(struct token *t, uint64_t expected)
{
	t->power_off = t->logged_out = false;
	(void)link_end(t->link, false, true);
	return begin(t, expected);
}

enum result
work_go_on(struct token *t, uint64_t expected)
{
	return meet_card(t, expected);
}

enum result
work_cross(struct token *t)
{
	if (link_has_slept(t->link) || !t->entered)
		return RESULT_TRANSPORT;
	return line_cross(t->line) ? RESULT_OK : RESULT_ENDED;
}

/* After a PIN; other programs expect to find the JPKI application selected. */
static void
log_out_again(struct token *t)
{
	if (!t->pin_presented)
		return;
	t->pin_presented = false;
	if (log_out_card(t))
		(void)select_application(t, &layout_jpki);
	else
		t->power_off = true;
}

enum result
work_end(struct token *t, enum result r)
{
	bool power_off;

	present_end(t);
	log_out_again(t);
	power_off = t->power_off;
	t->power_off = false;
	if (!link_end(t->link, state_anybody_logged_in(t), power_off)) {
		log_line(LOG_LEVEL_WARNING,
			 "%s: the card could not be logged out now; "
			 "it will be at the next contact",
			 link_reader(t->link));
		t->logged_out = false;
	}
	t->doubted |= r == RESULT_TRANSPORT;
	if (is_departure(r))
		token_forget(t);
	log_outcome(t, r);
	return r;
}
