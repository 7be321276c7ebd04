/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_P11_API_H
#define JPKI_P11_API_H

#include "jpki-pkcs11.h"

/* What a function that this module has not returns: CKR_CRYPTOKI_NOT_INITIALIZED, else `rv`. */
CK_RV api_unsupported(CK_RV rv);

#endif
