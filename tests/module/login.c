/* SPDX-License-Identifier: BSD-2-Clause */
/* A login: whom it is for, how long it lasts, and that the card is left logged out after every
 * call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/module/attempt.h"

static void
only_a_user_can_log_in(void **state)
{
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
	CK_UTF8CHAR pin[] = PIN_AUTH;
	CK_SESSION_HANDLE session = p11_open(f, SLOT_AUTH);
	unsigned long before = harness_verifies();
	CK_OBJECT_HANDLE key;

	(void)state;
	assert_int_equal(f->C_Login(session, CKU_SO, pin, 4), CKR_USER_TYPE_INVALID);
	assert_int_equal(f->C_Login(session, 99, pin, 4), CKR_USER_TYPE_INVALID);
	assert_int_equal(f->C_Login(session, CKU_CONTEXT_SPECIFIC, pin, 4),
			 CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(f->C_InitPIN(session, pin, 4), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	before = harness_verifies();
	assert_int_equal(f->C_Login(session, CKU_CONTEXT_SPECIFIC, pin, 4),
			 CKR_OPERATION_NOT_INITIALIZED);
	/* CKA_ALWAYS_AUTHENTICATE is false: there is nothing to confirm. */
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	assert_int_equal(f->C_SignInit(session, &mechanism, key), CKR_OK);
	assert_int_equal(f->C_Login(session, CKU_CONTEXT_SPECIFIC, pin, 4),
			 CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(harness_verifies(), before);
}

static void
a_login_is_for_all_sessions_of_one_token(void **state)
{
	CK_SESSION_HANDLE first = p11_open(f, SLOT_AUTH), second = p11_open(f, SLOT_AUTH);
	CK_SESSION_HANDLE other = p11_open(f, SLOT_SIGN);
	unsigned long before;

	(void)state;
	assert_int_equal(p11_login(f, first, PIN_AUTH), CKR_OK);
	assert_true(is_logged_in(second));
	assert_false(is_logged_in(other));
	before = harness_verifies();
	assert_int_equal(p11_login(f, first, PIN_AUTH), CKR_USER_ALREADY_LOGGED_IN);
	assert_int_equal(p11_login(f, second, "0000"), CKR_USER_ALREADY_LOGGED_IN);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(p11_login(f, other, PIN_SIGN), CKR_OK);
	assert_int_equal(f->C_Logout(second), CKR_OK);
	assert_false(is_logged_in(first));
	assert_true(is_logged_in(other));
	assert_int_equal(sign_something(other), CKR_OK);
}

/* GnuTLS does this six times to list a token. */
static void
after_the_last_session_the_pin_is_asked_again(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++)
		assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
	assert_int_equal(harness_tries("auth"), 3);
}

static void
the_card_is_logged_out_after_every_call(void **state)
{
	CK_SESSION_HANDLE session;

	(void)state;
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		session = p11_open(f, slot);
		assert_int_equal(p11_login(f, session, pins[slot]), CKR_OK);
		case_assert_logged_out();
		assert_int_equal(sign_something(session), CKR_OK);
		assert_int_equal(f->C_Logout(session), CKR_OK);
		assert_int_equal(p11_login(f, session, slot ? "WRONG1" : "0000"),
				 CKR_PIN_INCORRECT);
		case_assert_logged_out();
		assert_int_equal(p11_login(f, session, pins[slot]), CKR_OK);
		(void)p11_token_flags(f, slot);
		case_assert_logged_out();
	}
	p11_stop(f);
	case_assert_logged_out();
	p11_start(f);
}

/* Cards without the applications whose selection logs them out (card facts 1.1 and 4). */
static void
the_card_is_logged_out_without_other_applications_too(void **state)
{
	static const char *const applications[] = {"isd-only", "absent", "present"};
	CK_SESSION_HANDLE session;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		harness_sim("set", "adult", "other-applications", applications[i], NULL);
		harness_card("adult");
		session = p11_open(f, SLOT_SIGN);
		assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
		case_assert_logged_out();
		assert_int_equal(sign_something(session), CKR_OK);
		assert_int_equal(sign_something(session), CKR_OK);
	}
}

static void
a_card_left_open_by_another_program_is_logged_out_at_first_sight(void **state)
{
	(void)state;
	assert_int_equal(harness_other_program(SELECT_JPKI, SELECT_AUTH_PIN, VERIFY_AUTH, NULL),
			 0x9000);
	assert_true(harness_is_open("auth"));
	(void)p11_token_flags(f, SLOT_AUTH);
	case_assert_logged_out();
}

static void
another_program_in_between_costs_the_user_nothing(void **state)
{
	CK_SESSION_HANDLE session = p11_open(f, SLOT_AUTH);

	(void)state;
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(harness_other_program(SELECT_OTHER, NULL), 0x9000);
	assert_int_equal(sign_something(session), CKR_OK);
	assert_int_equal(harness_other_program(SELECT_JPKI, SELECT_AUTH_PIN, VERIFY_AUTH,
					       SELECT_OTHER, NULL),
			 0x9000);
	assert_int_equal(sign_something(session), CKR_OK);
	assert_int_equal(harness_tries("auth"), 3);
}

