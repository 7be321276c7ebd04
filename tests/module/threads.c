/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls beside calls. A call is stopped at each moment at which it holds no lock, something else
 * happens, and it goes on: whatever the moment, nobody's login vanishes, and no PIN is sent where
 * none may be.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <winscard.h>

#include <cmocka.h>

#include "tests/module/case.h"

#define READER "Reader"
#define CARD "adult"
#define OTHER_CARD "alias"
#define MOMENTS_MAX 200

/* Of the thread that is stopped: what it holds, and how many moments until then. */
static _Thread_local bool watched;
static _Thread_local int held, moments;
static sem_t stopped, released;

static void
pass_moment(void)
{
	if (!watched || held > 0 || --moments != 0)
		return;
	watched = false;
	(void)sem_post(&stopped);
	(void)sem_wait(&released);
}

/* The module calls these, because a program's own functions come before the C library's. */
#define REAL(name)                                                                                 \
	static int (*real)(pthread_mutex_t *);                                                     \
	if (!real)                                                                                 \
	*(void **)(void *)&real = dlsym(RTLD_NEXT, name)

__attribute__((visibility("default"))) int
pthread_mutex_lock(pthread_mutex_t *mutex)
{
	REAL("pthread_mutex_lock");
	pass_moment();
	held += watched;
	return real(mutex);
}

__attribute__((visibility("default"))) int
pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	int failed;

	REAL("pthread_mutex_trylock");
	pass_moment();
	failed = real(mutex);
	held += watched && !failed;
	return failed;
}

__attribute__((visibility("default"))) int
pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	int failed;

	REAL("pthread_mutex_unlock");
	failed = real(mutex);
	held -= watched;
	pass_moment();
	return failed;
}

/* A call in a thread of its own, stopped at a moment, or at none if it has not so many. */
struct call {
	pthread_t thread;
	CK_RV (*make)(const struct call *call);
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	int moment;
	bool ended;
	CK_RV rv;
};

static void *
make_call(void *arg)
{
	struct call *c = arg;

	moments = c->moment;
	held = 0;
	watched = true;
	c->rv = c->make(c);
	c->ended = watched;
	watched = false;
	if (c->ended)
		(void)sem_post(&stopped);
	return NULL;
}

/* False if the call came to its end before that moment. */
static bool
stop_at(struct call *c, int moment)
{
	c->moment = moment;
	c->ended = false;
	assert_int_equal(pthread_create(&c->thread, NULL, make_call, c), 0);
	(void)sem_wait(&stopped);
	if (c->ended)
		assert_int_equal(pthread_join(c->thread, NULL), 0);
	return !c->ended;
}

static void
go_on(struct call *c)
{
	(void)sem_post(&released);
	assert_int_equal(pthread_join(c->thread, NULL), 0);
}

static CK_RV
close_session(const struct call *c)
{
	return f->C_CloseSession(c->session);
}

static CK_RV
log_out(const struct call *c)
{
	return f->C_Logout(c->session);
}

static CK_RV
log_in(const struct call *c)
{
	(void)f->C_Logout(c->session);
	return p11_login(f, c->session, PIN_AUTH);
}

static CK_RV
change_pin(const struct call *c)
{
	CK_UTF8CHAR pin[] = PIN_AUTH;

	return f->C_SetPIN(c->session, pin, 4, pin, 4);
}

static CK_RV
sign(const struct call *c)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	uint8_t signature[256];

	return p11_sign(f, c->session, c->key, &mechanism, "x", 1, signature);
}

static CK_RV
read_certificate(const struct call *c)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_BYTE value[4096];
	CK_ATTRIBUTE search = {CKA_CLASS, &class, sizeof class};
	CK_ATTRIBUTE a = {CKA_VALUE, value, sizeof value};
	CK_OBJECT_HANDLE found;
	CK_ULONG count = 0;
	CK_RV rv = f->C_FindObjectsInit(c->session, &search, 1);

	if (rv == CKR_OK)
		rv = f->C_FindObjects(c->session, &found, 1, &count);
	(void)f->C_FindObjectsFinal(c->session);
	return rv == CKR_OK && count == 1 ? f->C_GetAttributeValue(c->session, found, &a, 1) : rv;
}

static CK_RV
token_info(const struct call *c)
{
	CK_TOKEN_INFO info;

	(void)c;
	return f->C_GetTokenInfo(SLOT_AUTH, &info);
}

