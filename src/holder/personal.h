/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_PERSONAL_H
#define JPKI_HOLDER_PERSONAL_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "holder/dates.h"

/* What the signing certificate says about its holder (card fact 6.2). */

enum personal_part {
	PERSONAL_NAME,
	PERSONAL_ADDRESS,
	PERSONAL_BIRTH,
	PERSONAL_SEX,
	PERSONAL_NAME_FLAGS,
	PERSONAL_ADDRESS_FLAGS,
	PERSONAL_PARTS
};

/* Each part as it stands there, fit to be shown; NULL where it is missing. */
struct personal {
	char *parts[PERSONAL_PARTS];
};

void personal_read(struct personal *personal, const X509 *certificate);

/* Wipes and frees all parts. */
void personal_free(struct personal *personal);

enum era { ERA_MEIJI, ERA_TAISHO, ERA_SHOWA, ERA_HEISEI, ERA_REIWA, ERAS };

struct birth {
	struct day day;
	enum era era;
	int year; /* of the era, from 1 */
};

/*
 * What PERSONAL_BIRTH says: an era and a date with the year AD ("419900102": 2 January 1990, Heisei
 * 2). False for what is not that, for no day of that era up to today, and for NULL.
 */
bool personal_birth(const char *text, struct birth *birth);

/*
 * The characters that stand for others which the certificate cannot hold, marked with 1 in
 * `flags`: separated by spaces. NULL if there are none. The caller frees it.
 */
char *personal_substitutes(const char *text, const char *flags);

#endif
