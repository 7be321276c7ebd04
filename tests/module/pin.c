/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user has 3 and 5 tries, and a locked PIN means a trip to a kiosk or the municipal office; and
 * a card on the table must not sign for whoever comes by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/module/attempt.h"

/* The attempt that does not reach the card. */
static void
assert_costs_nothing(CK_SLOT_ID slot, const char *pin, CK_RV expected)
{
	CK_SESSION_HANDLE session = p11_open(f, slot);
	unsigned long before = harness_verifies();

	assert_int_equal(p11_login(f, session, pin), expected);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(harness_tries(names[slot]), all_tries[slot]);
	assert_int_equal(f->C_CloseSession(session), CKR_OK);
}

static void
a_pin_of_the_wrong_shape_never_reaches_the_card(void **state)
{
	static const struct {
		CK_SLOT_ID slot;
		const char *pin;
	} rows[] = {
		{SLOT_AUTH, "1"},
		{SLOT_AUTH, "123"},
		{SLOT_AUTH, "12345"},
		{SLOT_AUTH, "123a"},
		{SLOT_AUTH, " 123"},
		{SLOT_AUTH, "１２３"},
		{SLOT_AUTH, "１２３４５"},
		{SLOT_AUTH, "一二三四"},
		{SLOT_AUTH, "\xff\xff\xff\xff"},
		{SLOT_AUTH, "1234\n"},
		{SLOT_SIGN, "ABC12"},
		{SLOT_SIGN, "ABCDEFGH123456789"},
		{SLOT_SIGN, "ABC-123"},
		{SLOT_SIGN, "ABC 123"},
		{SLOT_SIGN, "ＡＢＣ１２"},
		{SLOT_SIGN, "ＡＢＣ１２！"},
		{SLOT_SIGN, "ｱｲｳ123"},
		{SLOT_SIGN, "ABC123\r\n"},
		{SLOT_SIGN, "\xef\xbc\x41"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_costs_nothing(rows[i].slot, rows[i].pin, CKR_PIN_INCORRECT);
}

/* ssh-add -s, pdfsig and others give one PIN to all tokens. */
static void
the_pin_of_one_token_costs_the_other_nothing(void **state)
{
	(void)state;
	assert_costs_nothing(SLOT_AUTH, PIN_SIGN, CKR_PIN_INCORRECT);
	assert_costs_nothing(SLOT_SIGN, PIN_AUTH, CKR_PIN_INCORRECT);
	assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
	assert_int_equal(attempt(SLOT_SIGN, PIN_SIGN, 1), CKR_OK);
}

/* NSS and GnuTLS with a constant password ask for ever on CKR_PIN_INCORRECT. */
static void
a_program_in_a_loop_with_a_pin_of_the_wrong_shape_is_stopped(void **state)
{
	(void)state;
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		const char *other = pins[1 - slot];

		assert_costs_nothing(slot, other, CKR_PIN_INCORRECT);
		assert_costs_nothing(slot, other, CKR_PIN_INCORRECT);
		assert_costs_nothing(slot, other, CKR_PIN_INVALID);
		assert_costs_nothing(slot, other, CKR_PIN_INVALID);
		assert_int_equal(attempt(slot, pins[slot], 1), CKR_OK);
		assert_costs_nothing(slot, other, CKR_PIN_INCORRECT);
	}
}

static void
full_width_and_lower_case_are_folded(void **state)
{
	static const char *const sign[] = {"abc123", "aBc123", "ＡＢＣ１２３", "ａｂｃ123",
					   "aｂＣ１2３"};

	(void)state;
	assert_int_equal(attempt(SLOT_AUTH, "１２３４", 1), CKR_OK);
	assert_int_equal(attempt(SLOT_AUTH, "1２3４", 1), CKR_OK);
	for (size_t i = 0; i < sizeof sign / sizeof sign[0]; i++)
		assert_int_equal(attempt(SLOT_SIGN, sign[i], 1), CKR_OK);
}

static void
no_pin_and_an_empty_one_are_refused_without_asking_the_card(void **state)
{
	CK_UTF8CHAR pin[] = PIN_AUTH;
	CK_SESSION_HANDLE session = p11_open(f, SLOT_AUTH);
	unsigned long before = harness_exchanges();

	(void)state;
	assert_int_equal(f->C_Login(session, CKU_USER, NULL, 0), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_Login(session, CKU_USER, NULL, 4), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_Login(session, CKU_USER, pin, 0), CKR_PIN_LEN_RANGE);
	assert_int_equal(harness_exchanges(), before);
	assert_false(is_logged_in(session));
}

static void
a_very_long_pin_is_no_pin(void **state)
{
	const size_t size = 1 << 20;
	CK_UTF8CHAR *pin = malloc(size);
	CK_SESSION_HANDLE session = p11_open(f, SLOT_SIGN);

	(void)state;
	assert_non_null(pin);
	memset(pin, 'A', size);
	assert_int_equal(f->C_Login(session, CKU_USER, pin, size), CKR_PIN_INCORRECT);
	assert_int_equal(harness_tries("sign"), 5);
	free(pin);
}

/* At login only what cannot be is held back: an old password may be of letters alone. */
static void
a_password_without_a_digit_is_tried_at_login(void **state)
{
	(void)state;
	assert_int_equal(attempt(SLOT_SIGN, "ABCDEF", 1), CKR_PIN_INCORRECT);
	assert_int_equal(harness_tries("sign"), 4);
}

static void
a_wrong_pin_costs_one_try_and_the_right_one_gives_them_back(void **state)
{
	(void)state;
	assert_int_equal(attempt(SLOT_AUTH, "0000", 1), CKR_PIN_INCORRECT);
	assert_int_equal(harness_tries("auth"), 2);
	assert_true(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_COUNT_LOW);
	assert_int_equal(attempt(SLOT_AUTH, "0001", 1), CKR_PIN_INCORRECT);
	assert_true(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_FINAL_TRY);
	assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
	assert_int_equal(harness_tries("auth"), 3);
	assert_false(p11_token_flags(f, SLOT_AUTH) &
		     (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY));
	assert_int_equal(harness_tries("sign"), 5);
}

static void
the_same_wrong_pin_is_not_sent_twice(void **state)
{
	(void)state;
	assert_int_equal(attempt(SLOT_SIGN, "WRONG1", 1), CKR_PIN_INCORRECT);
	assert_int_equal(attempt(SLOT_SIGN, "WRONG1", 0), CKR_PIN_INCORRECT);
	assert_int_equal(attempt(SLOT_SIGN, "wrong1", 0), CKR_PIN_INVALID);
	assert_int_equal(attempt(SLOT_SIGN, "ＷＲＯＮＧ１", 0), CKR_PIN_INVALID);
	assert_int_equal(harness_tries("sign"), 4);
	assert_int_equal(attempt(SLOT_SIGN, "WRONG2", 1), CKR_PIN_INCORRECT);
	assert_int_equal(attempt(SLOT_SIGN, "WRONG1", 0), CKR_PIN_INCORRECT);
	assert_int_equal(attempt(SLOT_SIGN, "WRONG1", 0), CKR_PIN_INVALID);
	assert_int_equal(attempt(SLOT_SIGN, "WRONG2", 0), CKR_PIN_INCORRECT);
	assert_int_equal(attempt(SLOT_SIGN, "WRONG2", 0), CKR_PIN_INVALID);
	assert_int_equal(harness_tries("sign"), 3);
	assert_int_equal(attempt(SLOT_SIGN, PIN_SIGN, 1), CKR_OK);
}

/* Somebody gave the right PIN, which may be a new one: what was wrong may be right now. */
static void
a_refused_pin_is_tried_again_once_the_counter_went_up(void **state)
{
	(void)state;
	assert_int_equal(attempt(SLOT_AUTH, "5678", 1), CKR_PIN_INCORRECT);
	assert_int_equal(harness_other_program(SELECT_JPKI, SELECT_AUTH_PIN, VERIFY_AUTH,
					       SELECT_OTHER, NULL),
			 0x9000);
	assert_int_equal(attempt(SLOT_AUTH, "5678", 1), CKR_PIN_INCORRECT);
	assert_int_equal(harness_tries("auth"), 2);
}

/* The same, where it was us who gave the right PIN and another program then changed it. */
static void
a_refused_pin_that_became_the_right_one_is_taken(void **state)
{
	CK_SESSION_HANDLE session;

	(void)state;
	harness_card("alias");
	assert_int_equal(attempt(SLOT_AUTH, "5678", 1), CKR_PIN_INCORRECT);
	assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
	assert_int_equal(harness_other_program(SELECT_JPKI, SELECT_AUTH_PIN, VERIFY_AUTH,
					       CHANGE_TO_5678, SELECT_OTHER, NULL),
			 0x9000);
	assert_int_equal(attempt(SLOT_AUTH, "5678", 1), CKR_OK);
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(f->C_SetPIN(session, (CK_UTF8CHAR *)(uintptr_t)"5678", 4,
				     (CK_UTF8CHAR *)(uintptr_t)PIN_AUTH, 4),
			 CKR_OK);
}

/*
 * What a program with a stale PIN (a URI's pin-value, a service) goes through without its user:
 * the card slips, pcscd is restarted, it starts again itself.
 */
static void
reinsert(void)
{
	harness_sim("remove", NULL);
	harness_sim("insert", "adult", NULL);
}

static void
restart_pcscd(void)
{
	harness_sim("service", "stop", NULL);
	assert_int_equal(f->C_GetSlotList(CK_TRUE, NULL, &(CK_ULONG){0}), CKR_OK);
	harness_sim("service", "start", NULL);
}

static void
restart_module(void)
{
	p11_stop(f);
	p11_start(f);
}

static void
show_another_card(void)
{
	harness_sim("swap", "alias", NULL);
	assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
	harness_sim("swap", "adult", NULL);
}

static void
a_refused_pin_is_not_sent_to_that_card_again_whatever_happened_meanwhile(void **state)
{
	static void (*const meanwhile[])(void) = {reinsert, restart_pcscd, restart_module,
						  show_another_card};
	CK_RV rv;

	(void)state;
	for (size_t i = 0; i < sizeof meanwhile / sizeof meanwhile[0]; i++) {
		harness_card("adult");
		assert_int_equal(attempt(SLOT_AUTH, "0000", 1), CKR_PIN_INCORRECT);
		for (int n = 0; n < 4; n++) {
			meanwhile[i]();
			rv = attempt(SLOT_AUTH, "0000", 0);
			assert_int_equal(rv, n ? CKR_PIN_INVALID : CKR_PIN_INCORRECT);
		}
		assert_int_equal(harness_tries("auth"), 2);
		assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
	}
}

/* A phone's certificate takes the PIN to be read. */
static void
a_refused_pin_is_not_sent_to_a_phone_again_either(void **state)
{
	(void)state;
	harness_card("phone");
	assert_int_equal(attempt(SLOT_SIGN, "WRONG1", 1), CKR_PIN_INCORRECT);
	for (int i = 0; i < 3; i++) {
		harness_sim("swap", "phone", NULL);
		restart_module();
		assert_int_not_equal(attempt(SLOT_SIGN, "WRONG1", 0), CKR_OK);
	}
	assert_int_equal(harness_tries("sign"), 4);
	assert_int_equal(attempt(SLOT_SIGN, PIN_SIGN, 1), CKR_OK);
}

static void
both_tokens_of_a_phone_are_logged_in_to_side_by_side(void **state)
{
	CK_SESSION_HANDLE auth, sign;
	CK_TOKEN_INFO before, after;

	(void)state;
	harness_card("phone");
	assert_int_equal(f->C_GetTokenInfo(SLOT_AUTH, &before), CKR_OK);
	auth = p11_open(f, SLOT_AUTH);
	sign = p11_open(f, SLOT_SIGN);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(p11_login(f, auth, PIN_AUTH), CKR_OK);
		assert_int_equal(p11_login(f, sign, PIN_SIGN), CKR_OK);
		assert_int_equal(sign_something(auth), CKR_OK);
		assert_int_equal(sign_something(sign), CKR_OK);
		assert_int_equal(f->C_GetTokenInfo(SLOT_AUTH, &after), CKR_OK);
		assert_memory_equal(after.serialNumber, before.serialNumber, 16);
		assert_int_equal(f->C_Logout(auth), CKR_OK);
		assert_int_equal(f->C_Logout(sign), CKR_OK);
	}
}