static CK_RV
list_slots(const struct call *c)
{
	CK_SLOT_ID list[16];
	CK_ULONG count = 16;

	(void)c;
	return f->C_GetSlotList(CK_TRUE, list, &count);
}

/* A user of their own, who must be able to work. */
static struct call
a_user(void)
{
	struct call c = {.session = p11_open(f, SLOT_AUTH)};

	assert_int_equal(p11_login(f, c.session, PIN_AUTH), CKR_OK);
	assert_int_equal(p11_find(f, c.session, CKO_PRIVATE_KEY, &c.key), 1);
	return c;
}

static int
start(void **state)
{
	(void)state;
	f = harness_module("jpki-pkcs11");
	harness_card(CARD);
	p11_start(f);
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	(void)f->C_Finalize(NULL);
	harness_card(CARD);
	return 0;
}

static void
at_every_moment(CK_RV (*make)(const struct call *), void (*test)(struct call *c))
{
	int moment = 1;
	bool more = true;

	for (; more; moment++) {
		struct call c = a_user();

		assert_true(moment < MOMENTS_MAX);
		c.make = make;
		more = stop_at(&c, moment);
		if (more)
			test(&c);
		(void)f->C_CloseAllSessions(SLOT_AUTH);
	}
	assert_true(moment > 2); /* it was stopped at all */
}

static void
others_log_in(struct call *closing)
{
	struct call c = {.session = p11_open(f, SLOT_AUTH)};
	CK_RV rv = p11_login(f, c.session, PIN_AUTH);

	assert_true(rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN);
	go_on(closing);
	assert_int_equal(closing->rv, CKR_OK);
	/* Who was told that it is logged in, by its own call, stays so. */
	assert_int_equal(p11_find(f, c.session, CKO_PRIVATE_KEY, &c.key), 1);
	assert_int_equal(sign(&c), CKR_OK);
}

static void
a_login_beside_a_closing_session_stays(void **state)
{
	(void)state;
	at_every_moment(close_session, others_log_in);
}

static void
the_card_is_swapped_and_others_log_in(struct call *stale)
{
	unsigned long verifies;
	struct call next;

	harness_sim("swap", OTHER_CARD, READER, NULL);
	next = a_user();
	verifies = harness_verifies();
	go_on(stale);
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(sign(&next), CKR_OK);
	harness_sim("swap", CARD, READER, NULL);
}

static void
a_stale_call_ends_no_login_on_the_next_card(void **state)
{
	static CK_RV (*const calls[])(const struct call *) = {
		sign,	       log_out,	   log_in,    change_pin, read_certificate,
		close_session, token_info, list_slots};

	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		at_every_moment(calls[i], the_card_is_swapped_and_others_log_in);
}

static void
the_module_is_finalized(struct call *c)
{
	unsigned long verifies;

	assert_int_equal(f->C_Finalize(NULL), CKR_OK);
	verifies = harness_verifies();
	go_on(c);
	assert_int_equal(harness_verifies(), verifies);
	p11_start(f);
}

static void
no_pin_is_sent_after_finalize(void **state)
{
	static CK_RV (*const calls[])(const struct call *) = {sign, log_in, change_pin};

	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		at_every_moment(calls[i], the_module_is_finalized);
}

/* Within a call that has the card, which asks the clock now and then: the last time right before a
 * PIN. */
static int looks;
static CK_RV finalized;
static unsigned long verifies_then;

static bool
finalize_at_a_look(void)
{
	if (--looks == 0) {
		finalized = f->C_Finalize(NULL);
		verifies_then = harness_verifies();
	}
	return false;
}

static void
no_pin_is_sent_after_a_finalize_within_the_call(void **state)
{
	static CK_RV (*const calls[])(const struct call *) = {sign, log_in, change_pin};
	int times = 0;

	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
		for (int look = 1; times < MOMENTS_MAX; look++, times++) {
			struct call c = a_user();

			looks = look;
			harness_has_slept = finalize_at_a_look;
			c.rv = calls[i](&c);
			harness_has_slept = NULL;
			(void)f->C_CloseAllSessions(SLOT_AUTH);
			if (looks > 0)
				break;
			assert_int_equal(finalized, CKR_OK);
			assert_int_equal(harness_verifies(), verifies_then);
			p11_start(f);
		}
	assert_true(times >= 9); /* three times in each, at least */
	assert_true(times < MOMENTS_MAX);
}

