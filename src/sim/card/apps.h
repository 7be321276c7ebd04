/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_CARD_APPS_H
#define JPKI_SIM_CARD_APPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/card/chip.h"

/* What is on the card: its applications and their files, as const tables. */

enum sim_ef_type {
	SIM_TYPE_DATA,	   /* readable, perhaps after a PIN */
	SIM_TYPE_SEALED,   /* data nobody may read */
	SIM_TYPE_PIN,	   /* one of the two simulated PINs */
	SIM_TYPE_STRANGER, /* a reference with a counter that is not the holder's PIN here */
	SIM_TYPE_KEY,	   /* a private key that signs */
	SIM_TYPE_INTERNAL  /* another key */
};

struct sim_ef {
	uint16_t id; /* 0001 to 001E; the short id is the same number */
	enum sim_ef_type type;
	uint8_t which;	  /* enum sim_content, enum sim_pin, or a stranger's tries left */
	const char *name; /* in a trace; NULL: its number */
	bool free;	  /* its content may stand in a trace */
};

/* The places of two applications in the table; the first is current after power-on. */
enum { SIM_APP_ISSUER, SIM_APP_JPKI };

struct sim_app {
	const char *name; /* in a trace */
	uint8_t aid[16];
	uint8_t aid_len;
	bool is_common;
	bool is_foreign;	    /* on a foreign card only */
	const struct sim_ef *files; /* ended by id 0 */
};

extern const struct sim_app sim_apps[]; /* ended by one without a name */

bool sim_app_begins_with(const struct sim_app *app, const uint8_t *prefix, size_t len);

/*
 * The application whose AID begins with `prefix`: the first one, or the first one after the
 * current one (`next`). NULL when there is none; what this card or its switches lack is not found.
 */
const struct sim_app *sim_app_find(const struct sim_card *card, const uint8_t *prefix, size_t len,
				   bool next);

/* A file of an application, whether or not this card has it; NULL: none of that number. */
const struct sim_ef *sim_app_file(const struct sim_app *app, uint32_t id);

/* A file of the current application; NULL when it has none of that number. */
const struct sim_ef *sim_ef_find(const struct sim_card *card, uint32_t id);

#endif
