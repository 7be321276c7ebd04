/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module as a guest in other people's processes (PKCS#11 2.40 5.4 and 6.7.6; design 7): it
 * starts and stops without traces, survives fork, exit, dlclose, threads and teardown in any
 * order.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <openssl/err.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/life/sign.h"
#include "tests/module/case.h"

enum { STATUS_SKIPPED = 77 };

#define NOBODY 65534

/* Starting and stopping */

static CK_RV
lock_nothing(void *mutex)
{
	(void)mutex;
	return CKR_OK;
}

static CK_RV
make_nothing(void **mutex)
{
	*mutex = NULL;
	return CKR_OK;
}

#define CALLBACKS                                                                                  \
	.CreateMutex = make_nothing, .DestroyMutex = lock_nothing, .LockMutex = lock_nothing,      \
	.UnlockMutex = lock_nothing

/* PKCS#11 2.40 5.4, C_Initialize: the four ways to say how threads and locks are meant. */
static void
initialize_takes_all_forms_of_arguments(void **state)
{
	static const CK_FLAGS no_threads = CKF_LIBRARY_CANT_CREATE_OS_THREADS;
	CK_C_INITIALIZE_ARGS forms[] = {
		{0},
		{.flags = CKF_OS_LOCKING_OK},
		{CALLBACKS},
		{CALLBACKS, .flags = CKF_OS_LOCKING_OK},
	};

	(void)state;
	assert_int_equal(f->C_Initialize(NULL), CKR_OK);
	assert_int_equal(f->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	assert_int_equal(f->C_Finalize(NULL), CKR_OK);
	for (size_t i = 0; i < 2 * sizeof forms / sizeof forms[0]; i++) {
		CK_C_INITIALIZE_ARGS args = forms[i / 2];

		args.flags |= i % 2 ? no_threads : 0;
		assert_int_equal(f->C_Initialize(&args), CKR_OK);
		assert_true(life_sign(f, 0, PIN_AUTH));
		assert_int_equal(f->C_Finalize(NULL), CKR_OK);
	}
	assert_int_equal(f->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
}

static void
initialize_refuses_arguments_that_make_no_sense(void **state)
{
	CK_C_INITIALIZE_ARGS reserved = {.pReserved = &reserved};
	CK_C_INITIALIZE_ARGS three = {CALLBACKS};
	CK_C_INITIALIZE_ARGS one = {.LockMutex = lock_nothing};
	CK_INFO info;

	(void)state;
	three.UnlockMutex = NULL;
	assert_int_equal(f->C_Initialize(&reserved), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_Initialize(&three), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_Initialize(&one), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_GetInfo(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(f->C_Initialize(NULL), CKR_OK);
	assert_int_equal(f->C_Finalize(&info), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_GetInfo(&info), CKR_OK);
	assert_int_equal(f->C_Finalize(NULL), CKR_OK);
}

static size_t
count_entries(const char *folder)
{
	DIR *d = opendir(folder);
	size_t count = 0;

	assert_non_null(d);
	while (readdir(d))
		count++;
	(void)closedir(d);
	return count;
}

static size_t
count_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	size_t count = 0;
	int c;

	assert_non_null(maps);
	while ((c = getc(maps)) != EOF)
		count += c == '\n';
	(void)fclose(maps);
	return count;
}

static void
one_cycle(bool sign)
{
	CK_SLOT_ID slots[4];
	CK_ULONG count = 4;
	CK_TOKEN_INFO info;

	assert_int_equal(f->C_Initialize(NULL), CKR_OK);
	assert_int_equal(f->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	assert_int_equal(count, 2);
	assert_int_equal(f->C_GetTokenInfo(slots[0], &info), CKR_OK);
	if (sign)
		assert_true(life_sign(f, slots[0], PIN_AUTH) && life_sign(f, slots[1], PIN_SIGN));
	assert_int_equal(f->C_Finalize(NULL), CKR_OK);
}

/*
 * mallinfo2 counts the C library's heap, which the module and what it uses live on; main turns
 * off the caches of freed pieces that would count as growth.
 */
static void
a_thousand_starts_and_stops_leave_nothing_behind(void **state)
{
	size_t heap, files, mappings;

	(void)state;
	for (int i = 0; i < 20; i++)
		one_cycle(true);
	heap = mallinfo2().uordblks;
	files = count_entries("/proc/self/fd");
	mappings = count_mappings();
	for (int i = 0; i < 1000; i++)
		one_cycle(i % 5 == 0);
	print_message("# heap %zu -> %zu bytes, files %zu -> %zu, mappings %zu -> %zu\n", heap,
		      mallinfo2().uordblks, files, count_entries("/proc/self/fd"), mappings,
		      count_mappings());
	assert_true(mallinfo2().uordblks < heap + 1000); /* less than a byte for each start */
	assert_int_equal(count_entries("/proc/self/fd"), files);
	assert_true(count_mappings() < mappings + 10);
}

/* The exit handlers, destructors and engines of life.c */

/* The status of `life ROLE MODULE [ARGUMENT]`. */
static int
run_role(const char *role, const char *argument)
{
	char life[4096], module[4096];
	pid_t child;
	int status = -1;

	/* harness_path has one buffer for all. */
	(void)snprintf(life, sizeof life, "%s", harness_path("tests/life/life"));
	(void)snprintf(module, sizeof module, "%s", harness_path(".libs/jpki-pkcs11.so"));
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)alarm(HANG_SECONDS);
		(void)execl(life, life, role, module, argument, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status))
		fail_msg("life %s: signal %d", role, WTERMSIG(status));
	return WEXITSTATUS(status);
}

static void
an_exit_handler_older_than_the_module_may_still_call_it(void **state)
{
	(void)state;
	assert_int_equal(run_role("exit-handler", NULL), 0);
	assert_false(harness_is_open("auth"));
}

static void
a_library_that_ends_after_the_module_may_still_call_it(void **state)
{
	char library[4096];

	(void)state;
	(void)snprintf(library, sizeof library, "%s",
		       harness_path("tests/life/.libs/destructor.so"));
	assert_int_equal(run_role("destructor", library), 0);
	assert_false(harness_is_open("auth"));
}

static void
a_program_that_never_finalizes_leaves_the_card_logged_out(void **state)
{
	(void)state;
	assert_int_equal(run_role("no-end", NULL), 0);
	assert_false(harness_is_open("auth"));
}

static void
the_module_can_be_unloaded_and_loaded_again(void **state)
{
	(void)state;
	assert_int_equal(run_role("reload", NULL), 0);
}

static void
openssls_engine_and_the_program_use_the_module_together(void **state)
{
	int status = run_role("engine", getenv("XDG_CONFIG_HOME"));

	(void)state;
	if (status == STATUS_SKIPPED)
		skip();
	assert_int_equal(status, 0);
}

/* Setuid programs */

struct setuid_case {
	char folder[64], life[128], module[128], config[128];
};

static void
copy_file(const char *from, const char *to, mode_t mode)
{
	char command[9000];

	(void)snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
	assert_int_equal(system(command), 0);
	assert_int_equal(chmod(to, mode), 0);
}

/* Where user nobody can read the program and write a log, and /proc is no obstacle. */
static void
prepare_setuid(struct setuid_case *c)
{
	FILE *conf;

	(void)snprintf(c->folder, sizeof c->folder, "/tmp/jpki-setuid-XXXXXX");
	assert_non_null(mkdtemp(c->folder));
	(void)snprintf(c->life, sizeof c->life, "%s/life", c->folder);
	(void)snprintf(c->module, sizeof c->module, "%s/module.so", c->folder);
	(void)snprintf(c->config, sizeof c->config, "%s/jpki-pkcs11.conf", c->folder);
	copy_file(harness_path("tests/life/life"), c->life, 0755);
	copy_file(harness_path(".libs/jpki-pkcs11.so"), c->module, 0755);
	conf = fopen(c->config, "we");
	assert_non_null(conf);
	(void)fprintf(conf, "log-file = %s/log/of-the-file\npss = perhaps\n", c->folder);
	(void)fclose(conf);
	(void)snprintf(c->config, sizeof c->config, "%s/log", c->folder);
	assert_int_equal(mkdir(c->config, 0700), 0);
	assert_int_equal(chown(c->config, NOBODY, NOBODY), 0);
	assert_int_equal(chmod(c->folder, 0755), 0);
}

static void
forget_setuid(struct setuid_case *c)
{
	char command[128];

	(void)snprintf(command, sizeof command, "rm -rf '%s'", c->folder);
	assert_int_equal(system(command), 0);
}

/* Where a caller's settings come from: a variable, and what it names in the folder. */
static const struct {
	const char *variable, *path;
} ways[] = {{"JPKI_PKCS11_LOG_FILE", "/log/of-the-environment"},
	    {"XDG_CONFIG_HOME", ""},
	    {"JPKI_PKCS11_SYSTEM_CONF", "/jpki-pkcs11.conf"}};
#define WAYS (sizeof ways / sizeof ways[0])

/*
 * Runs the settings role as nobody; its first line of output. How many log files it made: what is
 * wrong with a setting stands in them.
 */
static size_t
run_settings(const struct setuid_case *c, size_t way, char line[32])
{
	char command[1024];
	FILE *out;
	size_t logs;

	(void)snprintf(command, sizeof command,
		       "setpriv --reuid %d --regid %d --clear-groups env -u XDG_CONFIG_HOME "
		       "JPKI_PKCS11_PSS=perhaps %s='%s%s' '%s' settings '%s' 2>/dev/null",
		       NOBODY, NOBODY, ways[way].variable, c->folder, ways[way].path, c->life,
		       c->module);
	out = popen(command, "re");
	assert_non_null(out);
	if (!fgets(line, 32, out))
		line[0] = '\0';
	while (fgetc(out) != EOF)
		;
	assert_int_equal(pclose(out), 0);
	logs = count_entries(c->config) - 2;
	(void)snprintf(command, sizeof command, "rm -f '%s'/*", c->config);
	assert_int_equal(system(command), 0);
	return logs;
}

/* The log file is the setting that does harm: root would write where its caller says. */
static void
a_setuid_program_takes_no_settings_from_its_caller(void **state)
{
	struct setuid_case c;
	char line[32];
	bool secure;

	(void)state;
	if (geteuid() != 0) {
		print_message("# SKIP setuid: only root can make a setuid program\n");
		skip();
	}
	prepare_setuid(&c);
	for (size_t way = 0; way < WAYS; way++) {
		assert_int_equal(run_settings(&c, way, line), 1);
		assert_string_equal(line, "ordinary\n");
	}
	assert_int_equal(chown(c.life, 0, 0), 0);
	assert_int_equal(chmod(c.life, 04755), 0);
	for (size_t way = 0; way < WAYS; way++) {
		size_t logs = run_settings(&c, way, line);

		secure = strcmp(line, "secure\n") == 0;
		if (secure)
			assert_int_equal(logs, 0);
	}
	forget_setuid(&c);
	if (!secure) {
		print_message("# SKIP setuid: /tmp is mounted so that setuid has no effect\n");
		skip();
	}
}

/* Threads and the end */

/* The thread's result: not NULL if its last call was told of the end, and of nothing else. */
static void *
is_told_of_end(const char *what, CK_RV rv, void *right)
{
	if (rv == CKR_CRYPTOKI_NOT_INITIALIZED || rv == CKR_SESSION_HANDLE_INVALID)
		return right;
	(void)life_ok(what, rv);
	return NULL;
}

static void *
sign_until_finalized(void *arg)
{
	CK_SESSION_HANDLE session;
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE key = *(CK_OBJECT_HANDLE *)arg;
	CK_RV rv;

	rv = f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session);
	while (rv == CKR_OK) {
		uint8_t signature[256];

		rv = p11_sign(f, session, key, &mechanism, "x", 1, signature);
	}
	return is_told_of_end("a signature while the module is finalised", rv, arg);
}

/* This needs no exchange with the card: nearly always it is within the call. */
static void *
read_until_finalized(void *arg)
{
	CK_ATTRIBUTE id = {CKA_ID, NULL, 0};
	CK_OBJECT_HANDLE key = *(CK_OBJECT_HANDLE *)arg;
	CK_SESSION_HANDLE session;
	CK_RV rv;

	rv = f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session);
	while (rv == CKR_OK)
		rv = f->C_GetAttributeValue(session, key, &id, 1);
	return is_told_of_end("a key's id while the module is finalised", rv, arg);
}