static void
a_pin_that_one_card_refused_may_be_anothers(void **state)
{
	(void)state;
	assert_int_equal(attempt(SLOT_AUTH, "5678", 1), CKR_PIN_INCORRECT);
	harness_card("alias");
	assert_int_equal(attempt(SLOT_AUTH, "5678", 1), CKR_PIN_INCORRECT);
	assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
	assert_int_equal(attempt(SLOT_AUTH, "5678", 1), CKR_PIN_INCORRECT);
	harness_sim("swap", "adult", NULL);
	assert_int_equal(attempt(SLOT_AUTH, "5678", 0), CKR_PIN_INCORRECT);
}

/* The answer to each of the first commands is lost in turn, one of them being the PIN's. */
#define COMMANDS 8

static void
log_in_with_a_lost_answer(const char *how, const char *pin, int command)
{
	char order[64];

	harness_card("adult");
	(void)p11_token_flags(f, SLOT_AUTH);
	(void)snprintf(order, sizeof order, how, command);
	harness_sim("fault", order, NULL);
	(void)p11_login(f, p11_open(f, SLOT_AUTH), pin);
	harness_sim("clear", NULL);
	(void)f->C_CloseAllSessions(SLOT_AUTH);
	harness_sim("service", "start", NULL);
	harness_sim("swap", "adult", NULL);
}

