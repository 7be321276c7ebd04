/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SESSION_SEAT_H
#define JPKI_SESSION_SEAT_H

#include "session/module.h"

/*
 * Readers and their slots: which there are, what lies in them, and the one way to a card
 * (seat_enter ... seat_leave). Functions ending in _locked want the state lock held.
 */

/* A new empty seat at the end; NULL without memory or room. The state lock is not needed before
 * the module is shared. */
struct seat *seat_add(struct module *m);
void seat_free(struct seat *s);

/* Slot ids: seats in order, in each the variant's tokens in order. */
CK_SLOT_ID seat_slot_id(const struct seat *s, size_t position);

/* The seat and the key of a slot; NULL if there is no such slot. */
struct seat *seat_of_slot_locked(struct module *m, CK_SLOT_ID slot, enum layout_key *key);

/* The same, after a look at the readers. */
struct seat *seat_find(struct module *m, CK_SLOT_ID slot, enum layout_key *key);

/*
 * The same of a slot with a token, asking the card what it is if need be. CKR_SLOT_ID_INVALID,
 * CKR_TOKEN_NOT_PRESENT or what else rv_of_slot_result() says.
 */
CK_RV seat_find_token(struct module *m, CK_SLOT_ID slot, struct seat **seat,
                      enum layout_key *key);

/*
 * Looks at all readers through pcscd: new ones get a seat, removed cards end their sessions.
 * Never waits for a card.
 */
void seat_refresh_all(struct module *m);

/* Whether the card in the seat was not asked yet what it is. */
bool seat_is_unknown_locked(const struct seat *s);

/* Whether the slot shows a token, as far as is known. */
bool seat_has_token_locked(const struct seat *s, enum layout_key key);
bool seat_has_token(struct module *m, const struct seat *s, enum layout_key key);

/*
 * Asks the card in the seat what it is, if it was not asked. May wait for other programs unless
 * `patient` is false: then a card that somebody else is connected to is left for later.
 */
enum result seat_look(struct module *m, struct seat *s, bool patient);

/*
 * The card lock. `insertion`: the stay of the card that the caller means, 0 for any. Returns the
 * token to work with, NULL if no reader ever came.
 */
struct token *seat_enter(struct seat *s, uint64_t insertion);

/* Lets go of it, and tells everybody what became known. Passes `r` through. */
enum result seat_leave(struct module *m, struct seat *s, enum result r);

/* Whether the card makes PSS signatures, trying it once per card; `insertion` as in seat_enter. */
enum result seat_learn_pss(struct module *m, struct seat *s, uint64_t insertion, bool *pss);

/* Done at once where the card lock is free, else by whoever holds it. Never wait. */
void seat_request_forget(struct module *m, struct seat *s);
void seat_request_logout(struct module *m, struct seat *s, enum layout_key key);

#endif
