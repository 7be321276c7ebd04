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
 * reader's `card` lock is held over everything that talks to its card. Order: card, then watching,
 * then state; nobody waits for a card lock while holding another lock.
 *
 * A module is counted: C_Finalize lets go of it at once, and the last call that is still under
 * way (another program may hold the reader) frees it.
 */

struct reader;
struct session;

struct module {
	unsigned int references; /* the gate */
	struct settings settings;
	bool asks_agent; /* the setting ask-pin, and this program is none that it excepts */
	struct pcsc_service service;
	struct line line; /* drawn by C_Finalize */

	pthread_mutex_t watching;
	struct watch *watch; /* watching */

	pthread_mutex_t state;
	pthread_cond_t changed;	   /* with state: a session became idle, or the module ended */
	pthread_cond_t happened;   /* with state: an event for C_WaitForSlotEvent, or the end */
	unsigned int waiting;	   /* state: calls inside C_WaitForSlotEvent */
	enum result service_state; /* state: how pcscd answered last */
	bool polled;		   /* state: the readers were looked at before */
	unsigned long published;   /* state */
	CK_ULONG last_base;	   /* state: of object handles, the last one given */
	CK_ULONG last_session;	   /* state: the last handle given */
	struct session *sessions;  /* state */
	struct reader *readers[PCSC_READERS_MAX];
	size_t reader_count;				     /* state; never shrinks */
	char hidden[PCSC_READERS_MAX][PCSC_READER_NAME_MAX]; /* state: plugged in, but not wanted */
	size_t hidden_count;				     /* state */
};

/* C_Initialize and C_Finalize, arguments checked. */
CK_RV module_initialize(void);
CK_RV module_finalize(void);

/* NULL if not initialised, or initialised by a parent process. Pairs with module_leave. */
struct module *module_enter(void);
void module_leave(struct module *m);

#endif
