/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_AGENT_DIALOG_H
#define JPKI_AGENT_DIALOG_H

#include "agent/peer.h"
#include "jpki-agent.h"

/*
 * One question to the user: a consent to the last try where there is only one, then one PIN, or
 * three entries for a change, each until it has the shape of one.
 */
struct dialog;

/* Opens it with a pinentry program. NULL: there is no way to ask. */
struct dialog *dialog_open(const char *program, const struct jpki_agent_request *request,
			   const struct peer *peer);

/* Becomes readable when there is something to go on with. */
int dialog_descriptor(const struct dialog *dialog);

/*
 * Goes on, without waiting. *answer, in memory for PINs, has what came of it; JPKI_AGENT_WAITS:
 * nothing yet.
 */
void dialog_go_on(struct dialog *dialog, struct jpki_agent_answer *answer);

/* Takes it from the screen and forgets what was typed. NULL is fine. May take two seconds. */
void dialog_close(struct dialog *dialog);

#endif
