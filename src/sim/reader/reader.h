/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_READER_READER_H
#define JPKI_SIM_READER_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/loop.h"
#include "sim/card/card.h"
#include "sim/reader/trace.h"
#include "sim/standin/wire.h"

/*
 * A running jpki-card-sim: readers with their cards, one door to programs (the stand-in library
 * or vpcd), the trace, and a control socket. One thread, one loop.
 */

struct server;
struct reader;
struct sim_store;

/* Microseconds: whoever listens behind a door and has not looked by then will not any more. */
#define DOOR_PATIENCE 30000000

/* What a door does when something happens to a reader; `seen` is asked until it says yes. */
struct door {
	const char *name; /* "run" or "serve" */
	/* Closes what `open` made. */
	void (*close)(struct server *server);
	void (*inserted)(struct reader *reader);
	void (*removed)(struct reader *reader);
	void (*plugged)(struct reader *reader);	   /* NULL: readers cannot come and go */
	void (*unplugged)(struct reader *reader);  /* NULL: somebody else does it */
	bool (*seen)(const struct reader *reader); /* by its programs; NULL: at once */

	/* Of a door to readers that are somebody else's (serve). */
	unsigned int readers;
	const char *reader_name; /* of each; a format for its number */
	const char *refusal;	 /* of more cards than that */
	/*
	 * Becomes the server's door, whose readers are there already, to what is at `place`: never
	 * fails because nobody is there, but asks four times a second.
	 */
	bool (*open)(struct server *server, const char *place, char **error);
	/* While a reader is not `seen`: why not, for the user (the caller frees). *taken: somebody
	 * listens there, but is busy or not interested. */
	char *(*explain)(const struct server *server, bool *taken);
};

struct reader {
	struct server *server;
	unsigned int index;
	char name[WIRE_NAME]; /* empty: there is no such reader */
	bool plugged;
	struct sim_card *card; /* NULL: none inserted */
	char *card_name;
	bool powered;
	bool dead;	   /* nothing arrives, until the card gets power anew */
	unsigned int lost; /* so many more commands do not arrive */
	uint8_t atr[SIM_ATR_MAX];
	size_t atr_len;
	void *door_data; /* what the door knows of it */
};

struct server {
	struct loop *loop;
	struct reader readers[WIRE_READERS];
	const struct door *door; /* NULL until there is one */
	void *door_data;
	struct trace *trace;
	struct sim_store *store;
};

/* Everything but a door and a control socket. `store` stays the caller's. */
struct server *server_new(struct sim_store *store);
void server_free(struct server *server);

/* Adds a reader, plugged in and empty. NULL when the name is taken, too long, or 16 are there. */
struct reader *server_add_reader(struct server *server, const char *name, char **error);

/* By name or by number ("0"); NULL text: the first one. */
struct reader *server_find_reader(struct server *server, const char *text, char **error);

/* The reader that holds the card, or NULL. */
struct reader *server_find_card(struct server *server, const char *card);

/*
 * Puts a card of the store in a reader. A card that does not exist and bears the name of a
 * ready-made person is made. Fails, changing nothing, when it is in a reader already or cannot
 * be opened, or when the reader is not empty.
 */
bool reader_insert(struct reader *reader, const char *card, char **error);
void reader_remove(struct reader *reader);

void reader_plug(struct reader *reader);
void reader_unplug(struct reader *reader);

/* Another card takes the place of the one that is there, and nobody sees it. */
bool reader_swap_unseen(struct reader *reader, const char *card, char **error);

/* Electrical things, which a door does on behalf of its programs. An empty reader: nothing. */
void reader_power_on(struct reader *reader);
void reader_power_off(struct reader *reader);
void reader_reset(struct reader *reader);

/*
 * One exchange, counted and traced; returns the answer's length, 0 without a powered card.
 * *delay is how long the card takes for it, in microseconds.
 */
size_t reader_exchange(struct reader *reader, const uint8_t *command, size_t len,
		       uint8_t response[SIM_RESPONSE_MAX], unsigned int *delay);

#endif