static void *
look_until_finalized(void *arg)
{
	CK_SLOT_ID slots[4];
	CK_TOKEN_INFO info;
	CK_RV rv;

	do {
		CK_ULONG count = 4;

		rv = f->C_GetSlotList(CK_TRUE, slots, &count);
		if (rv == CKR_OK)
			rv = f->C_GetTokenInfo(0, &info);
	} while (rv == CKR_OK);
	return is_told_of_end("a look while the module is finalised", rv, arg);
}

static void *
wait_until_finalized(void *arg)
{
	CK_SLOT_ID slot;
	CK_RV rv;

	do
		rv = f->C_WaitForSlotEvent(0, &slot, NULL);
	while (rv == CKR_OK);
	return is_told_of_end("waiting while the module is finalised", rv, arg);
}

static double
seconds_since(const struct timespec *then)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

static void
finalize_while_other_threads_are_inside(void **state)
{
	void *(*const work[])(void *) = {sign_until_finalized, sign_until_finalized,
					 read_until_finalized, look_until_finalized,
					 wait_until_finalized};
	enum { THREADS = sizeof work / sizeof work[0] };
	pthread_t threads[THREADS];

	(void)state;
	(void)alarm(HANG_SECONDS); /* a thread that is never woken ends the program */
	for (int round = 0; round < 30; round++) {
		CK_OBJECT_HANDLE key;
		CK_SESSION_HANDLE session;
		struct timespec then;

		assert_int_equal(f->C_Initialize(NULL), CKR_OK);
		session = p11_open(f, 0);
		assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
		assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
		for (int i = 0; i < THREADS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, work[i], &key), 0);
		(void)usleep((useconds_t)(1000 + round * 731 % 9000));
		(void)clock_gettime(CLOCK_MONOTONIC, &then);
		assert_int_equal(f->C_Finalize(NULL), CKR_OK);
		for (int i = 0; i < THREADS; i++) {
			void *right = NULL;

			assert_int_equal(pthread_join(threads[i], &right), 0);
			assert_non_null(right);
		}
		assert_true(seconds_since(&then) < 1.0);
		assert_false(harness_is_open("auth"));
	}
	(void)alarm(0);
}

