/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_PERSONAL_H
#define JPKI_TOOL_PERSONAL_H

#include "holder/dates.h"

#include <openssl/x509.h>

/* What the signing certificate says about its holder (card.md 6.2). */

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

/*
 * The birth date in words: "1990-01-02 (Heisei 2)" from "419900102", an era and a date with the
 * year AD. What is not that, or no day of that era up to today, is given back as it is. The caller
 * frees it; NULL without memory.
 */
char *personal_birth(const char *text);

/*
 * The date alone, "1990-01-02", as it would be in JSON: `day` filled, or `text` itself where it is not
 * such a date (NULL if it is NULL).
 */
const char *personal_birth_day(const char *text, char day[DAY_TEXT]);

/*
 * The characters that stand for others which the certificate cannot hold, marked with 1 in
 * `flags`: separated by spaces. NULL if there are none. The caller frees it.
 */
char *personal_substitutes(const char *text, const char *flags);

/* Prints rows with name, address, birth date and sex, their labels filled up to `width`. */
void personal_show(const X509 *certificate, int width);

#endif
