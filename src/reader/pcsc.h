/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_READER_PCSC_H
#define JPKI_READER_PCSC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

/*
 * PC/SC in this house's words: the only file that includes winscard.h. Each call is one PC/SC
 * call with its code translated; the rules of use are in link.h and watch.h.
 *
 * A context is one connection to pcscd. Calls on one context wait for each other (pcsc-lite
 * serialises them), so every user of the reader layer has its own.
 */

#define PCSC_READER_NAME_MAX 128 /* with the NUL */
#define PCSC_READERS_MAX 32	 /* pcscd itself stops at 16 */
#define PCSC_ATR_MAX 33
#define PCSC_RESPONSE_MAX 258 /* short APDU: 256 bytes and the status word */

/*
 * One per module instance. What was learnt before a restart of pcscd says nothing about the card
 * that is in the reader now. Only the watch counts them, by its own connection: a connection that
 * fails in the work with one reader's card is no news for the other readers.
 */
struct pcsc_service {
	atomic_uint restarts;
	char socket[108]; /* where libpcsclite looks for pcscd; a path */
};

struct pcsc_context {
	struct pcsc_service *service;
	bool open;
	long handle; /* SCARDCONTEXT */
};

#define PCSC_T0 1UL /* SCARD_PROTOCOL_T0 */

struct pcsc_card {
	long handle; /* SCARDHANDLE */
	unsigned long protocol;
};

/* What pcscd says of a reader. */
struct pcsc_state {
	char name[PCSC_READER_NAME_MAX];
	bool card;	  /* something is in it */
	bool mute;	  /* but it does not answer to power-on */
	bool in_use;	  /* some program is connected to the card */
	bool exclusive;	  /* and has it for itself */
	uint16_t counter; /* insertions and removals so far (high half of dwEventState) */
	uint8_t atr[PCSC_ATR_MAX];
	size_t atr_len;
};

/* Looks at the environment, as libpcsclite does. */
void pcsc_service_init(struct pcsc_service *service);

void pcsc_init(struct pcsc_context *c, struct pcsc_service *service);

/*
 * Opens the context unless it is open. RESULT_NO_SERVICE: nobody listens. RESULT_REFUSED: pcscd
 * hangs up, which it does by policy, or where it serves as many programs as it can. Never waits.
 */
enum result pcsc_open(struct pcsc_context *c);

/* Closes it, and with it whatever is connected; it is dead already after RESULT_NO_SERVICE. */
void pcsc_close(struct pcsc_context *c);

/* Names of all readers into states[].name; *count may be 0. Never waits. */
enum result pcsc_list(struct pcsc_context *c, struct pcsc_state states[PCSC_READERS_MAX],
		      size_t *count);

/* The present state of the named readers. Never waits. RESULT_NO_READER if any is unknown. */
enum result pcsc_status(struct pcsc_context *c, struct pcsc_state *states, size_t count);

/* Shared connection. Waits while another program holds a transaction. */
enum result pcsc_connect(struct pcsc_context *c, const char *reader, struct pcsc_card *card);
/* Takes note of a reset by another program. */
enum result pcsc_reconnect(struct pcsc_card *card);
/* Resets the card, or takes its power and gives it anew; programs that are connected to it are
 * told. */
enum result pcsc_reset(struct pcsc_card *card, bool power_off);
/* Both end with the card as it is, or powered off. */
enum result pcsc_disconnect(struct pcsc_card *card, bool power_off);
enum result pcsc_begin(struct pcsc_card *card);
enum result pcsc_end(struct pcsc_card *card, bool power_off);

/* One exchange. *response_len: in, the room; out, what came. */
enum result pcsc_transmit(struct pcsc_card *card, const uint8_t *command, size_t command_len,
			  uint8_t *response, size_t *response_len);

#endif