static void
a_wrong_pin_whose_answer_was_lost_is_not_sent_again(void **state)
{
	static const char *const ways[] = {
		"comm-error@transmit:%d:during", "card-removed@transmit:%d:during",
		"service-stopped@transmit:%d:during", "sw@transmit:%d:6F00:during"};
	unsigned long before;
	bool lost = false;

	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		for (int command = 1; command < COMMANDS; command++) {
			before = harness_verifies();
			log_in_with_a_lost_answer(ways[i], "0000", command);
			lost |= harness_tries("auth") == 2;
			for (int n = 0; n < 3; n++) {
				assert_int_not_equal(p11_login(f, p11_open(f, SLOT_AUTH), "0000"),
						     CKR_OK);
				(void)f->C_CloseAllSessions(SLOT_AUTH);
			}
			assert_int_equal(harness_verifies(), before + 1);
			assert_int_equal(harness_tries("auth"), 2);
			assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
		}
	assert_true(lost);
}

static void
a_right_pin_whose_answer_was_lost_is_taken_again(void **state)
{
	(void)state;
	for (int command = 1; command < COMMANDS; command++) {
		log_in_with_a_lost_answer("comm-error@transmit:%d:during", PIN_AUTH, command);
		assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
		assert_int_equal(harness_tries("auth"), 3);
	}
}