/* Others' state */

static unsigned long sentinel;

/* The queue holds the test's own error and nothing else. */
static CK_RV
unchanged(CK_RV rv)
{
	assert_int_equal(ERR_peek_error(), sentinel);
	assert_int_equal(ERR_peek_last_error(), sentinel);
	return rv;
}

#define EXPECT(rv, call) assert_int_equal(unchanged(f->call), rv)

static void
calls_without_a_login(CK_SESSION_HANDLE session)
{
	CK_MECHANISM_TYPE mechanisms[32];
	CK_MECHANISM_INFO mechanism_info;
	CK_SESSION_INFO session_info;
	CK_ULONG count = 32;
	CK_TOKEN_INFO token;
	CK_SLOT_INFO slot;
	CK_BYTE bytes[8];
	CK_INFO info;

	EXPECT(CKR_CRYPTOKI_ALREADY_INITIALIZED, C_Initialize(NULL));
	EXPECT(CKR_OK, C_GetInfo(&info));
	EXPECT(CKR_OK, C_GetSlotInfo(0, &slot));
	EXPECT(CKR_SLOT_ID_INVALID, C_GetSlotInfo(99, &slot));
	EXPECT(CKR_OK, C_GetTokenInfo(0, &token));
	EXPECT(CKR_OK, C_GetMechanismList(0, mechanisms, &count));
	EXPECT(CKR_OK, C_GetMechanismInfo(0, CKM_RSA_PKCS, &mechanism_info));
	EXPECT(CKR_OK, C_GetSessionInfo(session, &session_info));
	EXPECT(CKR_SESSION_HANDLE_INVALID, C_GetSessionInfo(session + 99, &session_info));
	(void)unchanged(f->C_GenerateRandom(session, bytes, sizeof bytes));
	(void)unchanged(f->C_DigestInit(session, &(CK_MECHANISM){CKM_SHA256, NULL, 0}));
	(void)unchanged(f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &(CK_SLOT_ID){0}, NULL));
}

