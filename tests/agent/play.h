/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_AGENT_PLAY_H
#define JPKI_TESTS_AGENT_PLAY_H

#include <stdbool.h>
#include <sys/types.h>

#include "jpki-agent.h"

/*
 * The agent in a process of its own, in a new folder that $XDG_RUNTIME_DIR names, with a pinentry
 * that is a script: it answers GETPIN and CONFIRM with the next words of a test.
 */

#define PLAY_BEAT_MS 50

/* What the script answers in turn: a PIN (with the protocol's escapes), or one of these. */
#define PLAY_OK "ok"	     /* to CONFIRM */
#define PLAY_CANCEL "cancel" /* by the user */
#define PLAY_OPEN "open"     /* nothing: the dialog stays open */
#define PLAY_DIE "die"	     /* it ends */
#define PLAY_SHOUT "shout"   /* a megabyte without an end of line, and that it is done */

/* For cmocka's group: makes and removes the folder. */
int play_set_up_group(void **state);
int play_tear_down_group(void **state);

/* For a program that such a test starts: the folder is this one. */
void play_join(const char *path);

/* From now on the agent is this jpki-tool, with its own times. */
void play_use_tool(const char *path);

/* Starts the agent; `words` have a line for each answer. `pinentry`: NULL is the script. */
void play_start(const char *words, const char *pinentry, int deadline_ms);

/* Ends it; its exit status. For cmocka's tear-down: whatever a test left. */
int play_stop(void);
int play_tear_down(void **state);

/* The agent's process; the socket; a file in the folder. Static storage. */
pid_t play_agent(void);
const char *play_socket(void);
const char *play_file(const char *name);

/* What the agent said on its standard error, where it is the tool. Static storage. */
const char *play_said(void);

/* What the script was told so far, one command a line, or how often it was told one. Static
 * storage. */
const char *play_told(void);
int play_count(const char *command);
void play_assert_told(const char *text);

/* Whether the script that was started last is there; and waits until it was told this, or is gone.
 */
bool play_dialog_is_open(void);
void play_wait_until_told(const char *command);
void play_wait_until_closed(void);

/* A connection to the agent. */
int play_connect(void);

/* A request that makes sense: a log-in with three tries. */
struct jpki_agent_request play_request(enum jpki_agent_purpose purpose, enum jpki_agent_key key);

/* Sends it, and waits until the agent answers other than that it waits, or hangs up (false). */
bool play_ask(int client, const struct jpki_agent_request *request,
	      struct jpki_agent_answer *answer);
bool play_hear(int client, struct jpki_agent_answer *answer);

/* All of it on a connection of its own: the outcome, or -1 if the agent hung up. */
int play_outcome(const struct jpki_agent_request *request);

#endif
