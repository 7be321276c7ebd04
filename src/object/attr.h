/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_OBJECT_ATTR_H
#define JPKI_OBJECT_ATTR_H

#include <stdbool.h>

#include "base/bytes.h"
#include "jpki-pkcs11.h"

/* One attribute of a caller's template: the only place that does arithmetic on ulValueLen. */

/*
 * Hands out a value as C_GetAttributeValue wants it (PKCS#11 2.40 5.7, cases 3 to 5): the length
 * alone where pValue is NULL, else a copy where it fits. CKR_OK or CKR_BUFFER_TOO_SMALL, the
 * latter with the length CK_UNAVAILABLE_INFORMATION.
 */
CK_RV attr_set(CK_ATTRIBUTE *attribute, struct bytes value);

/* Marks an attribute that is not handed out (cases 1 and 2); returns `why`. */
CK_RV attr_refuse(CK_ATTRIBUTE *attribute, CK_RV why);

/* True if the caller's value is exactly `value`, its length included. */
bool attr_equal(const CK_ATTRIBUTE *attribute, struct bytes value);

#endif