/* Changed elsewhere, and the answer to the kept one is lost: it is not sent once more either. */
/* The counter cannot say that the try it counts was none. */
static void
a_right_pin_that_a_torn_out_card_counted_waits_until_its_counter_is_full(void **state)
{
	unsigned long before;
	int torn = 0;

	(void)state;
	harness_sim("set", "adult", "counter-written", "before-comparison", NULL);
	for (int command = 1; command < COMMANDS; command++) {
		log_in_with_a_lost_answer("card-removed@transmit:%d:during", PIN_AUTH, command);
		if (harness_tries("auth") == 3)
			continue;
		torn++;
		assert_int_equal(harness_tries("auth"), 2);
		before = harness_verifies();
		assert_int_equal(p11_login(f, p11_open(f, SLOT_AUTH), PIN_AUTH), CKR_PIN_INCORRECT);
		(void)f->C_CloseAllSessions(SLOT_AUTH);
		assert_int_equal(harness_verifies(), before);
		harness_sim("tries", "adult", "auth", "3", NULL);
		assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
	}
	assert_int_equal(torn, 1);
	harness_sim("set", "adult", "counter-written", "after-comparison", NULL);
}

static void
a_kept_pin_whose_answer_was_lost_is_judged_by_the_counter(void **state)
{
	CK_SESSION_HANDLE session;
	unsigned long before;
	char order[64];

	(void)state;
	for (int command = 1; command < 4; command++) {
		harness_card("alias");
		session = p11_open(f, SLOT_AUTH);
		assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
		assert_int_equal(harness_other_program(SELECT_JPKI, SELECT_AUTH_PIN, VERIFY_AUTH,
						       CHANGE_TO_5678, SELECT_OTHER, NULL),
				 0x9000);
		before = harness_verifies();
		(void)snprintf(order, sizeof order, "comm-error@transmit:%d:during", command);
		harness_sim("fault", order, NULL);
		for (int n = 0; n < 3; n++)
			assert_int_not_equal(sign_something(session), CKR_OK);
		assert_int_not_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
		assert_int_equal(harness_verifies(), before + 1);
		assert_int_equal(harness_tries("auth"), 2);
		assert_int_equal(f->C_SetPIN(session, (CK_UTF8CHAR *)(uintptr_t)"5678", 4,
					     (CK_UTF8CHAR *)(uintptr_t)PIN_AUTH, 4),
				 CKR_OK);
		assert_int_equal(f->C_CloseAllSessions(SLOT_AUTH), CKR_OK);
	}
}

