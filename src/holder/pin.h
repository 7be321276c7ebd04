/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_PIN_H
#define JPKI_HOLDER_PIN_H

#include "holder/person.h"
#include "holder/session.h"

/* The PINs of a card: their shape, logging in with one, changing one, and what one opens. */

/* An empty one in memory that is wiped and not dumped (secret.h); NULL without memory. */
struct pin *pin_new(void);

/* Wipes it and gives it back; NULL is fine. */
void pin_free(struct pin *pin);

/*
 * Folds what an input method may have typed (full-width forms to ASCII, a-z to A-Z) in place
 * and checks the shape: 4 digits, or 6 to 16 of A-Z and 0-9.
 */
enum pin_fault pin_fold(struct pin *pin, enum key key, bool is_new);

/*
 * Asks the PIN in force of the module's person and logs the session in. Sends nothing if that is
 * locked. Its token is looked at again where a PIN was wrong.
 */
struct outcome pin_login(const struct session *session);

/* Opens a session and logs in; nothing to close if that fails. */
struct outcome pin_session(struct session *session, struct module *module, struct reader *reader,
			   enum key key);

/* Asks the PIN in force and a new one, and changes it. */
struct outcome pin_change(struct module *module, struct reader *reader, enum key key);

/*
 * Sends the module's harmless probes to the card in a slot of the reader; `with_pin`: asks the PIN
 * of the log-in key of the module's person, and presents it once.
 */
struct outcome pin_probe(struct module *module, struct reader *reader, CK_SLOT_ID slot,
			 bool with_pin, struct jpki_probe_report *report);

/* A certificate of the one card there is, after its PIN where it needs one. The caller frees it. */
struct outcome certificate_read(struct module *module, enum object_id id, X509 **certificate);

#endif
