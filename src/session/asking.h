/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SESSION_ASKING_H
#define JPKI_SESSION_ASKING_H

#include "prompt/prompt.h"
#include "session/session.h"

/*
 * PINs that the user's agent asks for, in the place of the program (the setting ask-pin). While the
 * user types, nothing of the card is held; what was typed goes where a program's PIN goes.
 */

/* Whether the setting and this program want it, and an agent is there. */
bool asking_is_possible(const struct module *m);

/* The same in particular, for whoever wants to know why. */
void asking_describe(const struct module *m, struct jpki_asking *asking);

/* What is done with what was typed. `new_pin`: for a change only. */
typedef enum result asking_use(struct module *m, struct session *s, struct bytes pin,
			       struct bytes new_pin);

/*
 * Asks until what was typed is right, or no try is left (RESULT_PIN_BLOCKED), or the user has
 * enough of it: RESULT_CANCELLED, which takes a second at least, since some programs show a notice
 * that they cannot take away sooner. RESULT_LOGGED_IN: another thread has meanwhile. Else what
 * `use` says.
 */
enum result asking_run(struct module *m, struct session *s, enum jpki_agent_purpose purpose,
		       asking_use *use);

#endif