static void
cards_that_know_one_login_at_a_time_serve_both_tokens(void **state)
{
	CK_SESSION_HANDLE auth = p11_open(f, SLOT_AUTH), sign = p11_open(f, SLOT_SIGN);

	(void)state;
	harness_sim("set", "adult", "both-logins", "exclude", NULL);
	assert_int_equal(p11_login(f, auth, PIN_AUTH), CKR_OK);
	assert_int_equal(p11_login(f, sign, PIN_SIGN), CKR_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sign_something(auth), CKR_OK);
		assert_int_equal(sign_something(sign), CKR_OK);
	}
	harness_sim("set", "adult", "both-logins", "coexist", NULL);
}

/* Changed at the municipal office's terminal or by another program, say. */
static void
a_pin_changed_elsewhere_ends_the_login_for_one_try(void **state)
{
	CK_SESSION_HANDLE session;
	unsigned long before;

	(void)state;
	harness_card("alias");
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(harness_other_program(SELECT_JPKI, SELECT_AUTH_PIN, VERIFY_AUTH,
					       CHANGE_TO_5678, SELECT_OTHER, NULL),
			 0x9000);
	assert_int_equal(sign_something(session), CKR_USER_NOT_LOGGED_IN);
	assert_false(is_logged_in(session));
	assert_int_equal(harness_tries("auth"), 2);
	before = harness_verifies();
	assert_int_equal(sign_something(session), CKR_KEY_HANDLE_INVALID); /* not to be seen */
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_PIN_INCORRECT);
	assert_int_equal(harness_verifies(), before); /* it is known to be wrong */
	assert_int_equal(p11_login(f, session, "5678"), CKR_OK);
	assert_int_equal(sign_something(session), CKR_OK);
	assert_int_equal(f->C_SetPIN(session, (CK_UTF8CHAR *)(uintptr_t)"5678", 4,
				     (CK_UTF8CHAR *)(uintptr_t)PIN_AUTH, 4),
			 CKR_OK);
}

static void
the_last_try_is_never_spent_unasked(void **state)
{
	CK_SESSION_HANDLE session = p11_open(f, SLOT_AUTH);
	unsigned long before;

	(void)state;
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	(void)harness_other_program(SELECT_JPKI, SELECT_AUTH_PIN, VERIFY_WRONG, VERIFY_WRONG,
				    SELECT_OTHER, NULL);
	assert_true(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_FINAL_TRY);
	before = harness_verifies();
	assert_int_equal(sign_something(session), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(harness_tries("auth"), 1);
	assert_false(is_logged_in(session));
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK); /* the user's own is sent */
}

static void
a_pin_locked_elsewhere_ends_the_login(void **state)
{
	CK_SESSION_HANDLE session = p11_open(f, SLOT_AUTH);

	(void)state;
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	harness_sim("block", "adult", "auth", NULL);
	assert_int_equal(sign_something(session), CKR_USER_NOT_LOGGED_IN);
	assert_false(is_logged_in(session));
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_PIN_LOCKED);
}

static void
a_lost_first_command_costs_no_try(void **state)
{
	CK_SESSION_HANDLE session;

	(void)state;
	harness_sim("set", "adult", "first-command", "6F00", NULL);
	harness_card("adult");
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(sign_something(session), CKR_OK);
	assert_int_equal(harness_tries("auth"), 3);
	harness_sim("set", "adult", "first-command", "works", NULL);
}

static void
cards_without_short_ids_keep_the_same_rules(void **state)
{
	static const char *const ids[] = {"off", "read-only", "on"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		harness_sim("set", "adult", "short-ids", ids[i], NULL);
		harness_card("adult");
		assert_int_equal(attempt(SLOT_SIGN, "WRONG1", 1), CKR_PIN_INCORRECT);
		assert_int_equal(attempt(SLOT_SIGN, "WRONG1", 0), CKR_PIN_INCORRECT);
		assert_int_equal(harness_tries("sign"), 4);
		assert_int_equal(harness_tries("auth"), 3);
		assert_int_equal(attempt(SLOT_SIGN, PIN_SIGN, 1), CKR_OK);
		assert_int_equal(attempt(SLOT_AUTH, PIN_AUTH, 1), CKR_OK);
	}
}

static void
a_login_without_a_session_is_nothing(void **state)
{
	CK_UTF8CHAR pin[] = PIN_AUTH;

	(void)state;
	assert_int_equal(f->C_Login(0, CKU_USER, pin, 4), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(f->C_Logout(12345), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(f->C_SetPIN(12345, pin, 4, pin, 4), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(f->C_Logout(p11_open(f, SLOT_AUTH)), CKR_USER_NOT_LOGGED_IN);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		CASE(only_a_user_can_log_in),
		CASE(a_login_is_for_all_sessions_of_one_token),
		CASE(after_the_last_session_the_pin_is_asked_again),
		CASE(the_card_is_logged_out_after_every_call),
		CASE(the_card_is_logged_out_without_other_applications_too),
		CASE(a_card_left_open_by_another_program_is_logged_out_at_first_sight),
		CASE(another_program_in_between_costs_the_user_nothing),
		CASE(cards_that_know_one_login_at_a_time_serve_both_tokens),
		CASE(a_pin_changed_elsewhere_ends_the_login_for_one_try),
		CASE(the_last_try_is_never_spent_unasked),
		CASE(a_pin_locked_elsewhere_ends_the_login),
		CASE(a_lost_first_command_costs_no_try),
		CASE(cards_without_short_ids_keep_the_same_rules),
		CASE(a_login_without_a_session_is_nothing),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
