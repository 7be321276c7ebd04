/* SPDX-License-Identifier: BSD-2-Clause */
/* Another card in the place of the one that a PIN was typed for, or the same: it is told before the
 * PIN is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/module/two-readers.h"

static void
swap_while_unplugged(void)
{
	harness_sim("unplug", READER, NULL);
	harness_sim("swap", OTHER_CARD, READER, NULL);
	harness_sim("plug", READER, NULL);
	harness_sim("tries", OTHER_CARD, "auth", "2", NULL);
}

static void
a_card_swapped_while_unplugged_gets_no_pin(void **state)
{
	struct user u;
	unsigned long verifies;

	(void)state;
	/* Both stays have the same count of insertions. */
	harness_sim("unplug", READER, NULL);
	harness_sim("plug", READER, NULL);
	u = log_in(AUTH);
	swap_while_unplugged();
	verifies = harness_verifies();
	session_ends(&u, sign(&u));
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(harness_tries("auth"), 2);
}

static void
a_card_swapped_while_unplugged_gets_no_pin_typed_for_the_other(void **state)
{
	CK_SESSION_HANDLE session;
	unsigned long verifies;
	CK_TOKEN_INFO info;

	(void)state;
	harness_sim("unplug", READER, NULL);
	harness_sim("plug", READER, NULL);
	assert_int_equal(token_info(AUTH, &info), CKR_OK);
	session = p11_open(f, AUTH);
	swap_while_unplugged();
	verifies = harness_verifies();
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_DEVICE_REMOVED);
	assert_int_equal(session_info(session), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(harness_tries("auth"), 2);
	works(AUTH);
}

/* What ends a transaction fails, and with it the connection that shows that the card stays; then
 * another program has the card for itself. */
static void
a_card_swapped_behind_a_lost_connection_gets_no_pin(void **state)
{
	struct user u;
	unsigned long verifies;

	(void)state;
	/* Both stays have the same count of insertions. */
	harness_sim("unplug", READER, NULL);
	harness_sim("plug", READER, NULL);
	u = log_in(AUTH);
	harness_sim("fault", "error@end:1:SCARD_E_NO_MEMORY", NULL);
	harness_sim("fault", "sharing-violation@connect:1", NULL);
	(void)sign(&u);
	swap_while_unplugged();
	verifies = harness_verifies();
	session_ends(&u, sign(&u));
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(harness_tries("auth"), 2);
}

static void
a_login_outlasts_a_lost_connection_to_the_same_card(void **state)
{
	CK_TOKEN_INFO info;
	struct user u;

	(void)state;
	assert_int_equal(token_info(AUTH, &info), CKR_OK);
	u = log_in(AUTH);
	harness_sim("fault", "error@end:1:SCARD_E_NO_MEMORY", NULL);
	harness_sim("fault", "sharing-violation@connect:1", NULL);
	assert_int_equal(sign(&u), CKR_OK);
	assert_int_equal(sign(&u), CKR_OK);
}

/* Another program resets the card and then has it for itself for a while. */
static void
a_card_swapped_behind_an_exclusive_program_gets_no_pin(void **state)
{
	struct user u;
	unsigned long verifies;

	(void)state;
	harness_sim("unplug", READER, NULL);
	harness_sim("plug", READER, NULL);
	u = log_in(AUTH);
	harness_sim("fault", "card-reset@now", NULL);
	harness_sim("fault", "sharing-violation@connect:1", NULL);
	assert_int_equal(sign(&u), CKR_DEVICE_ERROR);
	swap_while_unplugged();
	verifies = harness_verifies();
	session_ends(&u, sign(&u));
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(harness_tries("auth"), 2);
}

static struct user
log_in_to_known_card(void)
{
	CK_TOKEN_INFO info;

	assert_int_equal(token_info(AUTH, &info), CKR_OK);
	return log_in(AUTH);
}

/* Nobody gets a PIN that was typed for another card. */
static void
ends_without_a_pin(const struct user *u, unsigned long verifies)
{
	session_ends(u, sign(u));
	assert_int_equal(harness_verifies(), verifies);
	harness_sim("clear", NULL);
}

static unsigned long
exchanges_of_signature(const struct user *u)
{
	unsigned long before = harness_exchanges();

	assert_int_equal(sign(u), CKR_OK);
	return harness_exchanges() - before;
}

static void
after_sleep_one_exchange_tells_the_card_before_its_pin_is_sent(void **state)
{
	struct user u = log_in_to_known_card();
	unsigned long usual = exchanges_of_signature(&u);

	(void)state;
	harness_sleep();
	assert_int_equal(exchanges_of_signature(&u), usual + 1);
	assert_int_equal(exchanges_of_signature(&u), usual);
}

static void
a_card_swapped_while_the_machine_slept_gets_no_pin(void **state)
{
	struct user u = log_in_to_known_card();
	unsigned long verifies = harness_verifies();

	(void)state;
	harness_sim("fault", "slept@now:" OTHER_CARD, NULL);
	harness_sleep();
	ends_without_a_pin(&u, verifies);
}

