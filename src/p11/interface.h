/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_P11_INTERFACE_H
#define JPKI_P11_INTERFACE_H

#include "jpki-pkcs11.h"

/*
 * What the three exported functions do (PKCS#11 2.40 5.4, 3.0 5.4.4 to 5.4.6). All work before
 * C_Initialize, hold nothing and hand out const tables.
 */

/* CKR_OK, or CKR_ARGUMENTS_BAD for NULL. */
CK_RV interface_get_function_list(CK_FUNCTION_LIST_PTR_PTR list);

/*
 * "PKCS 11" 3.0 and 2.40, and the vendor interface. NULL for the list asks how many there are;
 * CKR_BUFFER_TOO_SMALL, with the number, where they do not fit.
 */
CK_RV interface_get_list(CK_INTERFACE_PTR list, CK_ULONG_PTR count);

/*
 * NULL for the name means "PKCS 11", NULL for the version the latest one. CKR_ARGUMENTS_BAD
 * where there is none of that name and version with all those flags; CKR_ARGUMENTS_BAD where the
 * pointer for the result is NULL.
 */
CK_RV interface_get(CK_UTF8CHAR_PTR name, CK_VERSION_PTR version, CK_INTERFACE_PTR_PTR interface,
		    CK_FLAGS flags);

#endif
