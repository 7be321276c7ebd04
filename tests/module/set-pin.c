/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing a PIN. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/module/attempt.h"

static CK_RV
set_pin(CK_SESSION_HANDLE session, const char *old_pin, const char *new_pin)
{
	CK_RV rv = f->C_SetPIN(session, (CK_UTF8CHAR *)(uintptr_t)old_pin, strlen(old_pin),
			       (CK_UTF8CHAR *)(uintptr_t)new_pin, strlen(new_pin));

	case_assert_logged_out();
	return rv;
}

static void
a_new_pin_against_the_rules_is_refused_before_anything_is_sent(void **state)
{
	static const struct {
		CK_SLOT_ID slot;
		const char *old_pin, *new_pin;
		CK_RV rv;
	} rows[] = {
		{SLOT_AUTH, PIN_AUTH, "123", CKR_PIN_LEN_RANGE},
		{SLOT_AUTH, PIN_AUTH, "12345", CKR_PIN_LEN_RANGE},
		{SLOT_AUTH, PIN_AUTH, "", CKR_PIN_LEN_RANGE},
		{SLOT_AUTH, PIN_AUTH, "12a4", CKR_PIN_INVALID},
		{SLOT_SIGN, PIN_SIGN, "ABC12", CKR_PIN_LEN_RANGE},
		{SLOT_SIGN, PIN_SIGN, "ABCDEFGH123456789", CKR_PIN_LEN_RANGE},
		{SLOT_SIGN, PIN_SIGN, "ABC-12", CKR_PIN_INVALID},
		{SLOT_SIGN, PIN_SIGN, "ABCDEF", CKR_PIN_INVALID},
		{SLOT_SIGN, PIN_SIGN, "123456", CKR_PIN_INVALID},
		{SLOT_AUTH, "12345", "4321", CKR_PIN_INCORRECT},
		{SLOT_AUTH, PIN_SIGN, "4321", CKR_PIN_INCORRECT},
		{SLOT_SIGN, PIN_AUTH, "XYZ789", CKR_PIN_INCORRECT},
		{SLOT_SIGN, "", "XYZ789", CKR_PIN_LEN_RANGE},
	};
	unsigned long before = harness_verifies();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(
			set_pin(p11_open(f, rows[i].slot), rows[i].old_pin, rows[i].new_pin),
			rows[i].rv);
	assert_int_equal(f->C_SetPIN(p11_open(f, SLOT_AUTH), NULL, 0, NULL, 0), CKR_ARGUMENTS_BAD);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(harness_tries("auth"), 3);
	assert_int_equal(harness_tries("sign"), 5);
}

static void
a_wrong_old_pin_costs_a_try_and_changes_nothing(void **state)
{
	CK_SESSION_HANDLE session = p11_open(f, SLOT_SIGN);

	(void)state;
	assert_int_equal(set_pin(session, "WRONG1", "XYZ789"), CKR_PIN_INCORRECT);
	assert_int_equal(harness_tries("sign"), 4);
	assert_int_equal(set_pin(session, "WRONG1", "XYZ789"), CKR_PIN_INCORRECT);
	assert_int_equal(harness_tries("sign"), 4); /* known to be wrong */
	assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
	harness_sim("block", "adult", "auth", NULL);
	assert_int_equal(set_pin(p11_open(f, SLOT_AUTH), PIN_AUTH, "4321"), CKR_PIN_LOCKED);
}

/* As C_Login ends such loops. */
static void
a_loop_with_an_old_pin_of_the_wrong_shape_is_stopped(void **state)
{
	(void)state;
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		CK_SESSION_HANDLE session = p11_open(f, slot);
		const char *new_pin = slot == SLOT_AUTH ? "4321" : "XYZ789";

		assert_int_equal(set_pin(session, "12345678901234567", new_pin), CKR_PIN_INCORRECT);
		assert_int_equal(set_pin(session, "12345678901234567", new_pin), CKR_PIN_INCORRECT);
		assert_int_equal(set_pin(session, "12345678901234567", new_pin), CKR_PIN_INVALID);
		assert_int_equal(p11_login(f, session, "12345678901234567"), CKR_PIN_INVALID);
	}
	assert_int_equal(harness_tries("auth"), 3);
	assert_int_equal(harness_tries("sign"), 5);
}