/* A machine may sleep while its clocks go on, and a reader stay with power: nothing tells of it. */
static void
a_card_of_which_nobody_heard_for_long_is_told_by_one_exchange(void **state)
{
	struct user u = log_in_to_known_card();
	unsigned long usual = exchanges_of_signature(&u), verifies;

	(void)state;
	harness_pass_hour();
	assert_int_equal(exchanges_of_signature(&u), usual + 1);
	assert_int_equal(exchanges_of_signature(&u), usual);
	verifies = harness_verifies();
	harness_sim("fault", "slept@now:" OTHER_CARD, NULL);
	harness_pass_hour();
	ends_without_a_pin(&u, verifies);
}

/* Nobody is logged in, and no program was told anything of the card. */
static void
a_card_swapped_while_the_machine_slept_gets_no_pin_typed_for_the_other(void **state)
{
	CK_SESSION_HANDLE session = p11_open(f, AUTH);
	unsigned long verifies = harness_verifies();

	(void)state;
	harness_sim("fault", "slept@now:" OTHER_CARD, NULL);
	harness_sleep();
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_DEVICE_REMOVED);
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(session_info(session), CKR_SESSION_HANDLE_INVALID);
	harness_sim("clear", NULL);
	works(AUTH);
}

/* Between the transaction's first command and the PIN. */
static void
a_card_swapped_in_a_sleep_within_the_call_gets_no_pin(void **state)
{
	struct user u = log_in_to_known_card();
	unsigned long verifies = harness_verifies();

	(void)state;
	harness_sim("fault", "slept@transmit:1:" OTHER_CARD ":after", NULL);
	harness_has_slept = harness_fault_struck;
	assert_int_equal(sign(&u), CKR_DEVICE_ERROR);
	assert_int_equal(harness_verifies(), verifies);
	ends_without_a_pin(&u, verifies);
}

static void
after_a_reset_one_exchange_tells_the_card_before_its_pin_is_sent(void **state)
{
	struct user u = log_in_to_known_card();
	unsigned long verifies = harness_verifies();

	(void)state;
	harness_sim("fault", "slept@now:" OTHER_CARD, NULL);
	harness_sim("fault", "card-reset@now", NULL);
	ends_without_a_pin(&u, verifies);
}

/* As after a reset of the reader that pcscd does not report. */
static void
after_an_answer_that_was_lost_the_card_is_told_before_its_pin_is_sent(void **state)
{
	struct user u = log_in_to_known_card();
	unsigned long verifies;

	(void)state;
	harness_sim("fault", "comm-error@transmit:3", NULL);
	assert_int_equal(sign(&u), CKR_DEVICE_ERROR);
	harness_sim("fault", "slept@now:" OTHER_CARD, NULL);
	verifies = harness_verifies();
	ends_without_a_pin(&u, verifies);
}

static void
a_card_that_needs_power_anew_gets_it_and_the_login_goes_on(void **state)
{
	struct user u = log_in_to_known_card();
	unsigned long verifies = harness_verifies();

	(void)state;
	harness_sim("fault", "line-dead@now", NULL);
	assert_int_equal(sign(&u), CKR_OK);
	assert_int_equal(harness_verifies(), verifies + 1);
	assert_false(harness_is_open("auth"));
	harness_sim("fault", "line-dead@transmit:2", NULL); /* the PIN itself is lost */
	assert_int_equal(sign(&u), CKR_DEVICE_ERROR);
	assert_int_equal(harness_verifies(), verifies + 1);
	assert_int_equal(sign(&u), CKR_OK);
	assert_int_equal(harness_tries("auth"), 3);
	harness_sim("clear", NULL);
}

static void
a_card_that_got_power_anew_is_told_before_its_pin_is_sent(void **state)
{
	struct user u = log_in_to_known_card();
	unsigned long verifies = harness_verifies();

	(void)state;
	harness_sim("fault", "slept@now:" OTHER_CARD, NULL);
	harness_sim("fault", "line-dead@now", NULL);
	ends_without_a_pin(&u, verifies);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		HOTPLUG(a_card_swapped_while_unplugged_gets_no_pin),
		HOTPLUG(a_card_swapped_while_unplugged_gets_no_pin_typed_for_the_other),
		HOTPLUG(a_card_swapped_behind_a_lost_connection_gets_no_pin),
		HOTPLUG(a_login_outlasts_a_lost_connection_to_the_same_card),
		HOTPLUG(a_card_swapped_behind_an_exclusive_program_gets_no_pin),
		HOTPLUG(after_sleep_one_exchange_tells_the_card_before_its_pin_is_sent),
		HOTPLUG(a_card_swapped_while_the_machine_slept_gets_no_pin),
		HOTPLUG(a_card_of_which_nobody_heard_for_long_is_told_by_one_exchange),
		HOTPLUG(a_card_swapped_while_the_machine_slept_gets_no_pin_typed_for_the_other),
		HOTPLUG(a_card_swapped_in_a_sleep_within_the_call_gets_no_pin),
		HOTPLUG(after_a_reset_one_exchange_tells_the_card_before_its_pin_is_sent),
		HOTPLUG(after_an_answer_that_was_lost_the_card_is_told_before_its_pin_is_sent),
		HOTPLUG(a_card_that_needs_power_anew_gets_it_and_the_login_goes_on),
		HOTPLUG(a_card_that_got_power_anew_is_told_before_its_pin_is_sent),
	};

	readers_start(argc, argv);
	return cmocka_run_group_tests(tests, NULL, readers_restore);
}
