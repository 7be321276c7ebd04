/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that open, log in, sign, log out, close, look and wait, while cards are swapped, readers
 * and the service go and come, the process forks, and the module is finalized and started anew:
 *
 *	churn [ROUNDS]
 *
 * Each call ends, with a code that such times explain; no try is lost, and no card is left open.
 * For ThreadSanitizer (tests/slow/threads.sh).
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/module/harness.h"

#define CARD "adult"
#define OTHER_CARD "alias"

static CK_FUNCTION_LIST *f;
static atomic_bool ending, failed;
static atomic_ulong signatures;

static const CK_RV explained[] = {
	CKR_OK,
	CKR_DEVICE_REMOVED,
	CKR_TOKEN_NOT_PRESENT,
	CKR_SESSION_HANDLE_INVALID,
	CKR_USER_ALREADY_LOGGED_IN,
	CKR_USER_NOT_LOGGED_IN,
	CKR_KEY_HANDLE_INVALID,
	CKR_CRYPTOKI_NOT_INITIALIZED,
	CKR_DEVICE_ERROR,
	CKR_NO_EVENT,
	CKR_SLOT_ID_INVALID,
	CKR_OBJECT_HANDLE_INVALID,
};

static CK_RV
look_at(const char *call, CK_RV rv)
{
	for (size_t i = 0; i < sizeof explained / sizeof explained[0]; i++)
		if (explained[i] == rv)
			return rv;
	printf("%s: 0x%lx\n", call, rv);
	atomic_store(&failed, true);
	return rv;
}

static CK_RV
find_key(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *key)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template = {CKA_CLASS, &class, sizeof class};
	CK_ULONG count = 0;
	CK_RV rv = look_at("C_FindObjectsInit", f->C_FindObjectsInit(session, &template, 1));

	if (rv == CKR_OK)
		rv = look_at("C_FindObjects", f->C_FindObjects(session, key, 1, &count));
	if (rv == CKR_OK)
		(void)look_at("C_FindObjectsFinal", f->C_FindObjectsFinal(session));
	return rv == CKR_OK && count == 0 ? CKR_KEY_HANDLE_INVALID : rv;
}

/* A user's whole way; now and then the session is left to somebody else's C_CloseAllSessions. */
static void
use_token(CK_SLOT_ID slot, unsigned int turn)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	uint8_t signature[256];
	CK_RV rv = look_at("C_OpenSession",
			   f->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session));

	if (rv != CKR_OK)
		return;
	rv = look_at("C_Login", p11_login(f, session, slot % 2 ? PIN_SIGN : PIN_AUTH));
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		rv = find_key(session, &key);
	if (rv == CKR_OK)
		rv = look_at("C_Sign", p11_sign(f, session, key, &mechanism, "x", 1, signature));
	if (rv == CKR_OK)
		(void)atomic_fetch_add(&signatures, 1);
	if (turn % 3 == 0)
		(void)look_at("C_Logout", f->C_Logout(session));
	if (turn % 5 == 0)
		(void)look_at("C_CloseAllSessions", f->C_CloseAllSessions(slot));
	(void)look_at("C_CloseSession", f->C_CloseSession(session));
}

static void *
use(void *arg)
{
	const CK_SLOT_ID slot = *(const CK_SLOT_ID *)arg;

	for (unsigned int turn = 0; !atomic_load(&ending); turn++)
		use_token(slot, turn);
	return NULL;
}

static void *
look(void *arg)
{
	CK_SLOT_ID list[16];
	CK_SLOT_INFO slot;
	CK_TOKEN_INFO token;

	while (!atomic_load(&ending)) {
		CK_ULONG count = 16;

		(void)look_at("C_GetSlotList", f->C_GetSlotList(CK_TRUE, list, &count));
		(void)look_at("C_GetSlotInfo", f->C_GetSlotInfo(0, &slot));
		(void)look_at("C_GetTokenInfo", f->C_GetTokenInfo(1, &token));
	}
	return arg;
}

static void *
wait_for_events(void *arg)
{
	CK_SLOT_ID slot;

	while (!atomic_load(&ending))
		if (look_at("C_WaitForSlotEvent", f->C_WaitForSlotEvent(0, &slot, NULL)) != CKR_OK)
			(void)usleep(1000);
	return arg;
}

/* A child begins anew, whatever its parent's threads were doing just then. */
static void
fork_child(void)
{
	CK_ULONG count = 0;
	int status = 0;
	const pid_t child = fork();

	if (child == 0) {
		(void)alarm(HANG_SECONDS);
		if (f->C_GetSlotList(CK_FALSE, NULL, &count) != CKR_CRYPTOKI_NOT_INITIALIZED ||
		    f->C_Initialize(NULL) != CKR_OK)
			_exit(1);
		atomic_store(&failed, false);
		use_token(0, 0);
		use_token(1, 1);
		_exit(f->C_Finalize(NULL) != CKR_OK || atomic_load(&failed));
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
		printf("a child ended with %#x\n", (unsigned int)status);
		atomic_store(&failed, true);
	}
}

static void
disturb(unsigned long round)
{
	switch (round % 9) {
	case 1:
	case 5:
		harness_sim("swap", round % 9 == 1 ? OTHER_CARD : CARD, "Reader", NULL);
		break;
	case 2:
	case 3:
		harness_sim(round % 9 == 2 ? "unplug" : "plug", "Second", NULL);
		break;
	case 4:
		harness_sim("fault", "card-reset@now", NULL);
		break;
	case 6:
		(void)look_at("C_Finalize", f->C_Finalize(NULL));
		(void)look_at("C_Initialize", f->C_Initialize(NULL));
		break;
	case 7:
		harness_sim("service", "stop", NULL);
		harness_sim("service", "start", NULL);
		break;
	case 8:
		fork_child();
		break;
	default:
		harness_sleep();
	}
}

int
main(int argc, char *argv[])
{
	static const CK_SLOT_ID slots[] = {0, 0, 1, 2, 3};
	void *(*const work[])(void *) = {use, use, use, use, use, look, wait_for_events};
	enum { THREADS = sizeof work / sizeof work[0] };
	pthread_t threads[THREADS];
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 40;

	harness_start(argc, argv, "--reader", "Reader=" CARD, "--reader", "Second=moved", NULL);
	f = harness_module("jpki-pkcs11");
	p11_start(f);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work[i], (void *)(uintptr_t)&slots[i % 5]) !=
		    0)
			return 99;
	for (unsigned long round = 0; round < rounds; round++) {
		(void)usleep(20000);
		disturb(round);
	}
	atomic_store(&ending, true);
	(void)f->C_Finalize(NULL); /* ends the wait for events */
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	if (harness_tries("auth") != 3 || harness_tries("sign") != 5 || harness_is_open("auth") ||
	    harness_is_open("sign")) {
		puts("a try is lost, or the card was left open");
		atomic_store(&failed, true);
	}
	printf("%lu signatures in %lu rounds\n", atomic_load(&signatures), rounds);
	return atomic_load(&failed) || atomic_load(&signatures) == 0;
}
