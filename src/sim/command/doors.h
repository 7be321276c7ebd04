/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_COMMAND_DOORS_H
#define JPKI_SIM_COMMAND_DOORS_H

#include <signal.h>

#include "sim/command/commands.h"
#include "sim/control/control.h"
#include "sim/reader/reader.h"

/* What run and serve have in common. */

struct session {
	struct sim_store *store;
	struct server *server;
	struct control *control;
	int signals;  /* signalfd; the loop's */
	char *folder; /* of our sockets, made by us; NULL if none */
	char *control_path;
	const char *count_file;
};

/* Store, server and trace as the options say; readers and doors are added by the caller. */
bool session_begin(struct session *session, const struct options *options);

/* Adds a reader with that card, unless it is NULL or empty. False after a complaint. */
bool session_add_reader(struct session *session, const char *name, const char *card);

/* Sets the --switch options on the cards in the readers. False after a complaint. */
bool session_set_switches(struct session *session, const struct options *options);

/* A folder for sockets that only this user can enter; false after a complaint. */
bool session_make_folder(struct session *session);

/* Opens the control socket at a path, which is taken over; false after a complaint. */
bool session_open_control(struct session *session, char *path);

/*
 * Blocks the signals (ended by 0) and calls ready(arg) when one has come, to be read from
 * `signals`. `before`, if not NULL, is the mask as it was. False after a complaint.
 */
bool session_watch_signals(struct session *session, const int *signals, sigset_t *before,
			   void (*ready)(void *arg), void *arg);

/* Writes the counts if asked, closes and frees everything. False if writing failed. */
bool session_end(struct session *session);

#endif
