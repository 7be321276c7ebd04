/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PCSCD_STATE_H
#define JPKI_SIM_PCSCD_STATE_H

#include "sim/pcscd/fault.h"
#include "sim/reader/reader.h"

/*
 * What pcscd knows: of readers, of the contexts of programs and of their handles. Written, as the
 * calls are (call.h), after pcsc-lite 1.9.9 (src/winscard.c, winscard_svc.c, readerfactory.c,
 * eventhandler.c), mistakes included: a program meets here what it would meet there.
 */

/* Names as in those sources: rContext->contexts. */
#define SHARING_EXCLUSIVE (-1)
#define SHARING_NONE 0
#define SHARING_LAST 1

struct pcsc_reader {
	struct pcsc *pcsc;
	uint32_t state; /* SCARD_ABSENT, SCARD_PRESENT … */
	uint32_t protocol;
	uint32_t event_counter;
	int32_t sharing; /* connections; -1: one, exclusive */
	uint32_t lock_handle;
	unsigned int lock_count;
	uint64_t power_off_at; /* when an unused card loses its power, LOOP_NEVER for not at all */
	uint64_t busy_until;   /* the card is at work */
	uint8_t waiting[SIM_RESPONSE_MAX]; /* for GET RESPONSE, after the fault 61xx */
	size_t waiting_len;
};

/* A card handle. When its reader is unplugged, `reader` becomes NULL and the handle useless. */
struct pcsc_handle {
	uint32_t id;
	struct reader *reader;
	uint32_t event; /* SCARD_W_RESET_CARD, SCARD_W_REMOVED_CARD or 0; until a reconnect */
	struct pcsc_handle *next;
};

/* A context and what it holds. */
struct pcsc_context {
	uint32_t id;	   /* 0: none established */
	unsigned int life; /* of the service, in which it was */
	struct pcsc_handle *handles;
	struct pcsc_context
		*next; /* of all contexts, so that a reset by one is seen by the others */
};

struct client;

struct pcsc {
	struct server *server;
	struct pcsc_reader readers[WIRE_READERS];
	struct pcsc_context *contexts;
	struct faults faults;
	uint32_t generation;	 /* of the table of readers, see pcsc_table */
	uint32_t last_id;	 /* of the contexts and handles given out */
	uint64_t idle_power_off; /* microseconds after the last use; 0: never */
	bool stopped;		 /* refuses new contexts; those of an earlier life are dropped */
	unsigned int life;

	/* The socket of the stand-in, and all connections to it. */
	char *path;
	int fd;
	struct loop_watch *watch;
	struct client *clients;
	unsigned long trespasses; /* requests of forked children on their parent's context */
};

/* One call being answered. */
struct pcsc_call {
	struct pcsc *pcsc;
	struct pcsc_context *context;
	const struct wire_request *request;
	const uint8_t *data; /* request->length bytes */
	struct wire_reply reply;
	uint8_t *out;		    /* WIRE_DATA_MAX bytes; reply.length of them are sent */
	uint64_t hold_until;	    /* the answer takes that long; 0: not at all */
	uint64_t wait_until;	    /* PCSC_WAIT: when to look again at the latest */
	struct pcsc_handle *handle; /* of a call on one, while it is carried out */
	struct reader *reader;	    /* the one it concerned, once known */
};

enum pcsc_outcome {
	PCSC_DONE,
	PCSC_WAIT, /* ask again when something has happened */
};

/* The server's readers are pcscd's from now on. */
struct pcsc *pcsc_new(struct server *server, uint64_t idle_power_off);

static inline struct pcsc_reader *
pcsc_of(const struct reader *reader)
{
	return reader->door_data;
}

/* What the stand-in's door does (struct door). */
void pcsc_inserted(struct reader *reader);
void pcsc_removed(struct reader *reader);
void pcsc_plugged(struct reader *reader);
void pcsc_unplugged(struct reader *reader);

/* With pcscd the cards lose their power. */
void pcsc_stop(struct pcsc *pcsc);
void pcsc_start(struct pcsc *pcsc);

/* Takes power from cards unused for long; returns when to look again. */
uint64_t pcsc_idle(struct pcsc *pcsc);

/* The table of readers as programs see it. */
void pcsc_table(const struct pcsc *pcsc, struct wire_reader table[WIRE_READERS]);

/* Is the card another handle's, by its transaction or an exclusive connection? */
bool pcsc_is_held(const struct reader *reader, uint32_t handle);

/* Gives the card power for a program, takes it by a reset, lets it run out: seen by all handles. */
void pcsc_take_power(struct reader *reader);
void pcsc_reset_card(struct reader *reader, uint32_t disposition);
void pcsc_start_idle(struct reader *reader);
void pcsc_tell_handles(struct reader *reader, uint32_t event);

#endif
