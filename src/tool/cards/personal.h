/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_CARDS_PERSONAL_H
#define JPKI_TOOL_CARDS_PERSONAL_H

#include "holder/personal.h"

/*
 * The birth date in words: "1990-01-02 (Heisei 2)". What personal_birth does not know is given back
 * as it is. The caller frees it; NULL without memory, and for NULL.
 */
char *birth_text(const char *text);

/* Prints rows with name, address, birth date and sex. */
void personal_show(const X509 *certificate);

#endif
