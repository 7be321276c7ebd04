/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <unistd.h>

#include "jpki-pkcs11.h"

/*
 * A library that uses a PKCS#11 module until the very end, as some programs' libraries do: its
 * destructor runs after the module's and libpcsclite's. The dynamic linker sees to that order
 * where this library was loaded last and neither depends on the other.
 */

static CK_FUNCTION_LIST *list;
static CK_SESSION_HANDLE session;

__attribute__((visibility("default"))) void life_destructor_use(CK_FUNCTION_LIST *,
								CK_SESSION_HANDLE);

void
life_destructor_use(CK_FUNCTION_LIST *f, CK_SESSION_HANDLE s)
{
	list = f;
	session = s;
}

/* What teardown code calls; the codes do not matter any more, only that the calls return. */
__attribute__((destructor)) static void
at_the_end(void)
{
	CK_SESSION_INFO info;
	CK_SLOT_ID slots[16];
	CK_ULONG count = 16;

	if (!list)
		return;
	(void)list->C_GetSessionInfo(session, &info);
	(void)list->C_GetSlotList(CK_TRUE, slots, &count);
	(void)list->C_Logout(session);
	(void)list->C_CloseSession(session);
	(void)list->C_CloseAllSessions(0);
	if (list->C_Finalize(NULL) != CKR_OK)
		_exit(3);
	if (list->C_Finalize(NULL) != CKR_CRYPTOKI_NOT_INITIALIZED)
		_exit(4);
	(void)fputs("the end\n", stdout);
	(void)fflush(stdout);
}