/* With the card's answers of this kind: locked at the last try, and nothing sent from then on. */
static void
lock_a_pin(const char *query, const char *answer)
{
	harness_sim("set", "adult", "blocked-query", query, NULL);
	harness_sim("set", "adult", "blocked-attempt", answer, NULL);
	harness_card("adult");
	assert_int_equal(attempt(SLOT_AUTH, "0000", 1), CKR_PIN_INCORRECT);
	assert_int_equal(attempt(SLOT_AUTH, "0001", 1), CKR_PIN_INCORRECT);
	assert_int_equal(attempt(SLOT_AUTH, "0002", 1), CKR_PIN_LOCKED);
	assert_int_equal(harness_tries("auth"), 0);
	assert_int_equal(attempt(SLOT_AUTH, "0002", 0), CKR_PIN_LOCKED);
	assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 0), CKR_PIN_LOCKED);
	assert_true(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_LOCKED);
	assert_false(p11_token_flags(f, SLOT_SIGN) & CKF_USER_PIN_LOCKED);
	assert_int_equal(attempt(SLOT_SIGN, PIN_SIGN, 1), CKR_OK);
}

static void
the_attempt_that_locks_says_so_whatever_the_card_answers_then(void **state)
{
	static const char *const queries[] = {"6983", "6984", "63C0"};
	static const char *const answers[] = {"6983", "6984"};

	(void)state;
	for (size_t q = 0; q < 3; q++)
		for (size_t a = 0; a < 2; a++)
			lock_a_pin(queries[q], answers[a]);
}

static void
the_signature_password_locks_at_its_fifth_mistake(void **state)
{
	char pin[] = "WRONG0";

	(void)state;
	for (int i = 0; i < 4; i++, pin[5]++)
		assert_int_equal(attempt(SLOT_SIGN, pin, 1), CKR_PIN_INCORRECT);
	assert_int_equal(attempt(SLOT_SIGN, pin, 1), CKR_PIN_LOCKED);
	assert_int_equal(attempt(SLOT_SIGN, PIN_SIGN, 0), CKR_PIN_LOCKED);
	assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
}

static void
a_card_that_came_locked_shows_its_tokens(void **state)
{
	CK_SESSION_HANDLE session;

	(void)state;
	harness_sim("block", "adult", "auth", NULL);
	harness_sim("block", "adult", "sign", NULL);
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		assert_true(p11_has_token(f, slot));
		assert_true(p11_token_flags(f, slot) & CKF_USER_PIN_LOCKED);
		assert_int_equal(attempt(slot, pins[slot], 0), CKR_PIN_LOCKED);
		session = p11_open(f, slot);
		assert_true(p11_find(f, session, CKO_CERTIFICATE, NULL) > 0);
	}
}

