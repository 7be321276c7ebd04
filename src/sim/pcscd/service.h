/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PCSCD_SERVICE_H
#define JPKI_SIM_PCSCD_SERVICE_H

#include <jansson.h>
#include <stdbool.h>

#include "sim/pcscd/state.h"

/*
 * The door for programs that run over the stand-in libpcsclite: a Unix socket, one connection
 * per PC/SC context. Faults strike in strike.c.
 */

/*
 * Listens at `path` and becomes the server's door. A card that nobody uses loses its power after
 * `idle_power_off` microseconds; 0: never. Closing ends all connections and removes the socket.
 */
bool standin_open(struct server *server, const char *path, uint64_t idle_power_off, char **error);

/* What pcscd knows; NULL if this is not the server's door. */
struct pcsc *standin_pcsc(const struct server *server);

/* Forgets all fault orders, also those that a waiting call has met. */
void standin_clear_faults(struct pcsc *pcsc);

/* Contexts open now, and requests that came from a forked child of a context's owner. */
json_t *standin_status(const struct pcsc *pcsc);

#endif