/* Nothing that is locked is logged in: the state and C_Login say the same. */
static void
a_pin_locked_by_its_own_user_ends_the_login(void **state)
{
	CK_SESSION_HANDLE session = p11_open(f, SLOT_AUTH);
	char old_pin[] = "0000";

	(void)state;
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	for (int i = 0; i < 3; i++, old_pin[3]++)
		assert_int_equal(set_pin(session, old_pin, "4321"),
				 i < 2 ? CKR_PIN_INCORRECT : CKR_PIN_LOCKED);
	assert_false(is_logged_in(session));
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_PIN_LOCKED);
	harness_card("adult");
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	harness_sim("block", "adult", "auth", NULL);
	assert_true(p11_token_flags(f, SLOT_AUTH) & CKF_USER_PIN_LOCKED);
	assert_false(is_logged_in(session));
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_PIN_LOCKED);
}

static void
a_read_only_session_cannot_change_a_pin(void **state)
{
	CK_SESSION_HANDLE session;
	unsigned long before;

	(void)state;
	assert_int_equal(f->C_OpenSession(SLOT_AUTH, CKF_SERIAL_SESSION, NULL, NULL, &session),
			 CKR_OK);
	before = harness_exchanges();
	assert_int_equal(set_pin(session, PIN_AUTH, "4321"), CKR_SESSION_READ_ONLY);
	assert_int_equal(harness_exchanges(), before);
}

static void
change_and_change_back(CK_SLOT_ID slot, const char *typed, const char *means)
{
	CK_SESSION_HANDLE session;

	harness_card("alias");
	assert_int_equal(set_pin(p11_open(f, slot), pins[slot], typed), CKR_OK);
	assert_int_equal(f->C_CloseAllSessions(slot), CKR_OK);
	assert_int_equal(attempt(slot, pins[slot], 1), CKR_PIN_INCORRECT);
	assert_int_equal(attempt(slot, means, 1), CKR_OK);
	/* And for one who is logged in, who goes on signing. */
	session = p11_open(f, slot);
	assert_int_equal(p11_login(f, session, means), CKR_OK);
	assert_int_equal(set_pin(session, means, pins[slot]), CKR_OK);
	assert_true(is_logged_in(session));
	assert_int_equal(sign_something(session), CKR_OK);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	assert_int_equal(p11_login(f, session, pins[slot]), CKR_OK);
	assert_int_equal(harness_tries(names[slot]), all_tries[slot]);
}

static void
a_pin_can_be_changed_and_the_login_goes_on(void **state)
{
	(void)state;
	change_and_change_back(SLOT_AUTH, "4321", "4321");
	change_and_change_back(SLOT_SIGN, "XYZ789", "XYZ789");
}

static void
a_new_pin_is_folded_as_it_will_be_at_login(void **state)
{
	(void)state;
	change_and_change_back(SLOT_AUTH, "４３２１", "4321");
	change_and_change_back(SLOT_SIGN, "xyz７８９", "XYZ789");
	change_and_change_back(SLOT_SIGN, "ABCDEFGH12345678", "abcdefgh12345678");
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		CASE(a_new_pin_against_the_rules_is_refused_before_anything_is_sent),
		CASE(a_wrong_old_pin_costs_a_try_and_changes_nothing),
		CASE(a_loop_with_an_old_pin_of_the_wrong_shape_is_stopped),
		CASE(a_pin_locked_by_its_own_user_ends_the_login),
		CASE(a_read_only_session_cannot_change_a_pin),
		CASE(a_pin_can_be_changed_and_the_login_goes_on),
		CASE(a_new_pin_is_folded_as_it_will_be_at_login),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
