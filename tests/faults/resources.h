/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FAULTS_RESOURCES_H
#define JPKI_TESTS_FAULTS_RESOURCES_H

#include "tests/faults/trial.h"

/* What this process has of memory and files. */
struct resources {
	size_t heap, locked, files; /* bytes, kB, descriptors */
};

struct resources resources_count(void);

/* What each of so many points leaves behind would add up over them. */
void resources_check(struct trial *t, struct resources before, size_t points);

#endif
