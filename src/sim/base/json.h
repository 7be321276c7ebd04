/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_JSON_H
#define JPKI_SIM_BASE_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes in JSON are base64. Returns NULL without memory or, reading, when it is not base64. */
json_t *sim_json_bytes(const uint8_t *bytes, size_t len);
uint8_t *sim_json_get_bytes(const json_t *value, size_t *len);

#endif
