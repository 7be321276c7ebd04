/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PKI_AUTHORITIES_H
#define JPKI_SIM_PKI_AUTHORITIES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/pki/pki.h"

/*
 * The authorities of this installation, as they stand in ca.json. Like the real ones both get
 * a new key every four years (2015, 2019, 2023, …) under an unchanged name, begin and end when
 * those do, and issue until the next one begins. A generation is made when it is first needed. All
 * functions change the JSON in memory only.
 */

/* The generation that issues at that time; 0 before the first. */
int sim_ca_year(int64_t now);

/* So many generations later, or earlier; and whether there is, or will be, one of that year. */
int sim_ca_year_after(int year, int generations);
bool sim_ca_year_exists(int year);

/* The last second in which that generation issues. */
int64_t sim_ca_issues_until(int year);

/*
 * The entry of one generation, made if there is none: one that is to come as if it had begun on the
 * day of `now`. Belongs to `ca`; NULL with *error.
 */
json_t *sim_ca_get(json_t *ca, enum sim_pin which, int year, const char *seed, int64_t now,
		   char **error);

/* The n-th entry of a kind, oldest first; NULL behind the last. */
json_t *sim_ca_at(const json_t *ca, enum sim_pin which, size_t n);

/* The entry of a year; NULL when that generation was never made. */
json_t *sim_ca_find(const json_t *ca, enum sim_pin which, int year);

/* The certificate that stands so (base64) in JSON, to be freed; NULL where it is none. */
X509 *sim_ca_certificate(const json_t *text);

/* Key and certificate of an entry, to be released with sim_ca_unload (NULL fields allowed). */
bool sim_ca_load(const json_t *entry, enum sim_pin which, struct sim_authority *authority,
		 char **error);
void sim_ca_unload(struct sim_authority *authority);

/* An unused serial number of up to four bytes, entered as issued to that card; 0 on failure. */
uint32_t sim_ca_take_serial(json_t *entry, struct sim_random *random, const char *card);

bool sim_ca_is_revoked(const json_t *entry, uint32_t serial);
bool sim_ca_revoke(json_t *entry, uint32_t serial, int64_t at);

/* The revocation list as PEM, to be freed; counts up the entry's list number. */
char *sim_ca_make_crl(json_t *entry, const struct sim_authority *authority, int64_t now);

/* For "openssl ocsp", to be freed: its -index, by serial number alone. */
char *sim_ca_index(const json_t *entry);

#endif
