/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CONTROL_STATUS_H
#define JPKI_SIM_CONTROL_STATUS_H

#include <jansson.h>

#include "sim/reader/reader.h"

/* Adds what is to be said of readers, cards and calls to the object. */
void status_describe(const struct server *server, json_t *status);

#endif
