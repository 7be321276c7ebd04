/* SPDX-License-Identifier: BSD-2-Clause */
/* The module in a process that forks: a child begins anew, whatever it has of its parent. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/life/sign.h"
#include "tests/module/case.h"

enum { STATUS_SKIPPED = 77 };

/*
 * While a test holds the hook, whoever makes a mutex waits: so a test can fork at a moment in
 * C_Initialize that is a few instructions long otherwise. The module calls this one, not the C
 * library's, because a program's own functions come first.
 */
static atomic_bool hook_armed, hook_reached, hook_released;

__attribute__((visibility("default"))) int
pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
	static int (*real)(pthread_mutex_t *, const pthread_mutexattr_t *);

	if (!real)
		*(void **)(void *)&real = dlsym(RTLD_NEXT, "pthread_mutex_init");
	if (atomic_exchange(&hook_armed, false)) {
		atomic_store(&hook_reached, true);
		while (!atomic_load(&hook_released))
			(void)usleep(1000);
	}
	return real(mutex, attr);
}

/*
 * While this is set, every process has this number: as a child has its parent's in a pid
 * namespace of its own, or when numbers come again.
 */
static pid_t same_number;

__attribute__((visibility("default"))) pid_t
getpid(void)
{
	return same_number ? same_number : (pid_t)syscall(SYS_getpid);
}

/* While this is set, the kernel is one that wipes no memory at fork. */
static bool nothing_is_wiped;

__attribute__((visibility("default"))) int
madvise(void *memory, size_t size, int advice)
{
	if (advice == MADV_WIPEONFORK && nothing_is_wiped) {
		errno = EINVAL;
		return -1;
	}
	return (int)syscall(SYS_madvise, memory, size, advice);
}

/* Waits for a child; its status must be 0. */
static void
expect_success(pid_t child)
{
	int status = -1;

	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		fail_msg("the child was ended by signal %d (%d: it hung)", WTERMSIG(status),
			 SIGALRM);
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* A child that ends with the status of `run`, and does not outlive its time. */
static pid_t
fork_child(int (*run)(void))
{
	pid_t child = fork();

	if (child == 0) {
		(void)alarm(HANG_SECONDS);
		_exit(run());
	}
	return child;
}

static int
child_begins_anew(void)
{
	CK_SESSION_HANDLE session;
	CK_SLOT_ID slots[4];
	CK_ULONG count = 4;
	CK_INFO info;

	if (f->C_GetInfo(&info) != CKR_CRYPTOKI_NOT_INITIALIZED ||
	    f->C_GetSlotList(CK_TRUE, slots, &count) != CKR_CRYPTOKI_NOT_INITIALIZED ||
	    f->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &session) !=
		    CKR_CRYPTOKI_NOT_INITIALIZED ||
	    f->C_CloseSession(1) != CKR_CRYPTOKI_NOT_INITIALIZED ||
	    f->C_Finalize(NULL) != CKR_CRYPTOKI_NOT_INITIALIZED)
		return 1;
	if (!life_ok("C_Initialize in the child", f->C_Initialize(NULL)))
		return 2;
	if (!life_sign(f, 0, PIN_AUTH) || !life_sign(f, 1, PIN_SIGN))
		return 3;
	return life_ok("C_Finalize in the child", f->C_Finalize(NULL)) ? 0 : 4;
}

/* The parent is logged in all the while and asks for no PIN again. */
static void
a_forked_child_begins_anew_and_the_parent_goes_on(void **state)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_SESSION_HANDLE session = p11_open(f, 0);
	CK_OBJECT_HANDLE key;
	uint8_t signature[256];

	(void)state;
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	for (int i = 0; i < 5; i++) {
		expect_success(fork_child(child_begins_anew));
		assert_int_equal(p11_sign(f, session, key, &mechanism, "x", 1, signature), CKR_OK);
	}
	assert_false(harness_is_open("auth"));
}

/* Its parent is logged in, and a PIN sent by the child would be four NULs: a try. */
static void
a_child_with_its_parents_process_number_begins_anew(void **state)
{
	CK_SESSION_HANDLE session = p11_open(f, 0);

	(void)state;
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	same_number = (pid_t)syscall(SYS_getpid);
	expect_success(fork_child(child_begins_anew));
	same_number = 0;
	assert_true(life_sign(f, 0, PIN_AUTH));
	assert_int_equal(harness_tries("auth"), 3);
}

