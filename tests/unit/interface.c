/* SPDX-License-Identifier: BSD-2-Clause */
#include "p11/interface.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <cmocka.h>

#include "p11/api.h"
#include "p11/entry.h"
#include "p11/function-list.h"

/*
 * Written from PKCS#11 2.40 5.4 and 3.0 5.4. The functions that need the rest of the module are
 * stood in for; the function lists, the interfaces and the refusals are the module's own.
 */

#pragma GCC diagnostic ignored "-Wpedantic"
#ifdef __clang__
#pragma clang diagnostic ignored "-Wc2x-extensions"
#elif __GNUC__ >= 16
#pragma GCC diagnostic ignored "-Wmissing-parameter-name"
#endif

#define STANDS_IN 0x4a504b49UL

#define STAND_IN(name, ...)                                                                        \
	CK_RV name(__VA_ARGS__)                                                                    \
	{                                                                                          \
		return STANDS_IN;                                                                  \
	}

STAND_IN(C_Initialize, CK_VOID_PTR)
STAND_IN(C_Finalize, CK_VOID_PTR)
STAND_IN(C_GetInfo, CK_INFO_PTR)
STAND_IN(C_GetSlotList, CK_BBOOL, CK_SLOT_ID_PTR, CK_ULONG_PTR)
STAND_IN(C_GetSlotInfo, CK_SLOT_ID, CK_SLOT_INFO_PTR)
STAND_IN(C_GetTokenInfo, CK_SLOT_ID, CK_TOKEN_INFO_PTR)
STAND_IN(C_WaitForSlotEvent, CK_FLAGS, CK_SLOT_ID_PTR, CK_VOID_PTR)
STAND_IN(C_GetMechanismList, CK_SLOT_ID, CK_MECHANISM_TYPE_PTR, CK_ULONG_PTR)
STAND_IN(C_GetMechanismInfo, CK_SLOT_ID, CK_MECHANISM_TYPE, CK_MECHANISM_INFO_PTR)
STAND_IN(C_InitToken, CK_SLOT_ID, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR)
STAND_IN(C_SetPIN, CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR, CK_ULONG)
STAND_IN(C_InitPIN, CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG)
STAND_IN(C_OpenSession, CK_SLOT_ID, CK_FLAGS, CK_VOID_PTR, CK_NOTIFY, CK_SESSION_HANDLE_PTR)
STAND_IN(C_CloseSession, CK_SESSION_HANDLE)
STAND_IN(C_CloseAllSessions, CK_SLOT_ID)
STAND_IN(C_GetSessionInfo, CK_SESSION_HANDLE, CK_SESSION_INFO_PTR)
STAND_IN(C_Login, CK_SESSION_HANDLE, CK_USER_TYPE, CK_BYTE_PTR, CK_ULONG)
STAND_IN(C_Logout, CK_SESSION_HANDLE)
STAND_IN(C_GetAttributeValue, CK_SESSION_HANDLE, CK_OBJECT_HANDLE, CK_ATTRIBUTE_PTR, CK_ULONG)
STAND_IN(C_FindObjectsInit, CK_SESSION_HANDLE, CK_ATTRIBUTE_PTR, CK_ULONG)
STAND_IN(C_FindObjects, CK_SESSION_HANDLE, CK_OBJECT_HANDLE_PTR, CK_ULONG, CK_ULONG_PTR)
STAND_IN(C_FindObjectsFinal, CK_SESSION_HANDLE)
STAND_IN(C_SignInit, CK_SESSION_HANDLE, CK_MECHANISM_PTR, CK_OBJECT_HANDLE)
STAND_IN(C_Sign, CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR, CK_ULONG_PTR)
STAND_IN(C_SignUpdate, CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG)
STAND_IN(C_SignFinal, CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG_PTR)
STAND_IN(C_GetOperationState, CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG_PTR)
STAND_IN(C_SetOperationState, CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_OBJECT_HANDLE,
	 CK_OBJECT_HANDLE)
