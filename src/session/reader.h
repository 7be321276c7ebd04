/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SESSION_READER_H
#define JPKI_SESSION_READER_H

#include "session/module.h"

/*
 * Readers and their slots: which there are, and what lies in them as far as is known. Nothing here
 * speaks with a card (access.h does). Functions ending in _locked want the state lock held.
 */

/* What is asked of whoever has the card lock, by those who must not wait for it. */
#define READER_FORGET 1U
#define READER_LOG_OUT(key) (2U << (key))     /* a program does, or a card was swapped */
#define READER_LAST_CLOSED(key) (8U << (key)) /* logged out too, since no session is left */
#define READER_ENDS_LOGIN(key) (READER_LOG_OUT(key) | READER_LAST_CLOSED(key))

/* One reader, with the slots that show its card's tokens. Readers are never removed. */
struct reader {
	size_t index;
	char name[PCSC_READER_NAME_MAX]; /* state; empty: no reader has come yet */

	/* As pcscd tells it (state). */
	bool plugged;
	struct pcsc_state pcsc;
	bool held;	    /* by others, before anybody asked it what it is */
	uint64_t insertion; /* 0: no card */

	/* As the card told it (state). */
	struct token_view view;
	enum result trouble;		    /* how the last work ended */
	unsigned long published;	    /* when `view` was set, in steps of module.published */
	CK_ULONG public_base;		    /* of the handles of public objects: one insertion */
	CK_ULONG private_base[LAYOUT_KEYS]; /* of private ones: one login */
	bool event[LAYOUT_KEYS];	    /* for C_WaitForSlotEvent */

	bool asking[LAYOUT_KEYS]; /* state: the user is being asked for this PIN */

	/* READER_ bits: posted under `state`, taken under `card`. */
	atomic_uint requests;

	/* The card. */
	pthread_mutex_t card;
	struct token *token; /* card; NULL until a reader came */
};

/* A new reader without a name at the end; NULL without memory or room. The state lock is not
 * needed before the module is shared. */
struct reader *reader_add(struct module *m);
void reader_free(struct reader *reader);

/* Slot ids: readers in order, in each the variant's tokens in order. */
CK_SLOT_ID reader_slot_id(const struct reader *reader, size_t position);

/* The reader and the key of a slot; NULL if there is no such slot. */
struct reader *reader_of_slot_locked(struct module *m, CK_SLOT_ID slot, enum layout_key *key);

/*
 * Looks at all readers through pcscd: new ones get slots, removed cards end their sessions. Never
 * waits for a card. What it asks of the cards' owners is posted, not done: see access_poll.
 */
void reader_poll(struct module *m);

/* Whether the card in the reader was not asked yet what it is. */
bool reader_is_unknown_locked(const struct reader *reader);

/* Whether the slot shows a token, as far as is known. */
bool reader_has_token_locked(const struct reader *reader, enum layout_key key);

/* What work with the card told: the one place where what is known about it changes. */
void reader_note_view_locked(struct module *m, struct reader *reader,
			     const struct token_view *view);

/* READER_ bits: a login is over, the card has left. Seen at once, done by whoever has the card. */
void reader_request_locked(struct module *m, struct reader *reader, unsigned int requests);

#endif
