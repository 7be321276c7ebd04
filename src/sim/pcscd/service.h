/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PCSCD_SERVICE_H
#define JPKI_SIM_PCSCD_SERVICE_H

#include <jansson.h>
#include <stdbool.h>

#include "sim/reader/reader.h"

/*
 * The door for programs that run over the stand-in libpcsclite: a Unix socket, one connection
 * per PC/SC context. Faults strike here.
 */

/* Listens at `path` and becomes the server's door. */
bool standin_open(struct server *server, const char *path, char **error);

/* Ends all connections and removes the socket. */
void standin_close(struct server *server);

/* A service that is stopped drops its programs and refuses new contexts. */
void standin_stop_service(struct server *server);
void standin_start_service(struct server *server);
bool standin_service_runs(const struct server *server);

/* Forgets all fault orders, also those that a waiting call has met. */
void standin_clear_faults(struct server *server);

/* Contexts open now, and requests that came from a forked child of a context's owner. */
json_t *standin_status(const struct server *server);

#endif
