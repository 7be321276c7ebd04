/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the holder library asks of a person and sends to a card, with a module made here and a
 * prompt that answers from a list: no card, no terminal.
 */
#include "holder/pin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- a module ---- */

static const char *serial; /* of the card that is there */
static int tries_left, logins, changes;
static CK_ULONG told; /* tries, to the module */
static CK_RV answer;

static void
assert_pin(const char *expected, const CK_UTF8CHAR *pin, CK_ULONG len)
{
	assert_int_equal(len, strlen(expected));
	assert_memory_equal(pin, expected, len);
}

static CK_RV
open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify,
	     CK_SESSION_HANDLE *session)
{
	(void)slot;
	(void)application;
	(void)notify;
	assert_true(flags & CKF_SERIAL_SESSION);
	*session = 1;
	return CKR_OK;
}

static CK_RV
get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	(void)slot;
	*info = (CK_TOKEN_INFO){0};
	memset(info->serialNumber, ' ', sizeof info->serialNumber);
	memcpy(info->serialNumber, serial, strlen(serial));
	return CKR_OK;
}

static CK_RV
close_session(CK_SESSION_HANDLE session)
{
	assert_int_equal(session, 1);
	return CKR_OK;
}

static CK_RV
login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG len)
{
	assert_int_equal(session, 1);
	assert_int_equal(user, CKU_USER);
	assert_pin("ABC123", pin, len);
	logins++;
	return answer;
}

static CK_RV
set_pin(CK_SESSION_HANDLE session, CK_UTF8CHAR *old, CK_ULONG old_len, CK_UTF8CHAR *new,
	CK_ULONG len)
{
	assert_int_equal(session, 1);
	assert_pin("ABC123", old, old_len);
	assert_pin("NEW123", new, len);
	changes++;
	return answer;
}

static CK_RV
get_slot_status(CK_SLOT_ID slot, struct jpki_slot_status *status)
{
	(void)slot;
	status->signature_token = CK_TRUE;
	status->tries_left = tries_left;
	return CKR_OK;
}

static CK_RV
tell_tries(CK_SESSION_HANDLE session, CK_ULONG tries)
{
	assert_int_equal(session, 1);
	told = tries;
	return CKR_OK;
}

/* ---- a person ---- */

/* What is typed, in order; NULL: no more, and the prompt answers 42. */
static const char *const *typed;
static struct pin_request asked[8];
static size_t questions;

static int
ask_pin(void *context, const struct pin_request *request, struct pin *pin)
{
	(void)context;
	assert_true(questions < sizeof asked / sizeof asked[0]);
	asked[questions++] = *request;
	if (!*typed)
		return 42;
	if (strlen(*typed) >= sizeof pin->text) {
		typed++;
		return PIN_TOO_LONG;
	}
	pin->len = strlen(*typed);
	memcpy(pin->text, *typed++, pin->len + 1);
	return PIN_GIVEN;
}

static CK_FUNCTION_LIST functions = {
	.C_GetTokenInfo = get_token_info,
	.C_OpenSession = open_session,
	.C_CloseSession = close_session,
	.C_Login = login,
	.C_SetPIN = set_pin,
};
static const struct jpki_functions jpki = {
	.get_slot_status = get_slot_status,
	.tell_tries = tell_tries,
};
static struct reader reader = {.name = "Reader", .serial = "0123"};
static struct module module = {.f = &functions, .jpki = &jpki, .person = {.ask_pin = ask_pin}};

/* With that many tries left, that answer of the card, and what is typed. */
static void
begin(int left, CK_RV rv, const char *const entries[])
{
	serial = reader.serial;
	questions = 0;
	logins = changes = 0;
	told = 0;
	module.person.types_once = false;
	reader.tokens[KEY_SIGN].status.tries_left = left;
	tries_left = left;
	answer = rv;
	typed = entries;
}

static struct outcome
log_in(void)
{
	const struct session session = {&module, &reader, KEY_SIGN, 1};

	return pin_login(&session);
}

/* ---- logging in ---- */

static void
a_prompt_is_told_what_it_needs(void **state)
{
	char lengthy[PIN_TYPED + 1];
	const char *const entries[] = {"abc", "abc 12", lengthy, "ａｂｃ１２３", NULL};
	static const enum pin_fault faults[] = {PIN_FINE, PIN_LENGTH, PIN_CHARACTER, PIN_LENGTH};

	(void)state;
	memset(lengthy, 'a', sizeof lengthy);
	lengthy[PIN_TYPED] = '\0';
	begin(1, CKR_OK, entries);
	assert_int_equal(log_in().what, OUTCOME_OK);
	assert_int_equal(logins, 1);
	assert_int_equal(told, 1); /* so the module knows what the person knew */
	assert_int_equal(questions, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(asked[i].key, KEY_SIGN);
		assert_int_equal(asked[i].question, PIN_NOW);
		assert_ptr_equal(asked[i].reader, &reader);
		assert_int_equal(asked[i].tries_left, 1);
		assert_int_equal(asked[i].entry, i);
		assert_int_equal(asked[i].fault, faults[i]);
	}
}

static void
a_prompt_without_a_pin_ends_it_with_its_code(void **state)
{
	const char *const entries[] = {"abc", NULL};
	struct outcome outcome;

	(void)state;
	begin(5, CKR_OK, entries);
	outcome = log_in();
	assert_int_equal(outcome.what, OUTCOME_NO_PIN);
	assert_int_equal(outcome.code, 42);
	assert_int_equal(logins, 0);
}

