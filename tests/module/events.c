/* SPDX-License-Identifier: BSD-2-Clause */
/* Events, and what befalls one reader alone. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/module/two-readers.h"

static CK_RV
event_now(CK_SLOT_ID *slot)
{
	unsigned long began = now_ms();
	CK_RV rv = f->C_WaitForSlotEvent(CKF_DONT_BLOCK, slot, NULL);

	assert_true(now_ms() - began < HANGS_MS);
	return rv;
}

/* Takes all pending events; a bit for each slot. */
static unsigned int
take_events(void)
{
	unsigned int slots = 0;
	CK_SLOT_ID slot;

	while (event_now(&slot) == CKR_OK) {
		assert_false(slots >> slot & 1); /* each slot once */
		slots |= 1U << slot;
	}
	return slots;
}

static void
events_tell_of_both_slots_once(void **state)
{
	CK_SLOT_ID slot;

	(void)state;
	(void)take_events();
	assert_int_equal(event_now(&slot), CKR_NO_EVENT);
	harness_sim("remove", READER, NULL);
	assert_int_equal(take_events(), 1U << AUTH | 1U << SIGN);
	harness_sim("insert", CARD, READER, NULL);
	assert_int_equal(take_events(), 1U << AUTH | 1U << SIGN);
	harness_sim("remove", SECOND, NULL);
	assert_int_equal(take_events(), 1U << SECOND_AUTH | 1U << SECOND_SIGN);
	assert_int_equal(event_now(&slot), CKR_NO_EVENT);
}

static void
events_are_not_lost_to_other_calls(void **state)
{
	struct user u;

	(void)state;
	(void)take_events();
	harness_sim("remove", READER, NULL);
	assert_false(has_token(AUTH)); /* sees it first */
	assert_int_equal(take_events(), 1U << AUTH | 1U << SIGN);
	harness_sim("insert", CARD, READER, NULL);
	u = log_in(AUTH); /* likewise */
	assert_int_equal(take_events(), 1U << AUTH | 1U << SIGN);
	harness_sim("remove", READER, NULL);
	assert_int_equal(sign(&u), CKR_DEVICE_REMOVED); /* likewise */
	assert_int_equal(take_events(), 1U << AUTH | 1U << SIGN);
}

static void
a_swap_between_two_looks_is_an_event(void **state)
{
	(void)state;
	(void)take_events();
	harness_sim("swap", OTHER_CARD, READER, NULL);
	assert_int_equal(take_events(), 1U << AUTH | 1U << SIGN);
	harness_sim("remove", READER, NULL);
	harness_sim("insert", OTHER_CARD, READER, NULL);
	assert_int_equal(take_events(), 1U << AUTH | 1U << SIGN);
}

static void
a_swap_first_met_by_a_call_on_the_card_is_an_event(void **state)
{
	CK_TOKEN_INFO info;

	(void)state;
	harness_stop_clock();
	assert_int_equal(token_info(AUTH, &info), CKR_OK);
	(void)take_events();
	harness_move_clock(1000); /* what was told is not told again */
	/* Behind this call's look at the readers. */
	harness_sim("fault", "card-swapped@connect:1:" OTHER_CARD, NULL);
	assert_int_equal(token_info(AUTH, &info), CKR_OK);
	harness_sim("clear", NULL);
	assert_int_equal(take_events(), 1U << AUTH | 1U << SIGN);
}

static void
a_reader_coming_and_going_is_an_event(void **state)
{
	(void)state;
	(void)take_events();
	harness_sim("unplug", READER, NULL);
	assert_int_equal(take_events(), 1U << AUTH | 1U << SIGN);
	harness_sim("plug", READER, NULL);
	assert_int_equal(take_events(), 1U << AUTH | 1U << SIGN);
}

struct waiter {
	pthread_t thread;
	CK_RV rv;
	CK_SLOT_ID slot;
	unsigned long ended;
};