STAND_IN(C_DigestInit, CK_SESSION_HANDLE, CK_MECHANISM_PTR)
STAND_IN(C_Digest, CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG, CK_BYTE_PTR, CK_ULONG_PTR)
STAND_IN(C_DigestUpdate, CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG)
STAND_IN(C_DigestFinal, CK_SESSION_HANDLE, CK_BYTE_PTR, CK_ULONG_PTR)
STAND_IN(C_SessionCancel, CK_SESSION_HANDLE, CK_FLAGS)

static bool initialised;

CK_RV
api_unsupported(CK_RV rv)
{
	return initialised ? rv : CKR_CRYPTOKI_NOT_INITIALIZED;
}

#define SESSION 1

CK_RV
api_refused(CK_SESSION_HANDLE handle, CK_RV rv)
{
	return api_unsupported(handle == SESSION ? rv : CKR_SESSION_HANDLE_INVALID);
}

CK_RV
jpki_get_slot_status(CK_SLOT_ID slot, struct jpki_slot_status *status)
{
	(void)slot;
	status->tries_left = 3;
	return STANDS_IN;
}

CK_RV
jpki_get_readers(struct jpki_reader_list *list)
{
	list->count = 2;
	return STANDS_IN;
}

CK_RV
jpki_get_asking(struct jpki_asking *asking)
{
	asking->by_agent = CK_TRUE;
	return STANDS_IN;
}

CK_RV
jpki_list_probes(struct jpki_probe_report *report)
{
	report->count = 7;
	return STANDS_IN;
}

CK_RV
jpki_probe_card(CK_SLOT_ID slot, struct jpki_probe_report *report)
{
	report->count = slot;
	return STANDS_IN;
}

CK_RV
jpki_probe_card_with_pin(CK_SESSION_HANDLE session, CK_UTF8CHAR_PTR pin, CK_ULONG pin_len,
			 struct jpki_probe_report *report)
{
	(void)session;
	(void)pin;
	report->protocol = pin_len;
	return STANDS_IN;
}

CK_RV
jpki_tell_tries(CK_SESSION_HANDLE session, CK_ULONG tries)
{
	return STANDS_IN + session + tries;
}

static CK_UTF8CHAR standard[] = "PKCS 11", vendor[] = JPKI_INTERFACE_NAME;

static void
assert_no_function_missing(const void *list, size_t size)
{
	/* After the version, nothing but function pointers. */
	for (size_t at = sizeof(void *); at < size; at += sizeof(void *)) {
		void *function;

		memcpy(&function, (const char *)list + at, sizeof function);
		if (!function)
			fail_msg("function %zu is missing", at / sizeof(void *));
	}
}

static void
both_function_lists_are_complete(void **state)
{
	(void)state;
	assert_int_equal(sizeof(CK_FUNCTION_LIST), 69 * sizeof(void *));
	assert_int_equal(sizeof(CK_FUNCTION_LIST_3_0), 93 * sizeof(void *));
	assert_no_function_missing(&function_list_2_40, sizeof function_list_2_40);
	assert_no_function_missing(&function_list_3_0, sizeof function_list_3_0);
	assert_int_equal(function_list_2_40.version.major, 2);
	assert_int_equal(function_list_2_40.version.minor, 40);
	assert_int_equal(function_list_3_0.version.major, 3);
	assert_int_equal(function_list_3_0.version.minor, 0);
}

static void
the_longer_list_begins_with_the_shorter(void **state)
{
	(void)state;
	assert_memory_equal((const char *)&function_list_2_40 + sizeof(void *),
			    (const char *)&function_list_3_0 + sizeof(void *),
			    sizeof function_list_2_40 - sizeof(void *));
}

