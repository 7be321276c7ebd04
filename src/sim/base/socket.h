/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_SOCKET_H
#define JPKI_SIM_BASE_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Unix sockets, between programs of one user. */

/* Fails when the path is too long for one. */
bool socket_address(struct sockaddr_un *address, const char *path, char **error);

/* A descriptor; -1 with errno where nobody listens. `type` as in socket(2). */
int socket_connect(const struct sockaddr_un *address, int type);

/*
 * Listens at a socket that only this user can reach. A socket left by a server that
 * died is replaced; one where somebody answers is an error, and so is any other kind of file.
 */
int socket_listen(const char *path, int type, char **error);

/* Sends all, waiting for room at most `patience` ms at a time (-1: for ever); false: it is lost. */
bool socket_send(int fd, const void *bytes, size_t len, int patience);

#endif
