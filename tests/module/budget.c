/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/bench/steps.h"
#include "tests/module/case.h"

/*
 * What each step may cost in exchanges with the card, each by a fresh start of the module on a
 * card that was just put in. The steps and their budgets are in tests/bench/steps.c.
 */

static int
put_card_in(void **state)
{
	(void)state;
	f = harness_module("jpki-pkcs11");
	harness_sim("swap", "adult", NULL);
	harness_sim("set", "adult", "short-ids", "on", NULL);
	return 0;
}

static void
run_calls(struct bench_p11 *p, const struct bench_call *const calls[])
{
	const struct bench_call *failed = NULL;
	CK_RV rv = bench_run_calls(p, calls, &failed);

	if (rv != CKR_OK)
		fail_msg("%s: 0x%08lx", failed->name, rv);
}

static unsigned long
measure(const struct bench_step *step)
{
	struct bench_p11 p = {.f = f};
	unsigned long start;

	harness_stop_clock(); /* what is known for a second stays known on the slowest machine */
	run_calls(&p, step->before);
	start = harness_exchanges();
	run_calls(&p, step->counted);
	return harness_exchanges() - start;
}

static void
assert_within(const struct bench_step *step, unsigned long most)
{
	unsigned long exchanges = measure(step);

	if (exchanges > most)
		fail_msg("%s: %lu exchanges, at most %lu are allowed", step->name, exchanges, most);
}

/* One of these for each step, named after it. */
static void
step_keeps_within_its_budget(void **state)
{
	const struct bench_step *step = *state;

	assert_within(step, step->budget);
}

static void
without_short_ids_step_costs_one_more_per_file(void **state)
{
	const struct bench_step *step = *state;

	harness_sim("set", "adult", "short-ids", "off", NULL);
	assert_within(step, step->budget + step->addressed);
}

static void
with_short_ids_for_reading_only_step_costs_one_more_per_file(void **state)
{
	const struct bench_step *step = *state;

	harness_sim("set", "adult", "short-ids", "read-only", NULL);
	assert_within(step, step->budget + step->addressed);
}

/* A start after which nothing about slots and tokens is new. */
static void
look_at_tokens(struct bench_p11 *p)
{
	run_calls(p, bench_steps[1].counted);
	p->session = p11_open(f, p->slots[0]);
}

static void
slot_info_costs_nothing_after_the_first_look(void **state)
{
	struct bench_p11 p = {.f = f};
	unsigned long start;
	CK_SLOT_INFO info;

	(void)state;
	look_at_tokens(&p);
	start = harness_exchanges();
	for (int i = 0; i < 2; i++) {
		assert_int_equal(f->C_GetSlotInfo(p.slots[i], &info), CKR_OK);
		assert_true(info.flags & CKF_TOKEN_PRESENT);
	}
	assert_int_equal(harness_exchanges(), start);
}