/* With a module of its own, which was not started before. */
static int
parent_and_child_without_wiped_memory(void)
{
	pid_t child;
	int status = -1;

	nothing_is_wiped = true;
	f = harness_module("jpki-auth-pkcs11");
	same_number = (pid_t)syscall(SYS_getpid);
	if (f->C_Initialize(NULL) != CKR_OK || !life_sign(f, 0, PIN_AUTH))
		return 1;
	child = fork();
	if (child == 0)
		_exit(f->C_CloseAllSessions(0) == CKR_CRYPTOKI_NOT_INITIALIZED ? 0 : 1);
	if (waitpid(child, &status, 0) != child || status != 0)
		return 2;
	return life_sign(f, 0, PIN_AUTH) && f->C_Finalize(NULL) == CKR_OK ? 0 : 3;
}

static void
a_child_is_told_from_its_parent_where_the_kernel_wipes_nothing_too(void **state)
{
	(void)state;
	expect_success(fork_child(parent_and_child_without_wiped_memory));
}

/* A service that loads the module for each attempt, and has a stale PIN. */
static int
load_and_try_a_wrong_pin_twice(void)
{
	static const CK_RV expected[] = {CKR_PIN_INCORRECT, CKR_PIN_INCORRECT, CKR_PIN_INVALID};
	unsigned long before = harness_verifies();

	for (size_t i = 0; i < 3; i++) {
		void *library = dlopen(harness_path(".libs/jpki-auth-pkcs11.so"), RTLD_NOW);
		CK_RV (*get)(CK_FUNCTION_LIST_PTR_PTR);
		CK_SESSION_HANDLE session;

		if (!library)
			return 1;
		*(void **)(void *)&get = dlsym(library, "C_GetFunctionList");
		if (get(&f) != CKR_OK || f->C_Initialize(NULL) != CKR_OK)
			return 2;
		session = p11_open(f, 0);
		if (p11_login(f, session, "0000") != expected[i])
			return 3;
		if (f->C_Finalize(NULL) != CKR_OK || dlclose(library) != 0)
			return 4;
	}
	return harness_verifies() == before + 1 && harness_tries("auth") == 2 ? 0 : 5;
}

static void
a_refused_pin_is_remembered_over_unloading(void **state)
{
	(void)state;
	expect_success(fork_child(load_and_try_a_wrong_pin_twice));
	harness_sim("tries", "adult", "auth", "3", NULL);
}

/* As a daemon does: closes all it inherited, and has files of its own under the same numbers. */
static int
child_with_files_of_its_own(void)
{
	int mine = -1, first = -1;

	for (int fd = STDERR_FILENO + 1; fd < 64; fd++)
		(void)close(fd);
	for (int i = 0; i < 16; i++) {
		mine = open("/dev/null", O_WRONLY | O_CLOEXEC);
		first = i == 0 ? mine : first;
	}
	if (f->C_Initialize(NULL) != CKR_OK || f->C_Finalize(NULL) != CKR_OK)
		return 1;
	for (int fd = first; fd <= mine; fd++) {
		struct stat st;

		if (fstat(fd, &st) != 0 || !S_ISCHR(st.st_mode))
			return 2;
	}
	return 0;
}

static void
a_forked_child_keeps_the_files_it_opened_itself(void **state)
{
	char log[4096];

	(void)state;
	(void)snprintf(log, sizeof log, "%s/log", getenv("XDG_CONFIG_HOME"));
	(void)setenv("JPKI_PKCS11_LOG_FILE", log, 1);
	p11_start(f);
	expect_success(fork_child(child_with_files_of_its_own));
	(void)unsetenv("JPKI_PKCS11_LOG_FILE");
	p11_stop(f);
}

