/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_SIGNING_H
#define JPKI_HOLDER_SIGNING_H

#include "holder/session.h"

/* Signing a document: a CMS signature (cms.h) with the digital signature key of the one card. */

/*
 * Before anything is asked of anybody: whether the one card there is can sign, for all that can be
 * known without its password.
 */
struct outcome signing_begin(struct module *module, struct reader **reader);

/* What is signed. */
struct content {
	uint8_t hash[HASH_BYTES];
	uint8_t *data; /* to be enclosed; NULL: beside it */
	size_t len;
};

struct signed_content {
	uint8_t *der; /* freed with OPENSSL_free */
	size_t len;
	bool is_simulated; /* for tests: it means nothing to anybody */
};

/* Asks the password, and signs. Nothing is signed with a certificate that is not valid now. */
struct outcome signing_make(struct module *module, struct reader *reader,
			    const struct content *content, struct signed_content *made);

#endif
