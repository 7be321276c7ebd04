/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_LOOK_H
#define JPKI_DESKTOP_LOOK_H

#include <glib.h>

#include "desktop/worker.h"
#include "holder/validity.h"

/* What lies in the readers, as of one look at them. */

struct look_token {
	bool is_there; /* and can be used */
	char *name;    /* tells it from all others that are there */
	struct sheet sheet;
	struct validity validity;
};

struct look_reader {
	char *name;
	char *serial;		 /* empty: there is none, or it is not known */
	enum jpki_reason reason; /* that there is none */
	char *card;		 /* its name and serial number, to tell it from others */
	struct sheet sheet;
	struct look_token tokens[KEYS];
};

struct look {
	struct look_reader *readers;
	size_t count;
	struct sheet end; /* what stands below all */
	int64_t now;
};

/* The job's `work`: its context is a new look, for look_free. */
void look_work(struct job *job);
void look_free(struct look *look);

bool look_has_card(const struct look_reader *reader);

/* What a button says to its task: reader, key and serial number. `reader` NULL: none was seen. */
#define LOOK_TARGET "(sss)"
GVariant *look_target(const struct look_reader *reader, enum key key);

/* NULL: there is none of that name. */
const struct look_reader *look_reader(const struct look *look, const char *name);

/* Whether the card with that serial number is still where it was, for all that is known. */
enum look_place {
	PLACE_SAME,
	PLACE_EMPTY,
	PLACE_OTHER, /* another card is there */
};
enum look_place look_place(const struct look_reader *reader, const char *serial);

/* Whether both say the same, but for the time. */
bool look_same(const struct look *one, const struct look *other);

#endif
