/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_PROMPT_PROMPT_H
#define JPKI_PROMPT_PROMPT_H

#include <stdbool.h>

#include "base/result.h"
#include "base/secret.h"
#include "jpki-agent.h"
#include "token/line.h"

/*
 * The module's end of the way to the user's agent, which asks for PINs in the place of the program
 * (include/jpki-agent.h has what is said). The module starts no program and shows nothing.
 */

/* Whether one is there, of this user's; not for a setuid program. Never waits. */
bool prompt_is_there(void);

/*
 * A connection to it; -1: none is there. Waits while many others want one. prompt_hang_up() goes
 * with it; -1 is fine.
 */
int prompt_connect(const struct line *line);
void prompt_hang_up(int agent);

/*
 * Whether the list `not_for` (shell patterns with blanks between them) names this process by its
 * executable, or by the name it was called by where that cannot be told.
 */
bool prompt_is_for_this_process(const char *not_for);

/* Room for prompt_ask's answer, a struct jpki_agent_answer. NULL without memory. */
struct secret *prompt_answer_new(void);

/*
 * Sends the request and waits for the user. RESULT_OK: *answer has what was typed, at least one
 * byte of each PIN that was asked for. RESULT_CANCELLED: by the user, by the deadline, or the agent
 * died or spoke nonsense; nothing more can be asked on this connection. RESULT_ENDED: C_Finalize.
 */
enum result prompt_ask(int agent, const struct jpki_agent_request *request, const struct line *line,
		       struct secret *answer);

#endif
