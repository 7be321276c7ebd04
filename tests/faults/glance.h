/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_FAULTS_GLANCE_H
#define JPKI_TESTS_FAULTS_GLANCE_H

#include <stdbool.h>

#include "tests/faults/steps.h"

/* What the simulator says of the reader and of what was sent, after each step. */
struct glance {
	char card[32]; /* empty: none */
	bool plugged, running, transaction, powered;
	bool open[SLOTS];
	unsigned int tries[SLOTS];
	int connections, contexts;
	unsigned long verify[SLOTS], change[SLOTS];
	unsigned long strays; /* PINs sent to anything that is not a PIN of this application */
};

void glance_take(struct glance *g);

/* VERIFYs that the other person's card got since the trace was last taken. */
unsigned long glance_other_verifies(void);

#endif
