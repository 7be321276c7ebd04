/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_BROWSERS_TRUST_H
#define JPKI_TOOL_BROWSERS_TRUST_H

#include <stdbool.h>

#include "tool/browsers/nssdb.h"

/*
 * A certification authority that an NSS database trusts for mail, and for nothing else. NSS's own
 * certutil reads and changes the database, which a password of the user's may protect: then
 * certutil asks for that on the terminal.
 */

/* The name that a certificate has in the database, if it is trusted for mail. The caller frees it.
 */
char *trust_find(const char *folder, const char *pem);

/* Whether there is one that `setup` put there. */
bool trust_has_ours(const char *folder);

/* False if it could not be done; then `why` says why, and nothing of it is left. */
bool trust_add(const char *folder, const char *pem, char why[NSSDB_WHY]);
bool trust_remove(const char *folder, char why[NSSDB_WHY]);

#endif
