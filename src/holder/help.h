/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_HELP_H
#define JPKI_HOLDER_HELP_H

#include "holder/certificate.h"

/* What helps in trouble: a topic, for whoever has the words for it. */
enum help {
	HELP_LOCKED,	/* a PIN is: who sets it anew, and where */
	HELP_FORGOTTEN, /* a PIN is, or may be */
	HELP_EXPIRED,	/* a certificate has ended, or may be renewed */
	HELP_MOVED,	/* the holder has, or has another name */
	HELP_LOST,	/* the card is, or stolen */
	HELP_NONE,	/* none is needed, or known */
	HELPS = HELP_NONE
};

/* For a PIN with so many tries left; for a certificate. */
enum help help_for_tries(int tries_left);
enum help help_for_standing(enum standing standing);

#endif
