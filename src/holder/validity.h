/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_VALIDITY_H
#define JPKI_HOLDER_VALIDITY_H

#include "holder/certificate.h"
#include "holder/module.h"

/* What is known of the certificates of all cards that lie in the readers. */

struct validity {
	bool known; /* the certificate could be read */
	bool needs_pin;
	bool simulated;
	int64_t from, to;
	enum standing standing;
	int64_t days_left; /* in Japanese days: 0 is the last one; negative when ended */
	char id[17];	   /* of the certificate: 8 bytes of its SHA-256 in hex */
};

/* A reader, and what lies in it. */
struct holding {
	const struct reader *reader;
	bool shares_serial; /* with another card here */
	struct validity validity[KEYS];
};

struct holdings {
	const struct module *module;
	struct holding *items;
	size_t count;
	int64_t now;
};

/*
 * Reads what can be read without a PIN, and with_pin also what needs one. A certificate that is
 * none is no failure: its token then says so. `items` is for free() in any case.
 */
struct outcome validity_find(struct module *module, bool with_pin, struct holdings *holdings);

/* Whether a certificate has ended, or will in so many days. */
bool validity_ends_within(const struct holdings *holdings, int64_t days);

#endif
