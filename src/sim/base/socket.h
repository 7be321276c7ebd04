/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_SOCKET_H
#define JPKI_SIM_BASE_SOCKET_H

#include <stdbool.h>

/*
 * Listens at a Unix socket that only this user can reach. A socket left by a server that died
 * is replaced; one where somebody answers is an error, and so is any other kind of file.
 */
int server_socket_listen(const char *path, char **error);

#endif
