/* SPDX-License-Identifier: BSD-2-Clause */
#include "p11/interface.h"

#include <stdbool.h>
#include <string.h>

#include "p11/entry.h"
#include "p11/function-list.h"

#define STANDARD "PKCS 11"

static const struct jpki_functions vendor_functions = {
	.version = {JPKI_INTERFACE_VERSION_MAJOR, JPKI_INTERFACE_VERSION_MINOR},
	.get_slot_status = jpki_get_slot_status,
	.get_readers = jpki_get_readers,
	.get_asking = jpki_get_asking,
	.list_probes = jpki_list_probes,
	.probe_card = jpki_probe_card,
	.probe_card_with_pin = jpki_probe_card_with_pin,
	.tell_tries = jpki_tell_tries,
};

/*
 * The default comes first, later versions before earlier ones. The casts drop a const that
 * CK_INTERFACE does not have; nobody may write to the tables (3.0 3.6).
 *
 * WORKAROUND: OpenSC's pkcs11-spy (0.23 at least) puts its own function list into the CK_INTERFACE
 * it is handed, and so would die of a const one. Not const until spy copies it.
 */
static CK_INTERFACE interfaces[] = {
	{(void *)STANDARD, (void *)&function_list_3_0, 0},
	{(void *)STANDARD, (void *)&function_list_2_40, 0},
	{(void *)JPKI_INTERFACE_NAME, (void *)&vendor_functions, 0},
};

#define INTERFACES (sizeof interfaces / sizeof interfaces[0])

CK_RV
interface_get_function_list(CK_FUNCTION_LIST_PTR_PTR list)
{
	if (!list)
		return CKR_ARGUMENTS_BAD;
	*list = (CK_FUNCTION_LIST_PTR)&function_list_2_40;
	return CKR_OK;
}

CK_RV
interface_get_list(CK_INTERFACE_PTR list, CK_ULONG_PTR count)
{
	CK_ULONG room;

	if (!count)
		return CKR_ARGUMENTS_BAD;
	room = *count;
	*count = INTERFACES;
	if (!list)
		return CKR_OK;
	if (room < INTERFACES)
		return CKR_BUFFER_TOO_SMALL;
	memcpy(list, interfaces, sizeof interfaces);
	return CKR_OK;
}

static bool
is_wanted(const CK_INTERFACE *interface, const char *name, const CK_VERSION *version,
	  CK_FLAGS flags)
{
	const CK_VERSION *has = interface->pFunctionList;

	if (strcmp((const char *)interface->pInterfaceName, name) != 0)
		return false;
	if (version && (version->major != has->major || version->minor != has->minor))
		return false;
	return (flags & ~interface->flags) == 0;
}

CK_RV
interface_get(CK_UTF8CHAR_PTR name, CK_VERSION_PTR version, CK_INTERFACE_PTR_PTR interface,
	      CK_FLAGS flags)
{
	const char *wanted = name ? (const char *)name : STANDARD;

	if (!interface)
		return CKR_ARGUMENTS_BAD;
	for (size_t i = 0; i < INTERFACES; i++) {
		if (is_wanted(&interfaces[i], wanted, version, flags)) {
			*interface = &interfaces[i];
			return CKR_OK;
		}
	}
	return CKR_ARGUMENTS_BAD; /* 3.0 5.4.6 names no code; NSS and OpenSC expect this one */
}

ENTRY_EXPORTED CK_RV
C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list)
{
	return interface_get_function_list(list);
}

ENTRY_EXPORTED CK_RV
C_GetInterfaceList(CK_INTERFACE_PTR list, CK_ULONG_PTR count)
{
	return interface_get_list(list, count);
}

ENTRY_EXPORTED CK_RV
C_GetInterface(CK_UTF8CHAR_PTR name, CK_VERSION_PTR version, CK_INTERFACE_PTR_PTR interface,
	       CK_FLAGS flags)
{
	return interface_get(name, version, interface, flags);
}
