/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_MEMORY_H
#define JPKI_SIM_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Memory that is there: where there is none, the simulator says so and ends with status 1, in this
 * one place. Not for the stand-in library, which is a guest in other programs.
 */

void *sim_alloc(size_t size) __attribute__((malloc, returns_nonnull)); /* zeros */
char *sim_copy(const char *text) __attribute__((malloc, returns_nonnull));
char *sim_text(const char *format, ...)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

/* Adds a name to a list for people, "one, two"; NULL at first. */
void sim_list_add(char **list, const char *name);

/* A whole number from 0 to `most`, of digits alone; false for anything else. */
bool sim_read_whole(const char *text, unsigned long most, unsigned long *number);

#endif