static void *
wait_for_event(void *arg)
{
	struct waiter *w = arg;

	w->rv = f->C_WaitForSlotEvent(0, &w->slot, NULL);
	w->ended = now_ms();
	return NULL;
}

static void
begin_waiting(struct waiter *w)
{
	*w = (struct waiter){.rv = CKR_GENERAL_ERROR, .slot = 99};
	(void)take_events();
	assert_int_equal(pthread_create(&w->thread, NULL, wait_for_event, w), 0);
	sleep_ms(300);
}

static void
waiting_ends_with_the_event(void **state)
{
	struct waiter w;
	unsigned long began;

	(void)state;
	begin_waiting(&w);
	began = now_ms();
	harness_sim("remove", READER, NULL);
	assert_int_equal(pthread_join(w.thread, NULL), 0);
	assert_int_equal(w.rv, CKR_OK);
	assert_true(w.slot == AUTH || w.slot == SIGN);
	assert_true(w.ended - began < HANGS_MS);
}

static void
waiting_ends_with_finalize(void **state)
{
	struct waiter w;
	unsigned long began;

	(void)state;
	begin_waiting(&w);
	began = now_ms();
	p11_stop(f);
	assert_true(now_ms() - began < HANGS_MS);
	assert_int_equal(pthread_join(w.thread, NULL), 0);
	assert_int_equal(w.rv, CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_true(w.ended - began < HANGS_MS);
}

/* One connection to pcscd that cannot be made (no file descriptor is left, say). */
static void
a_refused_connection_for_one_reader_ends_no_login_on_the_other(void **state)
{
	struct user u = log_in(AUTH);
	CK_TOKEN_INFO info;

	(void)state;
	harness_sim("fault", "error@establish:1:SCARD_E_NO_SERVICE", NULL);
	assert_int_equal(token_info(SECOND_AUTH, &info), CKR_TOKEN_NOT_PRESENT);
	assert_true(has_token(AUTH));
	assert_int_equal(sign(&u), CKR_OK);
	assert_int_equal(token_info(SECOND_AUTH, &info), CKR_OK);
}

/* A call that fails as if pcscd were gone says nothing about the card in the other reader. */
static void
a_connection_lost_in_one_reader_is_no_news_for_the_other(void **state)
{
	struct user one, two;
	CK_TOKEN_INFO info;

	(void)state;
	assert_int_equal(token_info(AUTH, &info), CKR_OK);
	two = log_in(SECOND_AUTH);
	harness_sim("fault", "error@begin:1:SCARD_E_NO_SERVICE", NULL);
	session_ends(&two, sign(&two));
	for (int i = 0; i < 2; i++) {
		assert_true(has_token(AUTH));
		works(SIGN);
		works(SECOND_AUTH);
	}
	one = log_in(AUTH);
	two = log_in(SECOND_AUTH);
	harness_sim("fault", "error@begin:1:SCARD_E_NO_SERVICE", NULL);
	session_ends(&two, sign(&two));
	assert_true(has_token(AUTH));
	assert_int_equal(sign(&one), CKR_OK);
	works(SECOND_AUTH);
	assert_int_equal(sign(&one), CKR_OK);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		HOTPLUG(a_refused_connection_for_one_reader_ends_no_login_on_the_other),
		HOTPLUG(a_connection_lost_in_one_reader_is_no_news_for_the_other),
		HOTPLUG(events_tell_of_both_slots_once),
		HOTPLUG(events_are_not_lost_to_other_calls),
		HOTPLUG(a_swap_between_two_looks_is_an_event),
		HOTPLUG(a_swap_first_met_by_a_call_on_the_card_is_an_event),
		HOTPLUG(a_reader_coming_and_going_is_an_event),
		HOTPLUG(waiting_ends_with_the_event),
		HOTPLUG(waiting_ends_with_finalize),
	};

	readers_start(argc, argv);
	return cmocka_run_group_tests(tests, NULL, readers_restore);
}