/*
 * Told by the log: the last application that was selected before a VERIFY with data is one whose
 * SELECT the card said yes to.
 */
static void
assert_pins_went_to_what_was_selected(void)
{
	size_t len;
	char *text = harness_log_text(&len);
	bool selected = false;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (strstr(line, "> 00 A4 04"))
			selected = strstr(line, ", 9000") != NULL;
		else if (harness_log_has_pin(line))
			assert_true(selected);
	}
	free(text);
}

/* From exchange `at` on: `refusals` of what was asked, and two of what would open it. */
static void
order_refusals(int at, int refusals, const char *word)
{
	char fault[40];

	for (int i = 0; i < refusals + 2; i++) {
		(void)snprintf(fault, sizeof fault, "sw@transmit:%d:%s", at + i,
			       i < refusals ? word : "6F00");
		harness_sim("fault", fault, NULL);
	}
}

/*
 * A card refuses to be read (by a short id, and then by its name), and then what would make it
 * readable, the JPKI application: what is selected now nobody knows, and a PIN may be another
 * application's, whose tries it spends.
 */
static void
a_pin_goes_to_no_application_that_was_not_selected(void **state)
{
	enum { TRANSMITS = 16, WAYS = 4 };
	int logins = 0;

	(void)state;
	for (int i = 0; i < WAYS * TRANSMITS; i++) {
		CK_TOKEN_INFO info;

		harness_card("adult");
		harness_log("debug");
		order_refusals(i / WAYS + 1, i % 2 + 1, i & 2 ? "6A82" : "6983");
		p11_start(f);
		if (f->C_GetTokenInfo(SLOT_AUTH, &info) == CKR_OK) {
			logins += p11_login(f, p11_open(f, SLOT_AUTH), PIN_AUTH) == CKR_OK;
			assert_int_equal(harness_tries("auth"), 3);
		}
		p11_stop(f);
		harness_sim("clear", NULL);
		assert_pins_went_to_what_was_selected();
	}
	assert_true(logins > TRANSMITS);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		CASE(a_pin_of_the_wrong_shape_never_reaches_the_card),
		CASE(the_pin_of_one_token_costs_the_other_nothing),
		CASE(a_program_in_a_loop_with_a_pin_of_the_wrong_shape_is_stopped),
		CASE(full_width_and_lower_case_are_folded),
		CASE(no_pin_and_an_empty_one_are_refused_without_asking_the_card),
		CASE(a_very_long_pin_is_no_pin),
		CASE(a_password_without_a_digit_is_tried_at_login),
		CASE(a_wrong_pin_costs_one_try_and_the_right_one_gives_them_back),
		CASE(the_same_wrong_pin_is_not_sent_twice),
		CASE(a_refused_pin_is_tried_again_once_the_counter_went_up),
		CASE(a_refused_pin_that_became_the_right_one_is_taken),
		CASE(a_refused_pin_is_not_sent_to_that_card_again_whatever_happened_meanwhile),
		CASE(a_refused_pin_is_not_sent_to_a_phone_again_either),
		CASE(both_tokens_of_a_phone_are_logged_in_to_side_by_side),
		CASE(a_pin_that_one_card_refused_may_be_anothers),
		CASE(a_wrong_pin_whose_answer_was_lost_is_not_sent_again),
		CASE(a_right_pin_whose_answer_was_lost_is_taken_again),
		CASE(a_right_pin_that_a_torn_out_card_counted_waits_until_its_counter_is_full),
		CASE(a_kept_pin_whose_answer_was_lost_is_judged_by_the_counter),
		CASE(the_attempt_that_locks_says_so_whatever_the_card_answers_then),
		CASE(the_signature_password_locks_at_its_fifth_mistake),
		CASE(a_card_that_came_locked_shows_its_tokens),
		cmocka_unit_test_setup_teardown(a_pin_goes_to_no_application_that_was_not_selected,
						case_load, case_tear_down),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
