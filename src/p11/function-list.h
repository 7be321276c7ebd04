/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_P11_FUNCTION_LIST_H
#define JPKI_P11_FUNCTION_LIST_H

#include "jpki-pkcs11.h"

/* Every function of the specification, none NULL (PKCS#11 2.40 3.6, 3.0 3.6). */
extern const CK_FUNCTION_LIST function_list_2_40;
extern const CK_FUNCTION_LIST_3_0 function_list_3_0;

#endif