/* Certificates are parsed, signatures made and, for PSS, checked: the places where a module
 * built on OpenSSL leaves its errors. */
static void
calls_with_a_login(CK_SESSION_HANDLE session)
{
	CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY, certificate = CKO_CERTIFICATE;
	CK_ATTRIBUTE template = {CKA_CLASS, &private_key, sizeof private_key};
	CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
	CK_MECHANISM mechanisms[] = {{CKM_SHA256_RSA_PKCS, NULL, 0},
				     {CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof pss}};
	CK_BYTE value[4096], signature[256];
	CK_ATTRIBUTE attribute = {CKA_VALUE, value, sizeof value};
	CK_OBJECT_HANDLE key, object;
	CK_ULONG count = 0, len;

	EXPECT(CKR_PIN_INCORRECT, C_Login(session, CKU_USER, (CK_UTF8CHAR *)"9999", 4));
	EXPECT(CKR_OK, C_Login(session, CKU_USER, (CK_UTF8CHAR *)PIN_AUTH, 4));
	EXPECT(CKR_OK, C_FindObjectsInit(session, &template, 1));
	EXPECT(CKR_OK, C_FindObjects(session, &key, 1, &count));
	EXPECT(CKR_OK, C_FindObjectsFinal(session));
	template.pValue = &certificate;
	EXPECT(CKR_OK, C_FindObjectsInit(session, &template, 1));
	EXPECT(CKR_OK, C_FindObjects(session, &object, 1, &count));
	EXPECT(CKR_OK, C_FindObjectsFinal(session));
	EXPECT(CKR_OK, C_GetAttributeValue(session, object, &attribute, 1));
	for (size_t i = 0; i < 2; i++) {
		len = sizeof signature;
		EXPECT(CKR_OK, C_SignInit(session, &mechanisms[i], key));
		EXPECT(CKR_OK, C_Sign(session, value, 3, signature, &len));
	}
	EXPECT(CKR_OK, C_SignInit(session, &mechanisms[0], key));
	EXPECT(CKR_OK, C_SignUpdate(session, value, 3));
	len = sizeof signature;
	EXPECT(CKR_OK, C_SignFinal(session, signature, &len));
	EXPECT(CKR_OK, C_Logout(session));
	EXPECT(CKR_USER_NOT_LOGGED_IN, C_Logout(session));
}

