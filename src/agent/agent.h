/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_AGENT_AGENT_H
#define JPKI_AGENT_AGENT_H

#include <stdbool.h>

/*
 * The agent: asks the user for PINs in the place of programs (include/jpki-agent.h has what is
 * said). One dialog at a time; it keeps no PIN; it knows no card.
 */

#define AGENT_CLIENTS_MAX 16

struct agent_rules {
	const char *pinentry;			 /* the program that shows the dialogs */
	int beat_ms;				 /* between two signs of life to those who wait */
	int deadline_ms;			 /* of a dialog that nobody answers */
	int idle_ms;				 /* without any client the agent ends; 0: never */
	void (*no_prompt)(const char *pinentry); /* told when there is no way to ask */
};

/*
 * From here on SIGTERM, SIGINT and SIGHUP are blocked, until agent_serve reads what came of them:
 * before whoever listens on a path does, lest they end it and leave that behind.
 */
void agent_hold_signals(void);

/*
 * Serves a socket that listens and does not block, until SIGTERM, SIGINT or SIGHUP: true; or false
 * where it cannot begin, errno says why. From here on these signals are blocked, SIGPIPE is
 * ignored, and no core of this process is written.
 */
bool agent_serve(int socket, const struct agent_rules *rules);

#endif
