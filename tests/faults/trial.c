/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/faults/trial.h"

#include <string.h>

#include "tests/faults/judge.h"
#include "tests/module/harness.h"

bool
trial_has_switch(const struct trial *t, const char *pair)
{
	return t->switches && strstr(t->switches, pair);
}

/* As another program does that gives the right PINs. */
static void
fill_counters(void)
{
	harness_sim("tries", CARD, "auth", "3", NULL);
	harness_sim("tries", CARD, "sign", "5", NULL);
}

void
trial_start(struct trial *t)
{
	struct place kept[SLOTS];

	memcpy(kept, t->run.at, sizeof kept);
	t->run = (struct run){.f = t->run.f, .no_pss = trial_has_switch(t, "pss=off")};
	for (int slot = 0; slot < SLOTS; slot++) {
		t->run.at[slot].public_key = kept[slot].public_key;
		t->run.at[slot].pin = slot == SIGN ? PIN_SIGN : PIN_AUTH;
	}
	memset(t->gone, 0, sizeof t->gone);
	memset(t->change_lost, 0, sizeof t->change_lost);
	t->failed = t->over = false;
	t->failures = 0;
	glance_take(&t->now);
	if (t->now.tries[AUTH] != 3 || t->now.tries[SIGN] != 5)
		fill_counters();
	if (fault_is_swap(t->fault)) {
		harness_card(OTHER_CARD);
		harness_card(CARD);
		(void)glance_other_verifies();
	}
}

static void
do_step(struct trial *t, const struct step *step)
{
	bool opens = strcmp(step->action->name, "open_session") == 0;
	CK_RV rv;

	t->before = t->now;
	rv = step->action->run(&t->run, step->slot);
	glance_take(&t->now);
	/* Swapped while it was opened: it may be on either card. */
	if (opens && rv == CKR_OK)
		t->run.at[step->slot].any_card = strcmp(t->now.card, OTHER_CARD) == 0;
	if (opens && rv == CKR_OK)
		t->gone[step->slot] = false;
	judge_step(t, step, rv);
	judge_pins(t, step->action->name);
	judge_card(t, step->action->name);
	if (strcmp(step->action->name, "change_pin") == 0)
		t->change_lost[step->slot] = t->run.at[step->slot].new_pin != NULL;
}

void
trial_run(struct trial *t)
{
	if (t->run.f->C_Initialize(NULL) != CKR_OK)
		judge_complain(t, "C_Initialize", "failed", CKR_OK);
	for (const struct step *s = t->scenario->steps; s->action; s++)
		do_step(t, s);
}

void
trial_restore(struct trial *t)
{
	harness_sim("clear", NULL);
	t->over = true;
	glance_take(&t->now);
	if (!t->now.running)
		harness_sim("service", "start", NULL);
	if (!t->now.plugged)
		harness_sim("plug", NULL);
	if (strcmp(t->now.card, CARD) != 0)
		harness_sim(t->now.card[0] ? "swap" : "insert", CARD, NULL);
}

/* A card that lied about what it is may be taken for another until it is taken out. */
static void
reinsert(void)
{
	harness_sim("remove", NULL);
	harness_sim("insert", CARD, NULL);
}

static void
check_old_login(struct trial *t, int slot)
{
	struct place *at = &t->run.at[slot];
	CK_RV rv;

	if (!at->logged_in || at->key == CK_INVALID_HANDLE || at->new_pin || t->gone[slot])
		return;
	rv = run_sign(&t->run, slot);
	if (rv != CKR_OK && (judge_effect(t) == HICCUP || judge_effect(t) == LASTING ||
			     judge_effect(t) == UNNOTICED))
		judge_complain(t, "then, with the same login", "answered", rv);
	else if (rv != CKR_OK && !judge_allows(t, &t->scenario->steps[0], rv) &&
		 rv != CKR_DEVICE_REMOVED && rv != CKR_SESSION_HANDLE_INVALID)
		judge_complain(t, "then, with the login of before", "answered", rv);
}

static void
check_anew(struct trial *t, int slot)
{
	CK_RV rv;

	t->run.at[slot].any_card = false;
	if (judge_is_torn_at_pin(t))
		fill_counters();
	rv = run_settle_pin(&t->run, slot);
	if (rv != CKR_OK && judge_effect(t) == LIE) {
		reinsert();
		rv = run_settle_pin(&t->run, slot);
	}
	if (rv != CKR_OK)
		judge_complain(t, "then, when all is well again", "answered", rv);
	(void)t->run.f->C_CloseAllSessions((CK_SLOT_ID)slot);
	t->run.at[slot].open = t->run.at[slot].logged_in = false;
}

static bool
is_used(const struct scenario *scenario, int slot)
{
	for (const struct step *s = scenario->steps; s->action; s++)
		if (s->slot == slot)
			return true;
	return false;
}

void
trial_end(struct trial *t)
{
	glance_take(&t->before);
	for (int slot = 0; slot < SLOTS; slot++)
		check_old_login(t, slot);
	for (int slot = 0; slot < SLOTS; slot++)
		if (is_used(t->scenario, slot) || t->aftermaths++ % 4 == 0)
			check_anew(t, slot);
	if (t->run.complaint)
		judge_complain(t, "then", t->run.complaint, CKR_OK);
	t->run.complaint = NULL;
	if (t->run.f->C_Finalize(NULL) != CKR_OK)
		judge_complain(t, "C_Finalize", "failed", CKR_OK);
	glance_take(&t->now);
	t->before = t->now; /* there may have been many PINs since */
	judge_pins(t, "in the end");
	judge_card(t, "in the end");
	if (t->now.contexts != 0)
		judge_complain(t, "C_Finalize", "left a connection to the service", CKR_OK);
}