static void
session_info_costs_nothing(void **state)
{
	struct bench_p11 p = {.f = f};
	CK_SESSION_INFO info;
	unsigned long start;

	(void)state;
	look_at_tokens(&p);
	start = harness_exchanges();
	assert_int_equal(f->C_GetSessionInfo(p.session, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RW_PUBLIC_SESSION);
	assert_int_equal(harness_exchanges(), start);
	assert_int_equal(p11_login(f, p.session, PIN_AUTH), CKR_OK);
	start = harness_exchanges();
	assert_int_equal(f->C_GetSessionInfo(p.session, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RW_USER_FUNCTIONS);
	assert_int_equal(harness_exchanges(), start);
}

static void
asking_for_the_length_of_a_signature_costs_nothing(void **state)
{
	static uint8_t data[] = "data";
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	struct bench_p11 p = {.f = f};
	unsigned long start;
	CK_OBJECT_HANDLE key;
	uint8_t room[255];
	CK_ULONG len = 0;

	(void)state;
	look_at_tokens(&p);
	assert_int_equal(p11_login(f, p.session, PIN_AUTH), CKR_OK);
	assert_int_equal(p11_find(f, p.session, CKO_PRIVATE_KEY, &key), 1);
	start = harness_exchanges();
	assert_int_equal(f->C_SignInit(p.session, &mechanism, key), CKR_OK);
	assert_int_equal(f->C_Sign(p.session, data, sizeof data, NULL, &len), CKR_OK);
	assert_int_equal(len, 256);
	len = sizeof room;
	assert_int_equal(f->C_Sign(p.session, data, sizeof data, room, &len), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(len, 256);
	assert_int_equal(f->C_SignUpdate(p.session, data, sizeof data), CKR_OK);
	assert_int_equal(f->C_SignFinal(p.session, NULL, &len), CKR_OK);
	assert_int_equal(len, 256);
	assert_int_equal(harness_exchanges(), start);
}

static CK_FLAGS
flags_of_both(void)
{
	return p11_token_flags(f, SLOT_AUTH) | p11_token_flags(f, SLOT_SIGN);
}

static void
token_info_within_a_second_costs_nothing(void **state)
{
	struct bench_p11 p = {.f = f};
	unsigned long start;

	(void)state;
	harness_stop_clock();
	look_at_tokens(&p);
	start = harness_exchanges();
	for (int i = 0; i < 3; i++) {
		harness_move_clock(333);
		assert_int_equal(flags_of_both() & CKF_USER_PIN_COUNT_LOW, 0);
	}
	assert_int_equal(harness_exchanges(), start);
}

/* Also where programs ask all the time. */
static void
token_info_is_never_older_than_a_second(void **state)
{
	struct bench_p11 p = {.f = f};
	unsigned long start;

	(void)state;
	harness_stop_clock();
	look_at_tokens(&p);
	harness_sim("tries", "adult", "sign", "4", NULL);
	harness_move_clock(999);
	start = harness_exchanges();
	assert_int_equal(flags_of_both() & CKF_USER_PIN_COUNT_LOW, 0);
	assert_int_equal(harness_exchanges(), start);
	harness_move_clock(1);
	assert_true(flags_of_both() & CKF_USER_PIN_COUNT_LOW);
	assert_true(harness_exchanges() > start);
	harness_sim("tries", "adult", "sign", "5", NULL);
	harness_sleep(); /* it may be another card */
	assert_int_equal(flags_of_both() & CKF_USER_PIN_COUNT_LOW, 0);
}

static void
token_info_after_a_pin_is_what_the_card_says_then(void **state)
{
	struct bench_p11 p = {.f = f};

	(void)state;
	harness_stop_clock();
	look_at_tokens(&p);
	assert_int_equal(p11_login(f, p.session, "9999"), CKR_PIN_INCORRECT);
	assert_true(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_COUNT_LOW);
	assert_int_equal(p11_login(f, p.session, PIN_AUTH), CKR_OK);
	assert_int_equal(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_COUNT_LOW, 0);
}

/* The card's answer to a PIN tells its counter too; of another PIN's it says nothing. */
static void
token_info_right_after_a_pin_costs_nothing(void **state)
{
	struct bench_p11 p = {.f = f};
	unsigned long start;

	(void)state;
	harness_stop_clock();
	look_at_tokens(&p);
	assert_int_equal(p11_login(f, p.session, "9999"), CKR_PIN_INCORRECT);
	start = harness_exchanges();
	assert_true(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_COUNT_LOW);
	assert_int_equal(harness_exchanges(), start);
	assert_int_equal(p11_login(f, p.session, PIN_AUTH), CKR_OK);
	start = harness_exchanges();
	assert_int_equal(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_COUNT_LOW, 0);
	assert_int_equal(harness_exchanges(), start);
	(void)p11_token_flags(f, SLOT_SIGN);
	assert_true(harness_exchanges() > start);
}

static void
tries_of_others_are_seen_a_second_after_a_pin(void **state)
{
	struct bench_p11 p = {.f = f};

	(void)state;
	harness_stop_clock();
	look_at_tokens(&p);
	assert_int_equal(p11_login(f, p.session, PIN_AUTH), CKR_OK);
	harness_sim("tries", "adult", "auth", "1", NULL);
	harness_move_clock(999);
	assert_int_equal(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_FINAL_TRY, 0);
	harness_move_clock(1);
	assert_true(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_FINAL_TRY);
	harness_sim("tries", "adult", "auth", "3", NULL);
}

/* Nobody knows then what has become of the try. */
static void
token_info_after_a_pin_without_an_answer_is_asked_for(void **state)
{
	struct bench_p11 p = {.f = f};
	bool spent = false;
	char fault[64];
	CK_RV rv;

	(void)state;
	harness_stop_clock();
	look_at_tokens(&p);
	for (int command = 1; !spent && command <= 8; command++) {
		(void)snprintf(fault, sizeof fault, "sw@transmit:%d:6F00:during", command);
		harness_sim("fault", fault, NULL);
		rv = p11_login(f, p.session, "9999");
		harness_sim("clear", NULL);
		spent = harness_tries("auth") < 3 && rv != CKR_PIN_INCORRECT;
		if (!spent)
			assert_int_equal(p11_login(f, p.session, PIN_AUTH), CKR_OK);
		(void)f->C_Logout(p.session);
	}
	assert_true(spent);
	assert_true(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_COUNT_LOW);
	assert_int_equal(p11_login(f, p.session, PIN_AUTH), CKR_OK);
}

/* What the counter says before a typed PIN is never out of date. */
static void
the_counter_is_asked_before_each_typed_pin(void **state)
{
	struct bench_p11 p = {.f = f};
	unsigned long verifies;

	(void)state;
	harness_stop_clock();
	look_at_tokens(&p);
	harness_sim("tries", "adult", "auth", "0", NULL);
	verifies = harness_verifies();
	assert_int_equal(p11_login(f, p.session, PIN_AUTH), CKR_PIN_LOCKED);
	assert_int_equal(harness_verifies(), verifies);
	harness_sim("tries", "adult", "auth", "3", NULL);
}

static CK_ULONG
count_found(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG length)
{
	CK_OBJECT_HANDLE found[16];
	CK_ULONG count = 0;

	assert_int_equal(f->C_FindObjectsInit(session, template, length), CKR_OK);
	assert_int_equal(f->C_FindObjects(session, found, 16, &count), CKR_OK);
	assert_int_equal(f->C_FindObjectsFinal(session), CKR_OK);
	return count;
}

static void
search_in_many_ways(CK_SESSION_HANDLE session, CK_ULONG private_objects)
{
	CK_OBJECT_CLASS certificate = CKO_CERTIFICATE;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_BYTE id = 1;
	static char label[] = "User Authentication Certificate";
	CK_ATTRIBUTE by_class[] = {{CKA_CLASS, &certificate, sizeof certificate}};
	CK_ATTRIBUTE by_id[] = {{CKA_ID, &id, sizeof id}};
	CK_ATTRIBUTE by_label[] = {{CKA_LABEL, label, sizeof label - 1}};
	CK_ATTRIBUTE by_privacy[] = {{CKA_PRIVATE, &yes, sizeof yes}};
	CK_ATTRIBUTE by_all[] = {by_class[0], by_id[0], by_label[0], {CKA_PRIVATE, &no, sizeof no}};

	assert_true(count_found(session, by_class, 1) >= 1);
	assert_true(count_found(session, by_id, 1) >= 2);
	assert_int_equal(count_found(session, by_label, 1), 1);
	assert_int_equal(count_found(session, by_privacy, 1), private_objects);
	assert_int_equal(count_found(session, by_all, 4), 1);
}

static void
searches_by_class_id_label_or_privacy_cost_nothing(void **state)
{
	struct bench_p11 p = {.f = f};
	unsigned long start;

	(void)state;
	look_at_tokens(&p);
	start = harness_exchanges();
	search_in_many_ways(p.session, 0);
	assert_int_equal(harness_exchanges(), start);
	assert_int_equal(p11_login(f, p.session, PIN_AUTH), CKR_OK);
	start = harness_exchanges();
	search_in_many_ways(p.session, 1);
	assert_int_equal(harness_exchanges(), start);
}

static const struct {
	const char *promise;
	CMUnitTestFunction test;
} promises[] = {
	{"keeps within its budget", step_keeps_within_its_budget},
	{"without short ids: one more per VERIFY, file and signature",
	 without_short_ids_step_costs_one_more_per_file},
	{"with short ids for reading only: one more per VERIFY and signature",
	 with_short_ids_for_reading_only_step_costs_one_more_per_file},
};
#define PROMISES (sizeof promises / sizeof promises[0])
#define STEPS_MAX 64

static int
run_steps(void)
{
	static struct CMUnitTest tests[STEPS_MAX];
	static char titles[STEPS_MAX][160];
	size_t n = 0;

	for (size_t i = 0; i < PROMISES; i++)
		for (size_t k = 0; k < bench_step_count; k++, n++) {
			assert_true(n < STEPS_MAX);
			(void)snprintf(titles[n], sizeof titles[n], "%s: %s", bench_steps[k].name,
				       promises[i].promise);
			tests[n] = (struct CMUnitTest){titles[n], promises[i].test, put_card_in,
						       case_tear_down,
						       (void *)(uintptr_t)&bench_steps[k]};
		}
	return _cmocka_run_group_tests("steps", tests, n, NULL, NULL);
}

static int
run_free_calls(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(slot_info_costs_nothing_after_the_first_look,
						put_card_in, case_tear_down),
		cmocka_unit_test_setup_teardown(token_info_within_a_second_costs_nothing,
						put_card_in, case_tear_down),
		cmocka_unit_test_setup_teardown(token_info_is_never_older_than_a_second,
						put_card_in, case_tear_down),
		cmocka_unit_test_setup_teardown(token_info_after_a_pin_is_what_the_card_says_then,
						put_card_in, case_tear_down),
		cmocka_unit_test_setup_teardown(the_counter_is_asked_before_each_typed_pin,
						put_card_in, case_tear_down),
		cmocka_unit_test_setup_teardown(token_info_right_after_a_pin_costs_nothing,
						put_card_in, case_tear_down),
		cmocka_unit_test_setup_teardown(tries_of_others_are_seen_a_second_after_a_pin,
						put_card_in, case_tear_down),
		cmocka_unit_test_setup_teardown(
			token_info_after_a_pin_without_an_answer_is_asked_for, put_card_in,
			case_tear_down),
		cmocka_unit_test_setup_teardown(session_info_costs_nothing, put_card_in,
						case_tear_down),
		cmocka_unit_test_setup_teardown(asking_for_the_length_of_a_signature_costs_nothing,
						put_card_in, case_tear_down),
		cmocka_unit_test_setup_teardown(searches_by_class_id_label_or_privacy_cost_nothing,
						put_card_in, case_tear_down),
	};

	return cmocka_run_group_tests_name("calls that cost nothing", tests, NULL, NULL);
}

int
main(int argc, char *argv[])
{
	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return run_steps() + run_free_calls();
}
