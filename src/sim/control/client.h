/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CONTROL_CLIENT_H
#define JPKI_SIM_CONTROL_CLIENT_H

#include <jansson.h>

/*
 * Talks to a running simulator (control.h has the language). For the command line and for
 * tests; a question costs about 0.05 ms. Not thread-safe.
 */

struct control_client;

/* `path` NULL: $JPKI_CARD_SIM_CONTROL. NULL with *error (the caller frees) on failure. */
struct control_client *control_client_open(const char *path, char **error);
void control_client_free(struct control_client *client);

/*
 * Asks and waits for the reply: a new reference, or NULL with *error when the simulator is gone
 * or refused ("ok": false). `error` may be NULL.
 */
json_t *control_client_ask(struct control_client *client, char **error, const char *word, ...)
	__attribute__((sentinel));
json_t *control_client_ask_words(struct control_client *client, char **error, int count,
				 char *const words[]);

#endif
