/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PCSCD_PCSC_H
#define JPKI_SIM_PCSCD_PCSC_H

#include "sim/reader/reader.h"

/*
 * What pcscd does with a program's calls, written after pcsc-lite 1.9.9 (src/winscard.c,
 * winscard_svc.c, readerfactory.c, eventhandler.c), mistakes included: a program meets here
 * what it would meet there. Where it waits or asks again, so does this, only sooner.
 */

/* A card handle. When its reader is unplugged, `reader` becomes NULL and the handle useless. */
struct pcsc_handle {
	uint32_t id;
	struct reader *reader;
	uint32_t event; /* SCARD_W_RESET_CARD, SCARD_W_REMOVED_CARD or 0; until a reconnect */
	struct pcsc_handle *next;
};

/* A context and what it holds. */
struct pcsc_context {
	uint32_t id; /* 0: none established */
	struct pcsc_handle *handles;
	struct pcsc_context *next; /* of all contexts, see pcsc_add_context */
};

/* One call being answered. */
struct pcsc_call {
	struct server *server;
	struct pcsc_context *context;
	const struct wire_request *request;
	const uint8_t *data; /* request->length bytes */
	struct wire_reply reply;
	uint8_t *out;	       /* WIRE_DATA_MAX bytes; reply.length of them are sent */
	uint64_t hold_until;   /* the answer takes that long; 0: not at all */
	uint64_t wait_until;   /* PCSC_WAIT: when to look again at the latest */
	struct reader *reader; /* the one it concerned, once known */
};

enum pcsc_outcome {
	PCSC_DONE,
	PCSC_WAIT, /* ask again when something has happened */
};

/* Carries out every call but ESTABLISH and CANCEL. */
enum pcsc_outcome pcsc_call(struct pcsc_call *call);

/* The reader that a call is about, or NULL; for faults. */
struct reader *pcsc_call_reader(const struct pcsc_call *call);

/* All contexts there are, so that a reset by one is seen by the others. */
void pcsc_add_context(struct server *server, struct pcsc_context *context);

/* The program released its context or died: pcscd's MSGRemoveContext. */
void pcsc_remove_context(struct server *server, struct pcsc_context *context);

/* What the stand-in's door does (struct door). */
void pcsc_inserted(struct reader *reader);
void pcsc_removed(struct reader *reader);
void pcsc_plugged(struct reader *reader);
void pcsc_unplugged(struct reader *reader);

/* True when another program, connecting now, would get at the card. */
bool pcsc_lets_others(const struct reader *reader);

/* Another program connects, resets the card or sends it a command, and disconnects. */
void pcsc_other_resets(struct reader *reader);
void pcsc_other_sends(struct reader *reader, const uint8_t *command, size_t length);

/* Takes power from cards unused for long; returns when to look again. */
uint64_t pcsc_idle(struct server *server);

/* The table of readers as programs see it, and a number that changes with it. */
void pcsc_table(const struct server *server, struct wire_reader table[WIRE_READERS]);
uint32_t pcsc_generation(const struct server *server);

#endif