/* Another program has the card: one call waits for that, the others for the one. */
static void
calls_that_wait_for_a_card_end_with_finalize(void **state)
{
	static CK_RV (*const makes[])(const struct call *) = {
		log_in, sign, change_pin, read_certificate, token_info, list_slots};
	enum { CALLS = sizeof makes / sizeof makes[0] };
	struct call user = a_user(), calls[CALLS];
	CK_SESSION_HANDLE sessions[CALLS];
	SCARDCONTEXT context;
	SCARDHANDLE card;
	DWORD protocol;
	unsigned long verifies;

	(void)state;
	for (int i = 0; i < CALLS; i++)
		sessions[i] = p11_open(f, SLOT_AUTH);
	assert_int_equal(f->C_Logout(user.session), CKR_OK);
	assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context), 0);
	assert_int_equal(SCardConnect(context, READER, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card,
				      &protocol),
			 0);
	assert_int_equal(SCardBeginTransaction(card), 0);
	for (int i = 0; i < CALLS; i++) {
		calls[i] = (struct call){.make = makes[i], .session = sessions[i], .key = user.key};
		assert_int_equal(pthread_create(&calls[i].thread, NULL, make_call, &calls[i]), 0);
	}
	(void)usleep(100000); /* for them to come as far as they can: the answers are the same */
	assert_int_equal(f->C_Finalize(NULL), CKR_OK);
	verifies = harness_verifies();
	(void)SCardEndTransaction(card, SCARD_LEAVE_CARD);
	for (int i = 0; i < CALLS; i++)
		assert_int_equal(pthread_join(calls[i].thread, NULL), 0);
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(calls[0].rv, CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(calls[2].rv, CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(calls[3].rv, CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(calls[4].rv, CKR_CRYPTOKI_NOT_INITIALIZED);
	(void)SCardReleaseContext(context);
	while (sem_trywait(&stopped) == 0)
		;
}

static void *
wait_for_event(void *arg)
{
	CK_SLOT_ID slot;

	*(CK_RV *)arg = f->C_WaitForSlotEvent(0, &slot, NULL);
	return NULL;
}

static unsigned long
looks_at_readers(void)
{
	json_t *calls = harness_sim_ask("calls", NULL);
	unsigned long n = (unsigned long)json_integer_value(
		json_object_get(json_object_get(calls, "by_call"), "statuschange"));

	json_decref(calls);
	return n;
}

static unsigned long
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long)t.tv_sec * 1000 + (unsigned long)t.tv_nsec / 1000000;
}

/* It looks four times a second; these calls look not at all. */
static void
a_waiter_for_events_does_not_wake_at_what_others_do(void **state)
{
	CK_SESSION_HANDLE session = p11_open(f, SLOT_AUTH);
	CK_RV rv = CKR_GENERAL_ERROR;
	unsigned long before, began;
	CK_SLOT_ID slot;
	pthread_t thread;

	(void)state;
	while (f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL) == CKR_OK)
		;
	before = looks_at_readers();
	assert_int_equal(pthread_create(&thread, NULL, wait_for_event, &rv), 0);
	while (looks_at_readers() == before) /* it has begun */
		;
	before = looks_at_readers();
	began = now_ms();
	while (now_ms() - began < 400) {
		assert_int_equal(p11_find(f, session, CKO_DATA, NULL), 0);
		(void)usleep(100);
	}
	assert_true(looks_at_readers() - before <= 3 + (now_ms() - began) / 200);
	assert_int_equal(f->C_Finalize(NULL), CKR_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(rv, CKR_CRYPTOKI_NOT_INITIALIZED);
}

#define THREADS(test) cmocka_unit_test_setup_teardown(test, start, finish)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		THREADS(a_login_beside_a_closing_session_stays),
		THREADS(a_stale_call_ends_no_login_on_the_next_card),
		THREADS(no_pin_is_sent_after_finalize),
		THREADS(no_pin_is_sent_after_a_finalize_within_the_call),
		THREADS(calls_that_wait_for_a_card_end_with_finalize),
		THREADS(a_waiter_for_events_does_not_wake_at_what_others_do),
	};

	harness_start(argc, argv, "--reader", READER "=" CARD, NULL);
	(void)sem_init(&stopped, 0, 0);
	(void)sem_init(&released, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
