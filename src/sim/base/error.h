/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_ERROR_H
#define JPKI_SIM_BASE_ERROR_H

#include <stdbool.h>

/*
 * Functions that can fail return false, NULL or -1 and put a sentence for the user in *error (NULL:
 * nobody asks), which the caller frees. This one does so, in place of what is there, and returns
 * false, so that a function can end with `return sim_error_set(error, …)`.
 */
bool sim_error_set(char **error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for a function that ends with NULL. */
#define sim_error_null(...) (sim_error_set(__VA_ARGS__), NULL)

#endif
