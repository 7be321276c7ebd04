/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_DESKTOP_ANSWER_H
#define JPKI_DESKTOP_ANSWER_H

#include <gtk/gtk.h>

#include "desktop/look.h"

/* What can be done next: an action of the parent's. */
struct answer_next {
	const char *label, *action;
};

/*
 * What came of something. `seconds`: it goes away by itself after so many, 0: never. `reader` and
 * `serial`: of the card that it shows; NULL: it shows none. `next`: a button for each, up to one
 * without a label; NULL: none. The dialog goes, and the action is done with the parameter.
 */
struct answer {
	const char *title;
	const struct sheet *sheet;
	unsigned seconds;
	const char *reader, *serial;
	const struct answer_next *next;
	GVariant *parameter;
	bool is_of_file; /* that is next: see answer_file_changed */
};

/* A dialog with it. */
void answer_show(GtkWindow *parent, const struct answer *answer);

/* Likewise, of one sentence. */
void answer_say(GtkWindow *parent, const char *title, const char *text);

/* Another file is chosen: what was to be done next with the one before cannot be any more. */
void answer_file_changed(void);

/*
 * After a look (NULL: it saw nothing): what is shown of a card goes once another one is in its
 * place; what goes by itself also once no card is. A sentence takes its place.
 */
void answer_looked(const struct look *look);

#endif
