/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_COMMAND_DOORS_H
#define JPKI_SIM_COMMAND_DOORS_H

#include "sim/command/commands.h"
#include "sim/control/control.h"
#include "sim/reader/reader.h"

/* What run and serve have in common. */

struct session {
	struct sim_store *store;
	struct server *server;
	struct control *control;
	int signals;  /* signalfd, -1 if none */
	char *folder; /* of our sockets, made by us; NULL if none */
	char *control_path;
	const char *count_file;
};

/* Store, server and trace as the options say; readers and doors are added by the caller. */
bool session_begin(struct session *session, const struct options *options);

/* Puts the card into the reader and sets the --switch options that name it. */
bool session_insert(struct session *session, const struct options *options, struct reader *reader,
		    const char *card);

/* Complains about --switch options that named no card in a reader. */
bool session_check_switches(const struct session *session, const struct options *options);

/* A folder for sockets that only this user can enter; false after a complaint. */
bool session_make_folder(struct session *session);

/* Writes the counts if asked, closes and frees everything. False if writing failed. */
bool session_end(struct session *session);

#endif