static void
the_programs_openssl_errors_stay_as_they_were(void **state)
{
	CK_SESSION_HANDLE session;

	(void)state;
	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 42);
	sentinel = ERR_peek_error();
	EXPECT(CKR_OK, C_Initialize(NULL));
	EXPECT(CKR_OK, C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session));
	calls_without_a_login(session);
	calls_with_a_login(session);
	EXPECT(CKR_OK, C_CloseSession(session));
	EXPECT(CKR_OK, C_CloseAllSessions(0));
	EXPECT(CKR_OK, C_Finalize(NULL));
	assert_int_equal(ERR_get_error(), sentinel);
	assert_int_equal(ERR_get_error(), 0);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(initialize_takes_all_forms_of_arguments, case_tear_down),
		cmocka_unit_test_teardown(initialize_refuses_arguments_that_make_no_sense,
					  case_tear_down),
		cmocka_unit_test_teardown(a_thousand_starts_and_stops_leave_nothing_behind,
					  case_tear_down),
		cmocka_unit_test(an_exit_handler_older_than_the_module_may_still_call_it),
		cmocka_unit_test(a_library_that_ends_after_the_module_may_still_call_it),
		cmocka_unit_test(a_program_that_never_finalizes_leaves_the_card_logged_out),
		cmocka_unit_test(the_module_can_be_unloaded_and_loaded_again),
		cmocka_unit_test(openssls_engine_and_the_program_use_the_module_together),
		cmocka_unit_test(a_setuid_program_takes_no_settings_from_its_caller),
		cmocka_unit_test_teardown(finalize_while_other_threads_are_inside, case_tear_down),
		cmocka_unit_test_teardown(the_programs_openssl_errors_stay_as_they_were,
					  case_tear_down),
	};

	if (argc == 2) /* one test only, for tests/slow */
		cmocka_set_test_filter(argv[1]);
	(void)setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, case_load, NULL);
}
