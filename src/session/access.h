/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SESSION_ACCESS_H
#define JPKI_SESSION_ACCESS_H

#include "session/reader.h"

/*
 * The one way to a card: access_begin ... access_end hold its lock. Whoever comes or goes does
 * what others asked for meanwhile (reader.h), so nobody has to wait for a card to ask.
 */

/*
 * RESULT_OK: *t is to be worked with until access_end. RESULT_NO_READER: none ever came.
 * RESULT_ENDED: C_Finalize came while the card was waited for.
 */
enum result access_begin(struct module *m, struct reader *reader, struct token **t);

/* Lets go of the card, and tells everybody what became known. Passes `r` through. */
enum result access_end(struct module *m, struct reader *reader, enum result r);

/* Does what was asked for, where nobody has the card. Never waits. */
void access_serve(struct module *m, struct reader *reader);

/* A look at all readers; see reader_poll. Never waits for a card. How many there are. */
size_t access_poll(struct module *m);

/*
 * Asks the card what it is, if it was not asked. May wait for others unless `patient` is false:
 * then RESULT_BUSY says that somebody else is connected to the card.
 */
enum result access_identify(struct module *m, struct reader *reader, bool patient);

/* The reader and the key of a slot, after a look at the readers; NULL if there is no such slot. */
struct reader *access_find(struct module *m, CK_SLOT_ID slot, enum layout_key *key);

/*
 * The same of a slot with a token, asking the card what it is if need be. CKR_SLOT_ID_INVALID,
 * CKR_TOKEN_NOT_PRESENT or what else rv_of_slot_result() says.
 */
CK_RV access_find_token(struct module *m, CK_SLOT_ID slot, struct reader **reader,
			enum layout_key *key);

/* Whether the card makes PSS signatures, trying it once per card; `insertion`: 0 for any. */
enum result access_learn_pss(struct module *m, struct reader *reader, uint64_t insertion,
			     bool *pss);

#endif