static void
a_locked_pin_is_not_asked_for(void **state)
{
	const char *const entries[] = {"ABC123", NULL};

	(void)state;
	begin(0, CKR_OK, entries);
	assert_int_equal(log_in().what, OUTCOME_PIN_LOCKED);
	assert_int_equal(pin_change(&module, &reader, KEY_SIGN).what, OUTCOME_PIN_LOCKED);
	assert_int_equal(questions + (size_t)logins, 0);
}

static void
a_wrong_pin_says_how_many_tries_are_left(void **state)
{
	const char *const entries[] = {"ABC123", NULL};
	struct outcome outcome;

	(void)state;
	begin(5, CKR_PIN_INCORRECT, entries);
	tries_left = 4;
	outcome = log_in();
	assert_int_equal(outcome.what, OUTCOME_PIN_WRONG);
	assert_int_equal(outcome.tries_left, 4);
	assert_true(outcome.is_spent);
	/* refused by the module, which remembered it */
	begin(4, CKR_PIN_INCORRECT, entries);
	outcome = log_in();
	assert_int_equal(outcome.tries_left, 4);
	assert_false(outcome.is_spent);
	/* the last one */
	begin(1, CKR_PIN_LOCKED, entries);
	tries_left = 0;
	outcome = log_in();
	assert_int_equal(outcome.what, OUTCOME_PIN_WRONG);
	assert_int_equal(outcome.tries_left, 0);
}

/* ---- another card ---- */

static void
a_card_that_came_after_the_look_is_not_asked_for_its_pin(void **state)
{
	const char *const entries[] = {"ABC123", "NEW123", "NEW123", NULL};
	struct session session;

	(void)state;
	begin(5, CKR_OK, entries);
	serial = "4567";
	assert_int_equal(pin_change(&module, &reader, KEY_SIGN).what, OUTCOME_REMOVED);
	assert_int_equal(pin_session(&session, &module, &reader, KEY_SIGN).what, OUTCOME_REMOVED);
	assert_int_equal(questions, 0);
	assert_int_equal(logins + changes, 0);
}

/* ---- changing ---- */

static void
a_new_pin_is_typed_twice_until_it_is_the_same(void **state)
{
	const char *const entries[] = {"abc123", "new123", "new124", "newnew",
				       "new123", "new123", NULL};
	static const struct {
		enum pin_question question;
		int entry, round;
		enum pin_fault fault;
	} expected[] = {
		{PIN_NOW, 0, 0, PIN_FINE},	 {PIN_NEW, 0, 0, PIN_FINE},
		{PIN_AGAIN, 0, 0, PIN_FINE},	 {PIN_NEW, 0, 1, PIN_DIFFERS},
		{PIN_NEW, 1, 1, PIN_NEEDS_BOTH}, {PIN_AGAIN, 0, 1, PIN_FINE},
	};

	(void)state;
	begin(5, CKR_OK, entries);
	assert_int_equal(pin_change(&module, &reader, KEY_SIGN).what, OUTCOME_OK);
	assert_int_equal(changes, 1);
	assert_int_equal(questions, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(asked[i].question, expected[i].question);
		assert_int_equal(asked[i].entry, expected[i].entry);
		assert_int_equal(asked[i].round, expected[i].round);
		assert_int_equal(asked[i].fault, expected[i].fault);
	}
}

static void
a_script_types_a_new_pin_once(void **state)
{
	const char *const entries[] = {"ABC123", "NEW123", NULL};

	(void)state;
	begin(5, CKR_OK, entries);
	module.person.types_once = true;
	assert_int_equal(pin_change(&module, &reader, KEY_SIGN).what, OUTCOME_OK);
	assert_int_equal(changes, 1);
}

static void
nothing_is_sent_where_the_new_pin_is_the_old_one(void **state)
{
	const char *const entries[] = {"ABC123", "abc123", NULL};

	(void)state;
	begin(5, CKR_OK, entries);
	assert_int_equal(pin_change(&module, &reader, KEY_SIGN).what, OUTCOME_PIN_SAME);
	assert_int_equal(changes, 0);
}

static void
a_change_without_an_answer_is_open(void **state)
{
	const char *const entries[] = {"ABC123", "NEW123", "NEW123", NULL};
	struct outcome outcome;

	(void)state;
	begin(5, CKR_DEVICE_REMOVED, entries);
	outcome = pin_change(&module, &reader, KEY_SIGN);
	assert_int_equal(outcome.what, OUTCOME_REMOVED);
	assert_true(outcome.is_open);
	/* a wrong old one is no doubt */
	begin(5, CKR_PIN_INCORRECT, entries);
	tries_left = 4;
	outcome = pin_change(&module, &reader, KEY_SIGN);
	assert_int_equal(outcome.what, OUTCOME_PIN_WRONG);
	assert_false(outcome.is_open);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prompt_is_told_what_it_needs),
		cmocka_unit_test(a_prompt_without_a_pin_ends_it_with_its_code),
		cmocka_unit_test(a_locked_pin_is_not_asked_for),
		cmocka_unit_test(a_wrong_pin_says_how_many_tries_are_left),
		cmocka_unit_test(a_card_that_came_after_the_look_is_not_asked_for_its_pin),
		cmocka_unit_test(a_new_pin_is_typed_twice_until_it_is_the_same),
		cmocka_unit_test(a_script_types_a_new_pin_once),
		cmocka_unit_test(nothing_is_sent_where_the_new_pin_is_the_old_one),
		cmocka_unit_test(a_change_without_an_answer_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
