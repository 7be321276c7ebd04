/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_STORE_PEOPLE_H
#define JPKI_SIM_STORE_PEOPLE_H

#include <stddef.h>

/* The ready-made people: whose card it is, and what is special about it. */

struct sim_person; /* the row of the table, see people-table.h */

size_t sim_people_count(void);
const struct sim_person *sim_person_at(size_t index);

/* NULL when there is no such person. */
const struct sim_person *sim_person_find(const char *name);

const char *sim_person_name(const struct sim_person *person);	 /* "near-expiry" */
const char *sim_person_summary(const struct sim_person *person); /* one line for the user */

#endif
