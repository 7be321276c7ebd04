/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_MODULE_AGENT_STUB_H
#define JPKI_TESTS_MODULE_AGENT_STUB_H

#include <stddef.h>

#include "jpki-agent.h"

/* An agent that types what a test says, in a folder of its own that $XDG_RUNTIME_DIR then names. */

struct agent_line {
	const char *pin;	       /* what is typed; NULL: cancelled */
	const char *new_pin;	       /* for a change */
	void (*before)(void);	       /* what happens while the dialog is open; may be NULL */
	void (*meanwhile)(int client); /* the same, with the connection */
	enum agent_fault {
		AGENT_HONEST,
		AGENT_HANGS_UP,
		AGENT_SHORT,	  /* half a message */
		AGENT_LONG,	  /* a message and a byte */
		AGENT_VERSION,	  /* of another version */
		AGENT_EMPTY,	  /* a PIN of no length */
		AGENT_PIN_LENGTH, /* longer than there is room for */
		AGENT_NUL,	  /* the PIN's second character is a NUL */
		AGENT_NO_PROMPT,
		AGENT_FLOODS, /* says ten thousand times that it waits, and then answers */
		AGENT_SILENT, /* until the other side hangs up */
	} fault;
};

/* Makes the folder; no agent is in it yet. */
void agent_prepare(void);

/* An agent that answers the requests in turn by these lines; whoever asks more gets nothing. */
void agent_start(const struct agent_line *lines, size_t count);

/* Ends it. How many requests there were; the i-th. */
size_t agent_stop(void);
const struct jpki_agent_request *agent_request(size_t i);

/* The path of its socket. Static storage. */
const char *agent_path(void);

#endif