static int
child_and_grandchild(void)
{
	pid_t grandchild;
	int status = -1;

	if (child_begins_anew() != 0 || f->C_Initialize(NULL) != CKR_OK ||
	    !life_sign(f, 0, PIN_AUTH))
		return 1;
	grandchild = fork_child(child_begins_anew);
	if (waitpid(grandchild, &status, 0) != grandchild || status != 0)
		return 2;
	return life_sign(f, 0, PIN_AUTH) && f->C_Finalize(NULL) == CKR_OK ? 0 : 3;
}

static void
a_grandchild_begins_anew_too(void **state)
{
	(void)state;
	expect_success(fork_child(child_and_grandchild));
	assert_true(life_sign(f, 0, PIN_AUTH));
}

/* What the other thread does until it is told to end; it sets `failed` if that goes wrong. */
static atomic_bool ending, failed;

static void *
keep_signing(void *expected)
{
	uint8_t signature[256];

	while (!atomic_load(&ending))
		if (!life_signature(f, 0, PIN_AUTH, signature) ||
		    memcmp(signature, expected, sizeof signature) != 0)
			atomic_store(&failed, true);
	return NULL;
}

static void *
keep_starting(void *arg)
{
	(void)arg;
	while (!atomic_load(&ending))
		if (f->C_Initialize(NULL) != CKR_OK || f->C_Finalize(NULL) != CKR_OK)
			atomic_store(&failed, true);
	return NULL;
}

static void
fork_beside(void *(*other)(void *), void *arg, int times)
{
	pthread_t thread;

	atomic_store(&ending, false);
	atomic_store(&failed, false);
	assert_int_equal(pthread_create(&thread, NULL, other, arg), 0);
	for (int i = 0; i < times; i++) {
		(void)usleep((useconds_t)(i * 37 % 1000));
		expect_success(fork_child(child_begins_anew));
	}
	atomic_store(&ending, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_false(atomic_load(&failed));
}

static void
fork_while_another_thread_signs(void **state)
{
	uint8_t expected[256];

	(void)state;
	assert_true(life_sign(f, 0, PIN_AUTH));
	assert_true(life_signature(f, 0, PIN_AUTH, expected));
	fork_beside(keep_signing, expected, 50);
}

static void
fork_while_another_thread_starts_and_stops(void **state)
{
	(void)state;
	fork_beside(keep_starting, NULL, 50);
}

static void *
start_slowly(void *arg)
{
	atomic_store(&hook_armed, true);
	*(CK_RV *)arg = f->C_Initialize(NULL);
	return NULL;
}

/* In a process of its own, where the module was never started before. */
static int
fork_inside_the_first_start(void)
{
	CK_RV rv = CKR_GENERAL_ERROR;
	pthread_t thread;
	pid_t child;
	int status = -1;

	if (pthread_create(&thread, NULL, start_slowly, &rv) != 0)
		return 1;
	while (!atomic_load(&hook_reached))
		(void)usleep(1000);
	child = fork_child(child_begins_anew);
	if (waitpid(child, &status, 0) != child || status != 0)
		return 2;
	atomic_store(&hook_released, true);
	(void)pthread_join(thread, NULL);
	return rv == CKR_OK && life_sign(f, 0, PIN_AUTH) ? 0 : 3;
}

static void
fork_in_the_middle_of_the_first_start(void **state)
{
	(void)state;
	expect_success(fork_child(fork_inside_the_first_start));
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		CASE(a_forked_child_begins_anew_and_the_parent_goes_on),
		CASE(a_child_with_its_parents_process_number_begins_anew),
		cmocka_unit_test(
			a_child_is_told_from_its_parent_where_the_kernel_wipes_nothing_too),
		cmocka_unit_test(a_refused_pin_is_remembered_over_unloading),
		cmocka_unit_test_teardown(a_forked_child_keeps_the_files_it_opened_itself,
					  case_tear_down),
		CASE(a_grandchild_begins_anew_too),
		CASE(fork_while_another_thread_signs),
		cmocka_unit_test_teardown(fork_while_another_thread_starts_and_stops,
					  case_tear_down),
		cmocka_unit_test_teardown(fork_in_the_middle_of_the_first_start, case_tear_down),
	};

	if (argc == 2) /* one test only, for tests/slow */
		cmocka_set_test_filter(argv[1]);
	(void)setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, case_load, NULL);
}
