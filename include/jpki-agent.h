/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_AGENT_H
#define JPKI_AGENT_H

#include <stdint.h>

/*
 * What a module says to the agent that asks the user for PINs (jpki-tool agent), and the agent to
 * the module. Between two programs of one user on one machine: numbers are the machine's own.
 *
 * A SOCK_SEQPACKET socket at $XDG_RUNTIME_DIR/jpki-pkcs11/agent, mode 0600; each side checks that
 * the other's user is its own (SO_PEERCRED). One message is one struct, whole; texts end with a NUL
 * within their field. Whoever gets anything else hangs up.
 *
 *	module  request           which PIN, of which card, what was wrong with the last entry
 *	agent   JPKI_AGENT_WAITS  at once, and every JPKI_AGENT_BEAT_S seconds while it asks
 *	agent   JPKI_AGENT_QUEUED the same in its place, while it asks for another program
 *	agent   another answer    what was typed, or why nothing was
 *	module  request           the same with what was wrong; or hangs up: the PIN was right, or
 *	                          nobody wants it any more
 *
 * An agent that hears that the module has hung up, or sees that the process is gone that connected
 * (a child of it may still have the socket), closes its dialog. A module waits for its turn no
 * longer than for the user.
 */

#define JPKI_AGENT_FOLDER "jpki-pkcs11" /* in $XDG_RUNTIME_DIR */
#define JPKI_AGENT_SOCKET "agent"

#define JPKI_AGENT_VERSION 1

#define JPKI_AGENT_BEAT_S 2	  /* between two JPKI_AGENT_WAITS */
#define JPKI_AGENT_SILENCE_S 10	  /* an agent that says nothing for so long is none */
#define JPKI_AGENT_DEADLINE_S 300 /* a dialog that nobody answers ends */

#define JPKI_AGENT_PIN_MAX 64 /* bytes, as typed: full-width characters have three */

enum jpki_agent_purpose {
	JPKI_AGENT_LOGIN,     /* C_Login(CKU_USER) */
	JPKI_AGENT_SIGNATURE, /* consent to one signature */
	JPKI_AGENT_CHANGE,    /* C_SetPIN: the old PIN and the new one */
};

enum jpki_agent_key {
	JPKI_AGENT_KEY_AUTH, /* 4 digits */
	JPKI_AGENT_KEY_SIGN, /* 6 to 16 letters and digits */
};

/* What was wrong with the last entry. */
enum jpki_agent_fault {
	JPKI_AGENT_FAULT_NONE,	     /* it is the first */
	JPKI_AGENT_FAULT_WRONG,	     /* the card refused it: a try is gone */
	JPKI_AGENT_FAULT_SHAPE,	     /* cannot be this PIN: not sent, no try is gone */
	JPKI_AGENT_FAULT_REPEATED,   /* was refused before: not sent again, no try is gone */
	JPKI_AGENT_FAULT_NEW_LENGTH, /* the new PIN is too short or too long */
	JPKI_AGENT_FAULT_NEW,	     /* the new PIN is none that the card takes */
	JPKI_AGENT_FAULT_FEWER,	     /* not sent: others had spent tries meanwhile */
};

struct jpki_agent_request {
	uint32_t version; /* JPKI_AGENT_VERSION */
	uint32_t purpose; /* enum jpki_agent_purpose */
	uint32_t key;	  /* enum jpki_agent_key */
	uint32_t fault;	  /* enum jpki_agent_fault */
	uint32_t tries_left;
	uint32_t tries_allowed;
	char serial[20];  /* the token's, as in CK_TOKEN_INFO */
	char reader[128]; /* PC/SC name, UTF-8 */
};

enum jpki_agent_outcome {
	JPKI_AGENT_WAITS,     /* the agent is there, the user has not answered yet */
	JPKI_AGENT_TYPED,     /* pin, and new_pin for JPKI_AGENT_CHANGE */
	JPKI_AGENT_CANCELLED, /* by the user, or after the deadline */
	JPKI_AGENT_NO_PROMPT, /* there is no way to ask the user: no screen, no terminal */
	JPKI_AGENT_QUEUED,    /* the agent is there, and asks for another program first */
};

struct jpki_agent_answer {
	uint32_t version;
	uint32_t outcome; /* enum jpki_agent_outcome */
	uint32_t pin_len; /* bytes, JPKI_AGENT_PIN_MAX at most; 0 but for JPKI_AGENT_TYPED */
	uint32_t new_pin_len;
	uint8_t pin[JPKI_AGENT_PIN_MAX];
	uint8_t new_pin[JPKI_AGENT_PIN_MAX];
};

#endif
