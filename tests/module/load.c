/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Load: `load MODULE THREADS COUNT [wait]` makes COUNT signatures in each of THREADS threads, on
 * sessions of their own, in turn on both tokens and with every kind of mechanism, and verifies
 * each against the token's certificate. Every text is signed once only, so a signature handed to
 * the wrong thread cannot pass. Prints a figure; status 0 if nothing was lost or wrong. With
 * "wait" it says "ready" and begins when its standard input ends, so that several begin together,
 * logged in.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/life/sign.h"
#include "tests/module/harness.h"

enum { THREADS_MAX = 64, SECONDS_MAX = 600, PART = 7 };

struct worker {
	pthread_t thread;
	unsigned int number;
	unsigned long right;
	bool failed;
};

static CK_FUNCTION_LIST *f;
static unsigned long count;

static CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};

static bool
verify_given(EVP_PKEY *key, const void *text, size_t len, const uint8_t *signature)
{
	return verify_v15(key, NULL, text, len, signature);
}

static bool
verify_sha256(EVP_PKEY *key, const void *text, size_t len, const uint8_t *signature)
{
	return verify_v15(key, "SHA256", text, len, signature);
}

static bool
verify_sha512(EVP_PKEY *key, const void *text, size_t len, const uint8_t *signature)
{
	return verify_v15(key, "SHA512", text, len, signature);
}

/* What the signatures are made with, in turn. */
static const struct way {
	CK_MECHANISM mechanism;
	bool in_parts;
	bool (*verify)(EVP_PKEY *, const void *, size_t, const uint8_t *);
} ways[] = {
	{{CKM_SHA256_RSA_PKCS, NULL, 0}, false, verify_sha256},
	{{CKM_RSA_PKCS, NULL, 0}, false, verify_given},
	{{CKM_SHA512_RSA_PKCS, NULL, 0}, true, verify_sha512},
	{{CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof pss}, false, verify_pss},
};

static bool
sign_in_parts(CK_SESSION_HANDLE session, CK_BYTE *text, CK_ULONG len, uint8_t signature[256])
{
	CK_ULONG signature_len = 256;

	return life_ok("C_SignUpdate", f->C_SignUpdate(session, text, PART)) &&
	       life_ok("C_SignUpdate", f->C_SignUpdate(session, text + PART, len - PART)) &&
	       life_ok("C_SignFinal", f->C_SignFinal(session, signature, &signature_len)) &&
	       signature_len == 256;
}

static bool
sign_once(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, EVP_PKEY *public_key,
	  const struct way *way, char *text)
{
	CK_MECHANISM mechanism = way->mechanism;
	CK_ULONG len = strlen(text), signature_len = 256;
	CK_BYTE *data = (CK_BYTE *)text;
	uint8_t signature[256];

	if (!life_ok("C_SignInit", f->C_SignInit(session, &mechanism, key)))
		return false;
	if (way->in_parts && !sign_in_parts(session, data, len, signature))
		return false;
	if (!way->in_parts &&
	    !life_ok("C_Sign", f->C_Sign(session, data, len, signature, &signature_len)))
		return false;
	if (signature_len == 256 && way->verify(public_key, text, len, signature))
		return true;
	(void)fprintf(stderr, "wrong signature of \"%s\"\n", text);
	return false;
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	CK_SESSION_HANDLE session = p11_open(f, w->number % 2);
	EVP_PKEY *public_key = p11_public_key(f, session);
	CK_OBJECT_HANDLE key;

	w->failed = p11_find(f, session, CKO_PRIVATE_KEY, &key) != 1;
	for (unsigned long i = 0; i < count && !w->failed; i++) {
		char text[64];

		(void)snprintf(text, sizeof text, "process %d, thread %u, text %lu", (int)getpid(),
			       w->number, i);
		w->failed = !sign_once(session, key, public_key,
				       &ways[i % (sizeof ways / sizeof ways[0])], text);
		w->right += !w->failed;
	}
	EVP_PKEY_free(public_key);
	return life_ok("C_CloseSession", f->C_CloseSession(session)) ? arg : NULL;
}

static double
seconds_since(const struct timespec *then)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

static bool
run(unsigned int threads)
{
	static struct worker workers[THREADS_MAX];
	unsigned long right = 0;
	struct timespec then;
	bool ok = true;

	(void)clock_gettime(CLOCK_MONOTONIC, &then);
	for (unsigned int i = 0; i < threads; i++) {
		workers[i].number = i;
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			return false;
	}
	for (unsigned int i = 0; i < threads; i++) {
		void *closed = NULL;

		(void)pthread_join(workers[i].thread, &closed);
		ok &= closed != NULL && !workers[i].failed;
		right += workers[i].right;
	}
	(void)printf("%lu of %lu signatures right in %.1f s, %.0f per second\n", right,
		     threads * count, seconds_since(&then), (double)right / seconds_since(&then));
	return ok && right == threads * count;
}

static bool
wait_for_start(bool wanted)
{
	char byte;

	if (wanted)
		(void)!write(STDOUT_FILENO, "ready\n", 6);
	while (wanted && read(STDIN_FILENO, &byte, 1) > 0)
		;
	return true;
}

int
main(int argc, char *argv[])
{
	const bool waits = argc == 5 && strcmp(argv[4], "wait") == 0;
	unsigned int threads = argc == 4 || waits ? (unsigned int)strtoul(argv[2], NULL, 10) : 0;
	CK_SESSION_HANDLE sessions[2];
	void *handle;
	bool ok;

	if (threads == 0 || threads > THREADS_MAX || !(count = strtoul(argv[3], NULL, 10))) {
		(void)fprintf(stderr, "usage: load MODULE THREADS COUNT [wait]\n");
		return 2;
	}
	(void)alarm(SECONDS_MAX); /* a deadlock ends in a signal */
	f = life_load(argv[1], &handle);
	if (!f)
		return 1;
	p11_start(f);
	/* One login each for all threads: PKCS#11 logins are the program's, not the session's. */
	ok = life_sign_open(f, 0, PIN_AUTH, &sessions[0]) &&
	     life_sign_open(f, 1, PIN_SIGN, &sessions[1]) && wait_for_start(waits) && run(threads);
	p11_stop(f);
	return ok ? 0 : 1;
}
