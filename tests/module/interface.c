/* SPDX-License-Identifier: BSD-2-Clause */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/module/case.h"

/*
 * What a program meets before it has seen any card: the exported functions, the interfaces,
 * C_Initialize and C_Finalize (PKCS#11 2.40 5.4, 3.0 5.4).
 */

static const char *const modules[] = {"jpki-pkcs11", "jpki-auth-pkcs11", "jpki-sign-pkcs11"};
#define MODULES (sizeof modules / sizeof modules[0])

static CK_UTF8CHAR standard[] = "PKCS 11", vendor[] = JPKI_INTERFACE_NAME;

/* Any function called with nothing but zeros: what comes back is all that counts. */
typedef CK_RV (*any_function)(CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG,
			      CK_ULONG, CK_ULONG, CK_ULONG);

static any_function
function_at(const void *list, size_t n)
{
	any_function function;

	memcpy(&function, (const char *)list + n * sizeof function, sizeof function);
	return function;
}

static CK_RV
call_with_zeros(const void *list, size_t n)
{
	return function_at(list, n)(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

static const void *
list_of(const char *module, CK_BYTE major, CK_BYTE minor)
{
	CK_VERSION version = {major, minor};
	CK_INTERFACE *interface = NULL;
	CK_C_GetInterface get;

	*(void **)(void *)&get = harness_symbol(module, "C_GetInterface");
	assert_int_equal(get(standard, &version, &interface, 0), CKR_OK);
	return interface->pFunctionList;
}

/* The place of a function in the longer list, which begins with the shorter one. */
#define PLACE(function) (offsetof(CK_FUNCTION_LIST_3_0, function) / sizeof(any_function))
#define PLACES_2_40 (sizeof(CK_FUNCTION_LIST) / sizeof(any_function))
#define PLACES_3_0 (sizeof(CK_FUNCTION_LIST_3_0) / sizeof(any_function))

static bool
works_before_initialize(size_t place)
{
	return place == PLACE(C_Initialize) || place == PLACE(C_GetFunctionList) ||
	       place == PLACE(C_GetInterface) || place == PLACE(C_GetInterfaceList);
}

static void
assert_nothing_works_yet(const void *list, size_t places)
{
	for (size_t i = 1; i < places; i++) {
		if (!function_at(list, i))
			fail_msg("function %zu is missing", i);
		if (!works_before_initialize(i) &&
		    call_with_zeros(list, i) != CKR_CRYPTOKI_NOT_INITIALIZED)
			fail_msg("function %zu does not say that it is too early", i);
	}
}

static void
every_function_of_both_lists_is_there_and_waits_for_initialize(void **state)
{
	(void)state;
	for (size_t i = 0; i < MODULES; i++) {
		assert_nothing_works_yet(list_of(modules[i], 2, 40), PLACES_2_40);
		assert_nothing_works_yet(list_of(modules[i], 3, 0), PLACES_3_0);
	}
}

static void
our_own_functions_wait_for_initialize_too(void **state)
{
	struct jpki_slot_status status = {.size = sizeof status};
	struct jpki_reader_list list = {.size = sizeof list};
	struct jpki_asking asking = {.size = sizeof asking};
	struct jpki_probe_report report = {.size = sizeof report};
	CK_INTERFACE *interface;
	CK_C_GetInterface get;

	(void)state;
	*(void **)(void *)&get = harness_symbol("jpki-pkcs11", "C_GetInterface");
	assert_int_equal(get(vendor, NULL, &interface, 0), CKR_OK);
	assert_int_equal(((const struct jpki_functions *)interface->pFunctionList)
				 ->get_slot_status(0, &status),
			 CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(
		((const struct jpki_functions *)interface->pFunctionList)->get_readers(&list),
		CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(
		((const struct jpki_functions *)interface->pFunctionList)->get_asking(&asking),
		CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(
		((const struct jpki_functions *)interface->pFunctionList)->list_probes(&report),
		CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(
		((const struct jpki_functions *)interface->pFunctionList)->probe_card(0, &report),
		CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(((const struct jpki_functions *)interface->pFunctionList)
				 ->probe_card_with_pin(0, NULL, 0, &report),
			 CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(
		((const struct jpki_functions *)interface->pFunctionList)->tell_tries(0, 1),
		CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
the_function_list_is_2_40_and_needs_a_place_to_go(void **state)
{
	CK_C_GetFunctionList get;
	CK_FUNCTION_LIST *list = NULL;

	(void)state;
	for (size_t i = 0; i < MODULES; i++) {
		*(void **)(void *)&get = harness_symbol(modules[i], "C_GetFunctionList");
		assert_int_equal(get(NULL), CKR_ARGUMENTS_BAD);
		assert_int_equal(get(&list), CKR_OK);
		assert_int_equal(list->version.major, 2);
		assert_int_equal(list->version.minor, 40);
	}
}

static void
the_interface_list_names_3_0_2_40_and_our_own(void **state)
{
	CK_C_GetInterfaceList get;
	CK_INTERFACE list[4];
	CK_ULONG count = 0;

	(void)state;
	*(void **)(void *)&get = harness_symbol("jpki-pkcs11", "C_GetInterfaceList");
	assert_int_equal(get(NULL, NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(get(NULL, &count), CKR_OK);
	assert_int_equal(count, 3);
	count = 2;
	assert_int_equal(get(list, &count), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(count, 3);
	count = 4;
	assert_int_equal(get(list, &count), CKR_OK);
	assert_int_equal(count, 3);
	assert_string_equal((char *)list[0].pInterfaceName, "PKCS 11");
	assert_string_equal((char *)list[1].pInterfaceName, "PKCS 11");
	assert_string_equal((char *)list[2].pInterfaceName, JPKI_INTERFACE_NAME);
	for (CK_ULONG i = 0; i < count; i++)
		assert_int_equal(list[i].flags, 0);
}

static void
the_default_interface_is_a_standard_one(void **state)
{
	CK_INTERFACE *interface = NULL;
	CK_C_GetInterface get;

	(void)state;
	*(void **)(void *)&get = harness_symbol("jpki-pkcs11", "C_GetInterface");
	assert_int_equal(get(NULL, NULL, &interface, 0), CKR_OK);
	assert_string_equal((char *)interface->pInterfaceName, "PKCS 11");
	assert_int_equal(((CK_VERSION *)interface->pFunctionList)->major, 3);
	assert_int_equal(get(NULL, NULL, NULL, 0), CKR_ARGUMENTS_BAD);
}

static void
an_interface_that_is_not_there_is_a_bad_argument(void **state)
{
	CK_UTF8CHAR unknown[] = "Vendor someone", prefix[] = "PKCS 1";
	CK_VERSION later = {3, 1}, none = {9, 9};
	CK_INTERFACE *interface;
	CK_C_GetInterface get;

	(void)state;
	*(void **)(void *)&get = harness_symbol("jpki-pkcs11", "C_GetInterface");
	assert_int_equal(get(unknown, NULL, &interface, 0), CKR_ARGUMENTS_BAD);
	assert_int_equal(get(prefix, NULL, &interface, 0), CKR_ARGUMENTS_BAD);
	assert_int_equal(get(standard, &later, &interface, 0), CKR_ARGUMENTS_BAD);
	assert_int_equal(get(vendor, &none, &interface, 0), CKR_ARGUMENTS_BAD);
	assert_int_equal(get(NULL, NULL, &interface, CKF_INTERFACE_FORK_SAFE), CKR_ARGUMENTS_BAD);
}

static CK_RV
mutex_never_called(void **mutex)
{
	(void)mutex;
	abort();
}
static CK_RV
mutex_never_used(void *mutex)
{
	(void)mutex;
	abort();
}

static void
assert_initializes(CK_C_INITIALIZE_ARGS *args)
{
	assert_int_equal(f->C_Initialize(args), CKR_OK);
	p11_stop(f);
}

static void
every_way_to_initialize_works(void **state)
{
	CK_C_INITIALIZE_ARGS args = {.CreateMutex = mutex_never_called,
				     .DestroyMutex = mutex_never_used,
				     .LockMutex = mutex_never_used,
				     .UnlockMutex = mutex_never_used};
	CK_C_INITIALIZE_ARGS bare = {0};
	static const CK_FLAGS flags[] = {0, CKF_LIBRARY_CANT_CREATE_OS_THREADS, CKF_OS_LOCKING_OK,
					 CKF_OS_LOCKING_OK | CKF_LIBRARY_CANT_CREATE_OS_THREADS};

	(void)state;
	assert_initializes(NULL);
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		args.flags = bare.flags = flags[i];
		assert_initializes(&args);
		assert_initializes(&bare);
	}
}

static void
bad_arguments_of_initialize_are_refused(void **state)
{
	CK_C_INITIALIZE_ARGS three = {.CreateMutex = mutex_never_called,
				      .DestroyMutex = mutex_never_used,
				      .LockMutex = mutex_never_used,
				      .flags = CKF_OS_LOCKING_OK};
	CK_C_INITIALIZE_ARGS one = {.UnlockMutex = mutex_never_used};
	CK_C_INITIALIZE_ARGS reserved = {.pReserved = &three};

	(void)state;
	assert_int_equal(f->C_Initialize(&three), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_Initialize(&one), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_Initialize(&reserved), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
initializing_twice_is_told(void **state)
{
	(void)state;
	p11_start(f);
	assert_int_equal(f->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	p11_stop(f);
	assert_int_equal(f->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
finalize_takes_no_argument(void **state)
{
	int something;

	(void)state;
	p11_start(f);
	assert_int_equal(f->C_Finalize(&something), CKR_ARGUMENTS_BAD);
	p11_stop(f);
}

static void
initializing_does_not_talk_to_the_card(void **state)
{
	unsigned long before = harness_exchanges();

	(void)state;
	p11_start(f);
	p11_stop(f);
	assert_int_equal(harness_exchanges(), before);
}

static unsigned int
open_files(void)
{
	unsigned int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += lseek(fd, 0, SEEK_CUR) >= 0 || fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* As p11-kit's server does. */
static void
it_can_be_initialized_many_times_and_leaves_no_file_open(void **state)
{
	unsigned int before = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		p11_start(f);
		(void)p11_token_flags(f, SLOT_AUTH);
		p11_stop(f);
		if (i == 0)
			before = open_files();
	}
	assert_int_equal(open_files(), before);
}

static void
finalize_ends_sessions_searches_and_signatures(void **state)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;

	(void)state;
	p11_start(f);
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	assert_int_equal(f->C_SignInit(session, &mechanism, key), CKR_OK);
	assert_int_equal(f->C_FindObjectsInit(session, NULL, 0), CKR_OK);
	p11_stop(f);
	p11_start(f);
	assert_int_equal(f->C_CloseSession(session), CKR_SESSION_HANDLE_INVALID);
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, NULL), 0);
	p11_stop(f);
}

/* PKCS#11 2.40 5.16, and clients.md 24 and 36: the code that programs understand. */
static CK_RV
refusal_of(size_t place)
{
	static const struct {
		size_t place;
		CK_RV rv;
	} others[] = {
		{PLACE(C_InitToken), CKR_TOKEN_WRITE_PROTECTED},
		{PLACE(C_CreateObject), CKR_TOKEN_WRITE_PROTECTED},
		{PLACE(C_CopyObject), CKR_TOKEN_WRITE_PROTECTED},
		{PLACE(C_DestroyObject), CKR_TOKEN_WRITE_PROTECTED},
		{PLACE(C_SetAttributeValue), CKR_TOKEN_WRITE_PROTECTED},
		{PLACE(C_SeedRandom), CKR_RANDOM_NO_RNG},
		{PLACE(C_GenerateRandom), CKR_RANDOM_NO_RNG},
		{PLACE(C_GetFunctionStatus), CKR_FUNCTION_NOT_PARALLEL},
		{PLACE(C_CancelFunction), CKR_FUNCTION_NOT_PARALLEL},
	};

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (others[i].place == place)
			return others[i].rv;
	return CKR_FUNCTION_NOT_SUPPORTED;
}

static bool
is_supported(size_t place)
{
	static const size_t supported[] = {
		PLACE(C_Initialize),
		PLACE(C_Finalize),
		PLACE(C_GetInfo),
		PLACE(C_GetFunctionList),
		PLACE(C_GetSlotList),
		PLACE(C_GetSlotInfo),
		PLACE(C_GetTokenInfo),
		PLACE(C_GetMechanismList),
		PLACE(C_GetMechanismInfo),
		PLACE(C_SetPIN),
		PLACE(C_OpenSession),
		PLACE(C_CloseSession),
		PLACE(C_CloseAllSessions),
		PLACE(C_GetSessionInfo),
		PLACE(C_Login),
		PLACE(C_Logout),
		PLACE(C_GetAttributeValue),
		PLACE(C_FindObjectsInit),
		PLACE(C_FindObjects),
		PLACE(C_FindObjectsFinal),
		PLACE(C_SignInit),
		PLACE(C_Sign),
		PLACE(C_SignUpdate),
		PLACE(C_SignFinal),
		PLACE(C_GetOperationState),
		PLACE(C_SetOperationState),
		PLACE(C_DigestInit),
		PLACE(C_Digest),
		PLACE(C_DigestUpdate),
		PLACE(C_DigestFinal),
		PLACE(C_WaitForSlotEvent),
		PLACE(C_GetInterfaceList),
		PLACE(C_GetInterface),
		PLACE(C_SessionCancel),
	};

	for (size_t i = 0; i < sizeof supported / sizeof supported[0]; i++)
		if (supported[i] == place)
			return true;
	return false;
}

/* The first argument is a session, but for C_InitToken's, which is a slot. */
static void
what_the_card_cannot_do_is_refused_with_the_code_that_says_so(void **state)
{
	const void *list = list_of("jpki-pkcs11", 3, 0);
	CK_SESSION_HANDLE session;
	CK_RV rv;

	(void)state;
	p11_start(f);
	session = p11_open(f, SLOT_AUTH);
	for (size_t i = 1; i < PLACES_3_0; i++) {
		if (is_supported(i))
			continue;
		rv = function_at(list, i)(i == PLACE(C_InitToken) ? SLOT_AUTH : session, 0, 0, 0, 0,
					  0, 0, 0, 0, 0);
		if (rv != refusal_of(i))
			fail_msg("function %zu says 0x%lx", i, rv);
	}
	p11_stop(f);
}

/*
 * PKCS#11 2.40 5.1.7: a session that is none is told before what the function has to say. What
 * is not there at all simply says so (5.1.6), and so do the legacy functions (5.16).
 */
static void
a_session_that_is_none_is_told_before_any_refusal(void **state)
{
	static const CK_SESSION_HANDLE none[] = {0, 4711, ~0UL};
	const void *list = list_of("jpki-pkcs11", 3, 0);
	CK_SESSION_INFO info;
	CK_RV rv, wanted;

	(void)state;
	p11_start(f);
	for (size_t k = 0; k < sizeof none / sizeof none[0]; k++) {
		for (size_t i = 1; i < PLACES_3_0; i++) {
			wanted = refusal_of(i);
			if (wanted != CKR_TOKEN_WRITE_PROTECTED && wanted != CKR_RANDOM_NO_RNG)
				continue;
			rv = function_at(list, i)(none[k], 0, 0, 0, 0, 0, 0, 0, 0, 0);
			if (rv != (i == PLACE(C_InitToken) && none[k] != SLOT_AUTH
					   ? CKR_SLOT_ID_INVALID
				   : i == PLACE(C_InitToken) ? CKR_TOKEN_WRITE_PROTECTED
							     : CKR_SESSION_HANDLE_INVALID))
				fail_msg("function %zu says 0x%lx", i, rv);
		}
		assert_int_equal(f->C_GetSessionInfo(none[k], NULL), CKR_SESSION_HANDLE_INVALID);
		assert_int_equal(f->C_GetSessionInfo(none[k], &info), CKR_SESSION_HANDLE_INVALID);
	}
	p11_stop(f);
}

static void
a_session_has_the_flags_that_there_are_and_no_others(void **state)
{
	CK_SESSION_HANDLE session;
	CK_SESSION_INFO info;

	(void)state;
	p11_start(f);
	assert_int_equal(f->C_OpenSession(SLOT_AUTH, ~0UL, NULL, NULL, &session), CKR_OK);
	assert_int_equal(f->C_GetSessionInfo(session, &info), CKR_OK);
	assert_int_equal(info.flags, CKF_SERIAL_SESSION | CKF_RW_SESSION);
	assert_int_equal(f->C_OpenSession(SLOT_AUTH, ~CKF_RW_SESSION, NULL, NULL, &session),
			 CKR_OK);
	assert_int_equal(f->C_GetSessionInfo(session, &info), CKR_OK);
	assert_int_equal(info.flags, CKF_SERIAL_SESSION);
	p11_stop(f);
}

static void
what_is_supported_survives_a_call_with_nothing(void **state)
{
	const void *list = list_of("jpki-pkcs11", 3, 0);

	(void)state;
	p11_start(f);
	for (size_t i = 1; i < PLACES_3_0; i++)
		if (is_supported(i) && i != PLACE(C_Initialize) && i != PLACE(C_Finalize) &&
		    i != PLACE(C_CloseAllSessions) && call_with_zeros(list, i) == CKR_OK)
			fail_msg("function %zu takes nothing for something", i);
	p11_stop(f);
}

static void
get_info_names_the_module_and_its_version(void **state)
{
	CK_INFO info;

	(void)state;
	p11_start(f);
	assert_int_equal(f->C_GetInfo(NULL), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_GetInfo(&info), CKR_OK);
	assert_int_equal(info.cryptokiVersion.major, 3);
	assert_int_equal(info.cryptokiVersion.minor, 0);
	assert_memory_equal(info.manufacturerID, "jpki-pkcs11                     ", 32);
	assert_memory_equal(info.libraryDescription, "JPKI", 4);
	assert_int_equal(info.libraryDescription[31], ' ');
	assert_int_equal(info.flags, 0);
	p11_stop(f);
}

static void
in_child(void (*work)(CK_SESSION_HANDLE session), CK_SESSION_HANDLE session)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		work(session);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
start_anew(CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;
	CK_TOKEN_INFO token;

	if (f->C_GetSessionInfo(session, &info) != CKR_CRYPTOKI_NOT_INITIALIZED)
		_exit(2);
	if (f->C_Finalize(NULL) != CKR_CRYPTOKI_NOT_INITIALIZED)
		_exit(3);
	if (f->C_Initialize(NULL) != CKR_OK)
		_exit(4);
	if (f->C_GetSessionInfo(session, &info) != CKR_SESSION_HANDLE_INVALID)
		_exit(5);
	if (f->C_GetTokenInfo(SLOT_AUTH, &token) != CKR_OK)
		_exit(6);
	_exit(f->C_Finalize(NULL) == CKR_OK ? 0 : 7);
}

static void
a_child_after_fork_starts_anew_and_the_parent_stays_logged_in(void **state)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	uint8_t signature[256];

	(void)state;
	p11_start(f);
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	in_child(start_anew, session);
	assert_int_equal(p11_sign(f, session, key, &mechanism, "x", 1, signature), CKR_OK);
	p11_stop(f);
}

static CK_SESSION_HANDLE left_open;

static void
clean_up_late(void)
{
	(void)f->C_CloseSession(left_open);
	(void)f->C_CloseAllSessions(SLOT_AUTH);
	(void)f->C_Finalize(NULL);
}

/* What OpenSSL's engine and NSS do: their exit handlers were there before the module was. */
static int
run_exit_handler(void)
{
	CK_SESSION_HANDLE session;

	(void)atexit(clean_up_late);
	f = harness_module("jpki-pkcs11");
	if (f->C_Initialize(NULL) != CKR_OK ||
	    f->C_OpenSession(SLOT_AUTH, CKF_SERIAL_SESSION, NULL, NULL, &session) != CKR_OK)
		return 1;
	left_open = session;
	return p11_login(f, session, PIN_AUTH) == CKR_OK ? 0 : 2;
}

#define EXIT_HANDLER "exit-handler"

static void
exit_handlers_may_still_call(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		(void)execl("/proc/self/exe", "module-interface", EXIT_HANDLER, (char *)NULL);
		_exit(126);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
set_up(void **state)
{
	(void)state;
	f = harness_module("jpki-pkcs11");
	return 0;
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_function_of_both_lists_is_there_and_waits_for_initialize),
		cmocka_unit_test(our_own_functions_wait_for_initialize_too),
		cmocka_unit_test(the_function_list_is_2_40_and_needs_a_place_to_go),
		cmocka_unit_test(the_interface_list_names_3_0_2_40_and_our_own),
		cmocka_unit_test(the_default_interface_is_a_standard_one),
		cmocka_unit_test(an_interface_that_is_not_there_is_a_bad_argument),
		cmocka_unit_test(every_way_to_initialize_works),
		cmocka_unit_test(bad_arguments_of_initialize_are_refused),
		cmocka_unit_test(initializing_twice_is_told),
		cmocka_unit_test(finalize_takes_no_argument),
		cmocka_unit_test(initializing_does_not_talk_to_the_card),
		cmocka_unit_test(it_can_be_initialized_many_times_and_leaves_no_file_open),
		cmocka_unit_test(finalize_ends_sessions_searches_and_signatures),
		cmocka_unit_test(what_the_card_cannot_do_is_refused_with_the_code_that_says_so),
		cmocka_unit_test(a_session_that_is_none_is_told_before_any_refusal),
		cmocka_unit_test(a_session_has_the_flags_that_there_are_and_no_others),
		cmocka_unit_test(what_is_supported_survives_a_call_with_nothing),
		cmocka_unit_test(get_info_names_the_module_and_its_version),
		cmocka_unit_test(a_child_after_fork_starts_anew_and_the_parent_stays_logged_in),
		cmocka_unit_test(exit_handlers_may_still_call),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	if (argc > 1 && strcmp(argv[1], EXIT_HANDLER) == 0)
		return run_exit_handler();
	return cmocka_run_group_tests(tests, set_up, NULL);
}
