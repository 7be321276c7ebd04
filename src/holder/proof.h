/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_PROOF_H
#define JPKI_HOLDER_PROOF_H

#include "holder/authority.h"
#include "holder/certificate.h"
#include "holder/session.h"

/* All that can be known of a certificate without the official service: not that it was revoked. */
struct proof {
	enum key key;
	bool in_term;
	char from[DAY_TEXT], to[DAY_TEXT]; /* its dates; empty if it does not say them properly */
	bool key_fits;			   /* the card has signed with its key, just now */
	enum authority_answer authority;
	char year[AUTHORITY_YEAR];
	enum verdict verdict;
};

/*
 * Asks the PIN of the one card there is, and has it sign something made up. `authorities` is the
 * path of the list for authority_check.
 */
struct outcome proof_make(struct module *module, enum key key, const char *authorities,
			  struct proof *proof);

#endif
