/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_STORE_WORK_H
#define JPKI_SIM_STORE_WORK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/store/people.h"
#include "sim/store/store.h"

/*
 * Shared by the parts of the store beside store.c, the directory, on which this stands: issue.c
 * (one key and its certificate), card.c (whole cards), list.c, authorities.c.
 */

/* One piece of work on the state directory, alone: it is locked from begin to end. */
struct sim_work {
	struct sim_store *store;
	const struct sim_make_options *options; /* never NULL */
	int64_t now;
	char **error; /* where whoever asked wants to hear of a failure */
	int lock;
	json_t *ca;
};

/* `options` may be NULL. On failure nothing is left to end. */
bool sim_work_begin(struct sim_work *work, struct sim_store *store,
		    const struct sim_make_options *options, char **error);

/* Writes ca.json. Must come before anything that uses what was issued is written. */
bool sim_work_save_ca(struct sim_work *work);

void sim_work_end(struct sim_work *work);

/* How a key of a card is to be certified. */
struct sim_plan {
	enum sim_pin which;
	int64_t at;   /* of issue */
	int birthday; /* the n-th after issue ends it */
	int year;     /* of the authority's generation, see sim_issue_choose */
	enum sim_oddity oddity;
};

/* A new key pair and certificate in the card's record, not yet written anywhere. */
bool sim_issue_key(struct sim_work *work, json_t *card, const char *card_name,
		   const struct sim_plan *plan);

/*
 * Sets plan->year to the generation that `wanted` means (NULL: the one that issues at plan->at),
 * and plan->at back to its last second of issuing if that is over. `present` is the generation of
 * the card's certificate, or 0.
 */
bool sim_issue_choose(const struct sim_work *work, const char *wanted, int present,
		      struct sim_plan *plan);

#endif
