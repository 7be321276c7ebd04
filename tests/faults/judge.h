/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FAULTS_JUDGE_H
#define JPKI_TESTS_FAULTS_JUDGE_H

#include "tests/faults/trial.h"

/* What a step may answer when a fault struck it or one before, and what must be true after it. */

/* A point fails once, with what went wrong first. */
void judge_complain(struct trial *t, const char *step, const char *what, CK_RV rv);

/*
 * A card whose certificates take the PIN cannot be compared, so what leaves room for a swap ends
 * its login (SAFETY.md): sleep, and a lost connection.
 */
bool judge_leaves_room_for_a_swap(const struct trial *t);

/* The fault's, on this card. */
enum effect judge_effect(const struct trial *t);

/*
 * A card that writes a try off before it compares, and is taken away in between, has lost one for
 * the right PIN, which this process then takes for wrong until the counter is full again.
 */
bool judge_is_torn_at_pin(const struct trial *t);

/* No PIN twice in one call, none to what is no PIN, none to a card it was not typed for. */
void judge_pins(struct trial *t, const char *step);

/* Nothing is left open, begun or connected. */
void judge_card(struct trial *t, const char *step);

bool judge_allows(struct trial *t, const struct step *step, CK_RV rv);

void judge_step(struct trial *t, const struct step *step, CK_RV rv);

#endif
