/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_AGENT_LISTENER_H
#define JPKI_AGENT_LISTENER_H

#include <stdbool.h>

/* The socket where modules find the agent of this user: systemd's, or one that is made here. */
struct listener {
	int socket;
	int folder;	/* locked while this agent runs; -1: the socket is systemd's */
	char path[108]; /* where it is; "" likewise */
};

enum listener_trouble {
	LISTENER_FINE,
	LISTENER_NO_PLACE, /* $XDG_RUNTIME_DIR is not set */
	LISTENER_FOREIGN,  /* a folder or socket that is not this user's, or a link: path has it */
	LISTENER_RUNNING,  /* another agent is there: path has its socket */
	LISTENER_FAILED,   /* errno says why */
};

/* Does not block. listener_close goes with it in any case. */
enum listener_trouble listener_open(struct listener *listener);
void listener_close(struct listener *listener);

#endif
