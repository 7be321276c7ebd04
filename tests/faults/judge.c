/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/faults/judge.h"

#include <stdio.h>
#include <string.h>

#include "tests/module/harness.h"

/*
 * A card that says 9000 and does nothing is believed, since nothing it could be asked tells:
 * it is only to do no lasting harm.
 */
static bool
is_believed(const struct trial *t)
{
	return strcmp(t->fault->name, "sw-9000") == 0;
}

void
judge_complain(struct trial *t, const char *step, const char *what, CK_RV rv)
{
	if (t->failed || (is_believed(t) && !t->over))
		return;
	t->failed = true;
	t->progress->failed++;
	printf("not ok %s: %s: %s", t->progress->point, step, what);
	if (rv != CKR_OK)
		printf(" 0x%lx", rv);
	printf("\n");
	(void)fflush(stdout);
}

/* There is no connection then that was kept, and would show that the card was there all the time.
 */
static bool
loses_connection(const struct trial *t)
{
	return t->fault->effect == LASTING || strcmp(t->fault->kind, "slept") == 0 ||
	       (t->struck &&
		(strcmp(t->struck, "connect") == 0 || strcmp(t->struck, "reconnect") == 0));
}

bool
judge_leaves_room_for_a_swap(const struct trial *t)
{
	return trial_has_switch(t, "auth-certificate=pin-needed") && loses_connection(t);
}

/* An answer of the length of a certificate's head, where the card refuses to read it, is one. */
static bool
is_false_head(const struct trial *t)
{
	return trial_has_switch(t, "auth-certificate=pin-needed") &&
	       strcmp(t->fault->kind, "oversized") == 0;
}

enum effect
judge_effect(const struct trial *t)
{
	if (is_false_head(t))
		return LIE;
	return judge_leaves_room_for_a_swap(t) ? DEPARTURE : t->fault->effect;
}

static unsigned int
allowed_of(const struct trial *t)
{
	if (is_false_head(t))
		return SW_CODES;
	return t->fault->allowed | (judge_leaves_room_for_a_swap(t) ? REMOVED | DEVICE_ERROR : 0);
}

bool
judge_is_torn_at_pin(const struct trial *t)
{
	return trial_has_switch(t, "counter-written=before-comparison") &&
	       strcmp(t->struck, "transmit") == 0 && judge_effect(t) == DEPARTURE &&
	       strstr(t->fault->options, ":during");
}

static unsigned int
tries_gone(const struct trial *t, int slot)
{
	return (slot == SIGN ? 5 : 3) - t->now.tries[slot];
}

void
judge_pins(struct trial *t, const char *step)
{
	for (int slot = 0; slot < SLOTS; slot++) {
		unsigned int spent = t->run.at[slot].spent + judge_is_torn_at_pin(t);

		if (t->now.verify[slot] > t->before.verify[slot] + 1)
			judge_complain(t, step, "a PIN was sent twice", CKR_OK);
		if (t->now.change[slot] > t->before.change[slot] + 1)
			judge_complain(t, step, "a new PIN was sent twice", CKR_OK);
		if (t->now.card[0] && tries_gone(t, slot) > spent && !is_believed(t))
			judge_complain(t, step, "a try is gone that the user did not spend",
				       CKR_OK);
	}
	if (t->now.strays > t->before.strays)
		judge_complain(t, step, "a PIN went to another application or file", CKR_OK);
}

/* To be logged out at the next contact: the fault took the last word, and power does not do it. */
static bool
is_out_of_reach(const struct trial *t)
{
	return trial_has_switch(t, "login-at-power-loss=kept") && !t->over &&
	       harness_fault_struck();
}

void
judge_card(struct trial *t, const char *step)
{
	const struct glance *g = &t->now;
	bool anybody = t->run.at[AUTH].logged_in || t->run.at[SIGN].logged_in;

	if (g->running && g->plugged && g->card[0] && g->powered &&
	    (g->open[AUTH] || g->open[SIGN]) && !is_out_of_reach(t))
		judge_complain(t, step, "the card is left open", CKR_OK);
	if (g->transaction)
		judge_complain(t, step, "a transaction is left begun", CKR_OK);
	if (g->connections > (anybody ? 1 : 0))
		judge_complain(t, step, "a connection is left, though nobody is logged in", CKR_OK);
	if (fault_is_swap(t->fault) && glance_other_verifies() > 0 && !t->run.at[AUTH].any_card &&
	    !t->run.at[SIGN].any_card)
		judge_complain(t, step, "a PIN was sent to another person's card", CKR_OK);
}

/* After the call that reports the end of a session, it stays at that. */
static bool
is_session_code_right(struct trial *t, const struct step *step, CK_RV rv)
{
	bool *gone = &t->gone[step->slot];
	bool right = *gone ? rv == CKR_SESSION_HANDLE_INVALID
			   : rv == CKR_DEVICE_REMOVED || rv == CKR_SESSION_HANDLE_INVALID;

	*gone = true;
	t->run.at[step->slot].logged_in = false;
	/* Without a look at the readers, a session may be opened on what was there before. */
	return right && (allowed_of(t) & REMOVED || t->run.reinserted);
}

/* Who typed no PIN is not to be told that it was wrong. */
static bool
is_pin_typed(const struct step *step)
{
	return strncmp(step->action->name, "login", 5) == 0 ||
	       strcmp(step->action->name, "change_pin") == 0;
}

bool
judge_allows(struct trial *t, const struct step *step, CK_RV rv)
{
	bool departed = rv == CKR_DEVICE_REMOVED || rv == CKR_SESSION_HANDLE_INVALID;
	unsigned int code = fault_code(rv);

	if (step->action->subject == STEP_LOOKS)
		return false;
	if (rv == CKR_PIN_INCORRECT && is_pin_typed(step) && judge_is_torn_at_pin(t))
		return tries_gone(t, step->slot) > t->run.at[step->slot].spent;
	if (step->action->subject == STEP_SLOT && rv == CKR_TOKEN_NOT_PRESENT)
		return allowed_of(t) & REMOVED || fault_is_at_look(t->struck);
	if (step->action->subject == STEP_SESSION && (departed || t->gone[step->slot]))
		return is_session_code_right(t, step, rv);
	return (allowed_of(t) & code) && (!(code & PIN_CODES) || is_pin_typed(step));
}

/* A change whose outcome was lost, and the old PIN is not right any more: it was the new one. */
static bool
is_change_found_out(struct trial *t, const struct step *step, CK_RV rv)
{
	struct place *at = &t->run.at[step->slot];

	if (rv != CKR_PIN_INCORRECT || !t->change_lost[step->slot])
		return false;
	t->change_lost[step->slot] = false;
	at->spent++;
	at->pin = at->new_pin;
	at->new_pin = NULL;
	return true;
}

void
judge_step(struct trial *t, const struct step *step, CK_RV rv)
{
	const char *name = step->action->name;

	if (rv != CKR_OK && rv != STEP_SKIPPED && !is_change_found_out(t, step, rv)) {
		t->failures++;
		if (rv == CKR_USER_NOT_LOGGED_IN)
			t->run.at[step->slot].logged_in = false;
		if (!judge_allows(t, step, rv))
			judge_complain(t, name, "answered", rv);
		if (judge_effect(t) == HICCUP && t->failures > 1)
			judge_complain(t, name, "fails too, though the fault is over:", rv);
	}
	if (t->run.complaint)
		judge_complain(t, name, t->run.complaint, CKR_OK);
	t->run.complaint = NULL;
}