static void
get_function_list_gives_2_40(void **state)
{
	CK_FUNCTION_LIST_PTR list = NULL, again = NULL;

	(void)state;
	assert_int_equal(C_GetFunctionList(NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_GetFunctionList(&list), CKR_OK);
	assert_int_equal(list->version.major, 2);
	assert_int_equal(list->version.minor, 40);
	assert_int_equal(list->C_GetFunctionList(&again), CKR_OK);
	assert_ptr_equal(list, again);
	assert_int_equal(list->C_Initialize(NULL), STANDS_IN);
}

static const CK_VERSION *
version_of(CK_UTF8CHAR_PTR name, CK_VERSION *version, const char *expected_name)
{
	CK_INTERFACE_PTR interface = NULL;

	assert_int_equal(C_GetInterface(name, version, &interface, 0), CKR_OK);
	assert_string_equal((const char *)interface->pInterfaceName, expected_name);
	assert_int_equal(interface->flags & CKF_INTERFACE_FORK_SAFE, 0);
	return interface->pFunctionList;
}

static void
interfaces_are_found_by_name_and_version(void **state)
{
	CK_VERSION v2 = {2, 40}, v3 = {3, 0}, v1 = {1, 3};

	(void)state;
	assert_ptr_equal(version_of(NULL, NULL, "PKCS 11"), &function_list_3_0);
	assert_ptr_equal(version_of(standard, NULL, "PKCS 11"), &function_list_3_0);
	assert_ptr_equal(version_of(standard, &v3, "PKCS 11"), &function_list_3_0);
	assert_ptr_equal(version_of(standard, &v2, "PKCS 11"), &function_list_2_40);
	assert_ptr_equal(version_of(NULL, &v2, "PKCS 11"), &function_list_2_40);
	assert_int_equal(version_of(vendor, NULL, JPKI_INTERFACE_NAME)->major, 1);
	assert_int_equal(version_of(vendor, &v1, JPKI_INTERFACE_NAME)->minor, 3);
}

static void
vendor_interface_calls_the_module(void **state)
{
	struct jpki_slot_status status = {.size = sizeof status};
	struct jpki_reader_list list = {.size = sizeof list};
	struct jpki_asking asking = {.size = sizeof asking};
	struct jpki_probe_report report = {.size = sizeof report};
	CK_INTERFACE_PTR interface = NULL;
	const struct jpki_functions *functions;

	(void)state;
	assert_int_equal(C_GetInterface(vendor, NULL, &interface, 0), CKR_OK);
	functions = interface->pFunctionList;
	assert_int_equal(functions->get_slot_status(0, &status), STANDS_IN);
	assert_int_equal(status.tries_left, 3);
	assert_int_equal(functions->get_readers(&list), STANDS_IN);
	assert_int_equal(list.count, 2);
	assert_int_equal(functions->get_asking(&asking), STANDS_IN);
	assert_int_equal(asking.by_agent, CK_TRUE);
	assert_int_equal(functions->list_probes(&report), STANDS_IN);
	assert_int_equal(report.count, 7);
	assert_int_equal(functions->probe_card(5, &report), STANDS_IN);
	assert_int_equal(report.count, 5);
	assert_int_equal(functions->probe_card_with_pin(0, NULL, 4, &report), STANDS_IN);
	assert_int_equal(report.protocol, 4);
	assert_int_equal(functions->tell_tries(0, 2), STANDS_IN + 2);
}

static void
interfaces_that_are_not_there_are_refused(void **state)
{
	CK_UTF8CHAR other[] = "Vendor ACME", prefix[] = "PKCS 1", empty[] = "";
	struct {
		CK_UTF8CHAR_PTR name;
		CK_VERSION version;
		CK_FLAGS flags;
	} rows[] = {
		{other, {3, 0}, 0},	{prefix, {3, 0}, 0},   {empty, {3, 0}, 0},
		{standard, {2, 20}, 0}, {standard, {3, 1}, 0}, {standard, {1, 0}, 0},
		{NULL, {1, 0}, 0},	{vendor, {3, 0}, 0},   {standard, {3, 0}, 1},
		{NULL, {3, 0}, 0x80},
	};
	CK_INTERFACE_PTR interface = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (C_GetInterface(rows[i].name, &rows[i].version, &interface, rows[i].flags) !=
		    CKR_ARGUMENTS_BAD)
			fail_msg("row %zu was found", i);
	}
	assert_null(interface);
	assert_int_equal(C_GetInterface(NULL, NULL, NULL, 0), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_GetInterface(NULL, NULL, &interface, CKF_INTERFACE_FORK_SAFE),
			 CKR_ARGUMENTS_BAD);
}

