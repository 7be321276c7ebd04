/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_AGENT_PEER_H
#define JPKI_AGENT_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Who asks for a PIN, as far as the system can say: a help for the user, and no proof. Any program
 * of this user's can be made to ask for another one.
 */
struct peer {
	pid_t pid;
	char program[4096]; /* the executable's path, any bytes; "": unknown */
	bool relays;	    /* it asks for others, on other machines perhaps (p11-kit's server) */
	char terminal[64];  /* that controls it; "": none */
};

/* Looks who is at the other end of a socket. False: another user, or nobody any more. */
bool peer_look(int socket, struct peer *peer);

/* What becomes readable when its process is gone, for the caller to close; -1: cannot be told. */
int peer_watch(const struct peer *peer);

#endif
