/* SPDX-License-Identifier: BSD-2-Clause */
/* General-purpose functions (PKCS#11 2.40 5.4). */
#include <stdlib.h>

#include "config.h"
#include "p11/api.h"
#include "p11/entry.h"
#include "session/variant.h"

/*
 * Every combination of flags is served: the module makes no threads, and its own locks hold
 * whatever the program's would do.
 */
static CK_RV
check_arguments(const CK_C_INITIALIZE_ARGS *args)
{
	int callbacks;

	if (!args)
		return CKR_OK;
	if (args->pReserved)
		return CKR_ARGUMENTS_BAD;
	callbacks = (args->CreateMutex != NULL) + (args->DestroyMutex != NULL) +
		    (args->LockMutex != NULL) + (args->UnlockMutex != NULL);
	return callbacks == 0 || callbacks == 4 ? CKR_OK : CKR_ARGUMENTS_BAD;
}

CK_RV
C_Initialize(CK_VOID_PTR args)
{
	CK_RV rv = check_arguments(args);

	return rv == CKR_OK ? module_initialize() : rv;
}

CK_RV
C_Finalize(CK_VOID_PTR reserved)
{
	return reserved ? CKR_ARGUMENTS_BAD : module_finalize();
}

static CK_VERSION
library_version(void)
{
	char *minor;
	long major = strtol(PACKAGE_VERSION, &minor, 10);

	return (CK_VERSION){(CK_BYTE)major, (CK_BYTE)strtol(minor + 1, NULL, 10)};
}

CK_RV
C_GetInfo(CK_INFO_PTR info)
{
	struct api api;
	CK_RV rv = api_begin(&api);

	if (rv == CKR_OK && !info)
		rv = CKR_ARGUMENTS_BAD;
	if (rv == CKR_OK) {
		*info = (CK_INFO){.cryptokiVersion = {3, 0}, .libraryVersion = library_version()};
		bytes_pad_text(info->manufacturerID, sizeof info->manufacturerID, PACKAGE_NAME);
		bytes_pad_text(info->libraryDescription, sizeof info->libraryDescription,
			       variant.description);
	}
	return api_end(&api, rv);
}