static void
interface_list_is_given_in_two_steps(void **state)
{
	CK_INTERFACE list[4];
	CK_ULONG count = 777;

	(void)state;
	assert_int_equal(C_GetInterfaceList(NULL, NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_GetInterfaceList(list, NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(C_GetInterfaceList(NULL, &count), CKR_OK);
	assert_int_equal(count, 3);
	count = 2;
	memset(list, 0, sizeof list);
	assert_int_equal(C_GetInterfaceList(list, &count), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(count, 3);
	assert_null(list[0].pInterfaceName);
	count = 4;
	assert_int_equal(C_GetInterfaceList(list, &count), CKR_OK);
	assert_int_equal(count, 3);
	assert_null(list[3].pInterfaceName);
	assert_string_equal((const char *)list[0].pInterfaceName, "PKCS 11");
	assert_string_equal((const char *)list[1].pInterfaceName, "PKCS 11");
	assert_string_equal((const char *)list[2].pInterfaceName, JPKI_INTERFACE_NAME);
	assert_ptr_equal(list[0].pFunctionList, &function_list_3_0);
	assert_ptr_equal(list[1].pFunctionList, &function_list_2_40);
}

/* One of each kind, by way of the list. */
static void
what_is_missing_says_so_and_only_after_initialize(void **state)
{
	const CK_FUNCTION_LIST_3_0 *f = &function_list_3_0;

	(void)state;
	initialised = false;
	assert_int_equal(f->C_GenerateRandom(1, NULL, 0), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(f->C_VerifyInit(1, NULL, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(f->C_CreateObject(1, NULL, 0, NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	initialised = true;
	assert_int_equal(f->C_SeedRandom(1, NULL, 0), CKR_RANDOM_NO_RNG);
	assert_int_equal(f->C_GenerateRandom(1, NULL, 0), CKR_RANDOM_NO_RNG);
	assert_int_equal(f->C_GetFunctionStatus(1), CKR_FUNCTION_NOT_PARALLEL);
	assert_int_equal(f->C_CancelFunction(1), CKR_FUNCTION_NOT_PARALLEL);
	assert_int_equal(f->C_CreateObject(1, NULL, 0, NULL), CKR_TOKEN_WRITE_PROTECTED);
	assert_int_equal(f->C_CopyObject(1, 1, NULL, 0, NULL), CKR_TOKEN_WRITE_PROTECTED);
	assert_int_equal(f->C_DestroyObject(1, 1), CKR_TOKEN_WRITE_PROTECTED);
	assert_int_equal(f->C_SetAttributeValue(1, 1, NULL, 0), CKR_TOKEN_WRITE_PROTECTED);
	assert_int_equal(f->C_SetAttributeValue(2, 1, NULL, 0), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(f->C_GenerateRandom(2, NULL, 0), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(f->C_GenerateKeyPair(1, NULL, NULL, 0, NULL, 0, NULL, NULL),
			 CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(f->C_EncryptInit(1, NULL, 1), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(f->C_DecryptInit(1, NULL, 1), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(f->C_DigestKey(1, 1), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(f->C_VerifyInit(1, NULL, 1), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(f->C_SignRecoverInit(1, NULL, 1), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(f->C_LoginUser(1, 1, NULL, 0, NULL, 0), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(f->C_MessageSignInit(1, NULL, 1), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(f->C_MessageVerifyFinal(1), CKR_FUNCTION_NOT_SUPPORTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_function_lists_are_complete),
		cmocka_unit_test(the_longer_list_begins_with_the_shorter),
		cmocka_unit_test(get_function_list_gives_2_40),
		cmocka_unit_test(interfaces_are_found_by_name_and_version),
		cmocka_unit_test(vendor_interface_calls_the_module),
		cmocka_unit_test(interfaces_that_are_not_there_are_refused),
		cmocka_unit_test(interface_list_is_given_in_two_steps),
		cmocka_unit_test(what_is_missing_says_so_and_only_after_initialize),
	};

	return cmocka_run_group_tests_name("interface", tests, NULL, NULL);
}
