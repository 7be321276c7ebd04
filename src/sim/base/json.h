/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_JSON_H
#define JPKI_SIM_BASE_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes in JSON are base64; NULL, to be freed, for what is not. */
json_t *sim_json_bytes(const uint8_t *bytes, size_t len);
uint8_t *sim_json_get_bytes(const json_t *value, size_t *len);

/* A member of an object: "" or 0 where there is none of that name and kind. The object's own. */
const char *sim_json_text(const json_t *object, const char *name);
json_int_t sim_json_number(const json_t *object, const char *name);

#endif
