/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SESSION_MODULE_H
#define JPKI_SESSION_MODULE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/settings.h"
#include "jpki-pkcs11.h"
#include "reader/watch.h"
#include "token/token.h"

/*
 * What lives from C_Initialize to C_Finalize, and its locks.
 *
 * `state` guards what is marked so below and is never held over a call that can wait. Each
 * seat's `card` lock is held over everything that talks to its card. Order: card, then watching,
 * then state; nobody waits for a card lock while holding another lock.
 *
 * A module is counted: C_Finalize lets go of it at once, and the last call that is still under
 * way (another program may hold the reader) frees it.
 */

#define MODULE_SEATS_MAX PCSC_READERS_MAX

struct session;

/* One reader, with the slots that show its card's tokens. Seats are never removed. */
struct seat {
	size_t index;
	char reader[PCSC_READER_NAME_MAX]; /* state; empty: no reader has come yet */

	/* As pcscd tells it (state). */
	bool plugged;
	struct pcsc_state pcsc;
	uint64_t insertion; /* 0: no card */

	/* As the card told it (state). */
	struct token_view view;
	enum result trouble;      /* how the last work ended */
	unsigned long published;  /* when `view` was set, in steps of module.published */
	CK_ULONG epoch;           /* of the handles of public objects: one stay of a card */
	CK_ULONG login_epoch[LAYOUT_KEYS]; /* of private ones: one login */
	bool event[LAYOUT_KEYS];  /* for C_WaitForSlotEvent */

	/* The card. */
	pthread_mutex_t card;
	struct token *token; /* card; NULL until a reader came */

	/* Asked for by those who must not wait; done by whoever has the card lock. */
	atomic_bool forget;
	atomic_bool logout[LAYOUT_KEYS];
};

struct module {
	unsigned int references; /* the gate */
	struct settings settings;
	struct pcsc_service service;

	pthread_mutex_t watching;
	struct watch *watch; /* watching */

	pthread_mutex_t state;
	pthread_cond_t changed;    /* with state: a session became idle, or the module ended */
	bool finalized;            /* state */
	unsigned int waiting;      /* state: calls inside C_WaitForSlotEvent */
	enum result service_state; /* state: how pcscd answered last */
	bool polled;               /* state: the readers were looked at before */
	unsigned long published;   /* state */
	CK_ULONG epoch;            /* state: the last one given */
	CK_ULONG last_session;     /* state: the last handle given */
	struct session *sessions;  /* state */
	struct seat *seats[MODULE_SEATS_MAX];
	size_t seat_count; /* state; never shrinks */
};

/* C_Initialize and C_Finalize, arguments checked. */
CK_RV module_initialize(void);
CK_RV module_finalize(void);

/* NULL if not initialised, or initialised by a parent process. Pairs with module_leave. */
struct module *module_enter(void);
void module_leave(struct module *m);

#endif
