/* SPDX-License-Identifier: BSD-2-Clause */
/* Cards, readers and the service come and go: what sessions, handles and logins make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/module/two-readers.h"

/* Insertion and removal. */

static void
a_card_put_in_after_initialize_is_found(void **state)
{
	CK_TOKEN_INFO info;

	(void)state;
	harness_sim("remove", READER, NULL);
	assert_false(has_token(AUTH));
	assert_int_equal(token_info(AUTH, &info), CKR_TOKEN_NOT_PRESENT);
	harness_sim("insert", CARD, READER, NULL);
	assert_true(has_token(AUTH));
	assert_true(has_token(SIGN));
	works(AUTH);
	works(SIGN);
}

static void
a_card_taken_out_empties_both_slots(void **state)
{
	CK_TOKEN_INFO info;
	CK_SESSION_HANDLE session;

	(void)state;
	works(AUTH);
	harness_sim("remove", READER, NULL);
	for (CK_SLOT_ID slot = AUTH; slot <= SIGN; slot++) {
		assert_false(has_token(slot));
		assert_int_equal(token_info(slot, &info), CKR_TOKEN_NOT_PRESENT);
		assert_int_equal(f->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session),
				 CKR_TOKEN_NOT_PRESENT);
	}
	assert_true(has_token(SECOND_AUTH));
}

static CK_RV
begin_search(struct user *u)
{
	static const uint8_t value[] = {0x30};
	CK_ATTRIBUTE a = {CKA_VALUE, (void *)(uintptr_t)value, sizeof value};

	return f->C_FindObjectsInit(u->session, &a, 1);
}

static CK_RV
begin_signature(struct user *u)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	CK_RV rv = f->C_SignInit(u->session, &mechanism, u->key);

	return rv == CKR_OK ? f->C_SignUpdate(u->session, (CK_BYTE *)(uintptr_t)"text", 4) : rv;
}

static CK_RV
finish_signature(struct user *u)
{
	CK_BYTE signature[256];
	CK_ULONG len = sizeof signature;

	return f->C_SignFinal(u->session, signature, &len);
}

static CK_RV
change_pin(struct user *u)
{
	CK_UTF8CHAR old[] = PIN_AUTH, new[] = "5678";

	return f->C_SetPIN(u->session, old, 4, new, 4);
}

static CK_RV
log_in_second(struct user *u)
{
	CK_SESSION_HANDLE session = p11_open(f, SIGN);
	CK_RV rv;

	harness_sim("remove", READER, NULL);
	rv = p11_login(f, session, PIN_SIGN);
	u->session = session;
	return rv;
}

static CK_RV
sign_at_once(struct user *u)
{
	return sign(u);
}

static CK_RV
nothing(struct user *u)
{
	(void)u;
	return CKR_OK;
}

static const struct operation {
	const char *name;
	CK_RV (*before)(struct user *u); /* the card is taken out behind it */
	CK_RV (*after)(struct user *u);
} operations[] = {
	{"search", nothing, begin_search},
	{"one-shot signature", nothing, sign_at_once},
	{"signature in parts", begin_signature, finish_signature},
	{"PIN change", nothing, change_pin},
};

static void
a_card_taken_out_in_the_middle_ends_sessions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
		struct user u = log_in(AUTH);

		assert_int_equal(operations[i].before(&u), CKR_OK);
		harness_sim("remove", READER, NULL);
		session_ends(&u, operations[i].after(&u));
		harness_sim("insert", CARD, READER, NULL);
		works(AUTH);
	}
}

static void
a_card_taken_out_before_the_login_gets_no_pin(void **state)
{
	struct user u;
	unsigned long verifies = harness_verifies();

	(void)state;
	session_ends(&u, log_in_second(&u));
	harness_sim("insert", CARD, READER, NULL);
	assert_int_equal(harness_verifies(), verifies);
}

static void
a_removal_ends_the_sessions_of_both_tokens(void **state)
{
	struct user auth = log_in(AUTH), sign_user = log_in(SIGN);

	(void)state;
	harness_sim("remove", READER, NULL);
	assert_int_equal(sign(&auth), CKR_DEVICE_REMOVED);
	assert_int_equal(sign(&sign_user), CKR_SESSION_HANDLE_INVALID);
}

static void
a_card_put_back_needs_a_new_login(void **state)
{
	struct user u = log_in(AUTH);
	unsigned long verifies;
	CK_SESSION_HANDLE session;

	(void)state;
	harness_sim("remove", READER, NULL);
	harness_sim("insert", CARD, READER, NULL);
	verifies = harness_verifies();
	session_ends(&u, sign(&u));
	assert_int_equal(harness_verifies(), verifies);
	session = p11_open(f, AUTH);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, NULL), 0);
	works(AUTH);
}

static void
objects_of_a_card_that_left_are_gone(void **state)
{
	CK_SESSION_HANDLE session = p11_open(f, AUTH);
	CK_OBJECT_HANDLE certificate;
	CK_ATTRIBUTE label = {CKA_LABEL, NULL, 0};

	(void)state;
	assert_true(p11_find(f, session, CKO_CERTIFICATE, &certificate) > 0);
	harness_sim("swap", OTHER_CARD, READER, NULL);
	assert_true(has_token(AUTH));
	session = p11_open(f, AUTH);
	assert_int_equal(f->C_GetAttributeValue(session, certificate, &label, 1),
			 CKR_OBJECT_HANDLE_INVALID);
}

/* Another person's card. */

static void
another_persons_card_gets_no_pin(void **state)
{
	struct user u = log_in(AUTH), v = log_in(SIGN);
	unsigned long verifies;

	(void)state;
	harness_sim("swap", OTHER_CARD, READER, NULL);
	harness_sim("tries", OTHER_CARD, "auth", "2", NULL);
	harness_sim("tries", OTHER_CARD, "sign", "4", NULL);
	verifies = harness_verifies();
	session_ends(&u, sign(&u));
	assert_int_equal(sign(&v), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(harness_verifies(), verifies);
	/* A right PIN would have set them back as well. */
	assert_int_equal(harness_tries("auth"), 2);
	assert_int_equal(harness_tries("sign"), 4);
}

static void
another_persons_card_works_in_its_own_right(void **state)
{
	CK_TOKEN_INFO one, two;

	(void)state;
	works(AUTH);
	assert_int_equal(token_info(AUTH, &one), CKR_OK);
	harness_sim("swap", OTHER_CARD, READER, NULL);
	works(AUTH);
	works(SIGN);
	assert_int_equal(token_info(AUTH, &two), CKR_OK);
	assert_memory_not_equal(one.serialNumber, two.serialNumber, sizeof one.serialNumber);
}

/* Readers. */

static void
an_unplugged_reader_keeps_its_slots(void **state)
{
	CK_ULONG before = 0, after = 0;
	struct user u = log_in(AUTH);

	(void)state;
	assert_int_equal(f->C_GetSlotList(CK_FALSE, NULL, &before), CKR_OK);
	harness_sim("unplug", READER, NULL);
	session_ends(&u, sign(&u));
	assert_false(has_token(AUTH));
	assert_int_equal(f->C_GetSlotList(CK_FALSE, NULL, &after), CKR_OK);
	assert_int_equal(before, after);
	harness_sim("plug", READER, NULL);
	assert_true(has_token(AUTH));
	works(AUTH);
	works(SIGN);
	assert_int_equal(f->C_GetSlotList(CK_FALSE, NULL, &after), CKR_OK);
	assert_int_equal(before, after);
}

static void
a_reader_unplugged_for_a_moment_ends_the_login(void **state)
{
	struct user u = log_in(AUTH);
	unsigned long verifies;

	(void)state;
	harness_sim("unplug", READER, NULL);
	harness_sim("plug", READER, NULL);
	verifies = harness_verifies();
	session_ends(&u, sign(&u));
	assert_int_equal(harness_verifies(), verifies);
	works(AUTH);
}

/* The service. */

static void
a_service_that_stops_takes_the_tokens_with_it(void **state)
{
	struct user u = log_in(AUTH);
	CK_TOKEN_INFO info;

	(void)state;
	harness_sim("service", "stop", NULL);
	session_ends(&u, sign(&u));
	assert_false(has_token(AUTH));
	assert_int_equal(token_info(AUTH, &info), CKR_TOKEN_NOT_PRESENT);
	harness_sim("service", "start", NULL);
	assert_true(has_token(AUTH));
	works(AUTH);
	works(SIGN);
}

static void
a_service_restarted_unseen_ends_the_login(void **state)
{
	struct user u = log_in(AUTH);
	unsigned long verifies;

	(void)state;
	harness_sim("service", "stop", NULL);
	harness_sim("service", "start", NULL);
	verifies = harness_verifies();
	session_ends(&u, sign(&u));
	assert_int_equal(harness_verifies(), verifies);
	works(AUTH);
	works(SECOND_AUTH);
}

static void
a_service_started_after_initialize_is_found(void **state)
{
	CK_ULONG count = 0;

	(void)state;
	p11_stop(f);
	harness_sim("service", "stop", NULL);
	p11_start(f);
	assert_int_equal(f->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);
	assert_int_equal(count, 2);
	assert_false(has_token(AUTH));
	harness_sim("service", "start", NULL);
	assert_true(has_token(AUTH));
	works(AUTH);
}

/* Cards of other kinds. */

static void
a_foreign_card_is_asked_once_and_left_alone(void **state)
{
	CK_ULONG count = 0;
	CK_TOKEN_INFO info;
	unsigned long exchanges;

	(void)state;
	harness_sim("swap", "foreign", READER, NULL);
	assert_false(has_token(AUTH));
	exchanges = harness_exchanges();
	for (int i = 0; i < 5; i++) {
		assert_false(has_token(AUTH));
		assert_int_equal(token_info(AUTH, &info), CKR_TOKEN_NOT_PRESENT);
		assert_int_equal(token_info(SIGN, &info), CKR_TOKEN_NOT_PRESENT);
		assert_int_equal(f->C_GetSlotList(CK_TRUE, NULL, &count), CKR_OK);
	}
	harness_sim("remove", SECOND, NULL);
	assert_int_equal(f->C_GetSlotList(CK_TRUE, NULL, &count), CKR_OK);
	assert_int_equal(count, 0);
	assert_true(harness_exchanges() <= exchanges + 10); /* the second reader's card */
	harness_sim("swap", CARD, READER, NULL);
	works(AUTH);
}

static void
a_foreign_card_is_not_spoken_to_again(void **state)
{
	CK_TOKEN_INFO info;
	unsigned long exchanges;

	(void)state;
	harness_sim("swap", "foreign", READER, NULL);
	assert_int_equal(token_info(AUTH, &info), CKR_TOKEN_NOT_PRESENT);
	exchanges = harness_exchanges();
	for (int i = 0; i < 5; i++) {
		assert_false(has_token(AUTH));
		assert_int_equal(token_info(SIGN, &info), CKR_TOKEN_NOT_PRESENT);
	}
	assert_int_equal(harness_exchanges(), exchanges);
}

static void
a_card_with_one_certificate_has_one_token(void **state)
{
	CK_TOKEN_INFO info;

	(void)state;
	harness_sim("swap", "child", READER, NULL);
	assert_true(has_token(AUTH));
	assert_false(has_token(SIGN));
	assert_int_equal(token_info(SIGN, &info), CKR_TOKEN_NOT_PRESENT);
	works(AUTH);
}

static void
a_card_without_certificates_has_no_token(void **state)
{
	CK_TOKEN_INFO info;

	(void)state;
	harness_sim("swap", "opted-out", READER, NULL);
	assert_false(has_token(AUTH));
	assert_false(has_token(SIGN));
	assert_int_equal(token_info(AUTH, &info), CKR_TOKEN_NOT_PRESENT);
	assert_int_equal(token_info(SIGN, &info), CKR_TOKEN_NOT_PRESENT);
}

static void
is_locked(CK_SLOT_ID slot, bool locked)
{
	unsigned long verifies = harness_verifies();
	CK_SESSION_HANDLE session;
	CK_TOKEN_INFO info;

	assert_int_equal(token_info(slot, &info), CKR_OK);
	assert_int_equal((info.flags & CKF_USER_PIN_LOCKED) != 0, locked);
	if (!locked) {
		works(slot);
		return;
	}
	session = p11_open(f, slot);
	assert_int_equal(p11_login(f, session, pin_of(slot)), CKR_PIN_LOCKED);
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(f->C_CloseSession(session), CKR_OK);
}

static void
a_blocked_pin_does_not_hide_the_other_token(void **state)
{
	static const struct {
		const char *card;
		bool auth, sign;
	} rows[] = {
		{"locked-auth", true, false},
		{"locked-sign", false, true},
		{"locked-both", true, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		harness_sim("swap", rows[i].card, READER, NULL);
		is_locked(AUTH, rows[i].auth);
		is_locked(SIGN, rows[i].sign);
	}
}

static void
a_renewed_card_is_another_token(void **state)
{
	CK_TOKEN_INFO before, after;

	(void)state;
	harness_sim("swap", OTHER_CARD, READER, NULL);
	works(AUTH);
	assert_int_equal(token_info(AUTH, &before), CKR_OK);
	harness_sim("renew", OTHER_CARD, NULL);
	harness_sim("remove", READER, NULL);
	harness_sim("insert", OTHER_CARD, READER, NULL);
	works(AUTH);
	works(SIGN);
	assert_int_equal(token_info(AUTH, &after), CKR_OK);
	assert_memory_not_equal(before.serialNumber, after.serialNumber,
				sizeof before.serialNumber);
}

static void
a_card_renewed_in_the_reader_is_noticed_at_login(void **state)
{
	CK_SESSION_HANDLE session;
	CK_TOKEN_INFO info;

	(void)state;
	harness_sim("swap", OTHER_CARD, READER, NULL);
	assert_int_equal(token_info(AUTH, &info), CKR_OK);
	session = p11_open(f, AUTH);
	harness_sim("renew", OTHER_CARD, NULL);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_DEVICE_REMOVED);
	works(AUTH);
	works(SIGN);
}

/* Two readers. */

static void
two_readers_have_logins_of_their_own(void **state)
{
	struct user one = log_in(AUTH), two;
	CK_SESSION_HANDLE session = p11_open(f, SECOND_AUTH);

	(void)state;
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, NULL), 0);
	two = log_in(SECOND_AUTH);
	assert_int_equal(f->C_Logout(one.session), CKR_OK);
	assert_int_equal(sign(&two), CKR_OK);
	harness_sim("remove", READER, NULL);
	assert_false(has_token(AUTH));
	assert_int_equal(sign(&two), CKR_OK);
	works(SECOND_SIGN);
}

static void
a_card_that_moves_to_the_other_reader_takes_no_login_along(void **state)
{
	struct user u = log_in(AUTH);
	unsigned long verifies;

	(void)state;
	harness_sim("remove", READER, NULL);
	harness_sim("swap", CARD, SECOND, NULL);
	verifies = harness_verifies();
	session_ends(&u, sign(&u));
	assert_int_equal(p11_find(f, p11_open(f, SECOND_AUTH), CKO_PRIVATE_KEY, NULL), 0);
	assert_int_equal(harness_verifies(), verifies);
	works(SECOND_AUTH);
}

/* Whatever of it asks for a reader's state. */
static bool
card_is_used_while_its_state_is_missed(unsigned int at, const char *code)
{
	char fault[64];
	CK_TOKEN_INFO info;
	bool struck;

	(void)snprintf(fault, sizeof fault, "error@statuschange:%u:%s", at, code);
	harness_sim("fault", fault, NULL);
	p11_start(f);
	assert_int_equal(token_info(AUTH, &info), CKR_OK);
	works(AUTH);
	struck = harness_fault_struck();
	harness_sim("clear", NULL);
	p11_stop(f);
	return struck;
}

/* What libpcsclite 2.5 says of a card that lies still while others come and go: pcsc.c. */
static void
news_of_others_is_no_removal(void **state)
{
	static const char *const codes[] = {"UNKNOWN_READER", "UNSUPPORTED_FEATURE"};

	(void)state;
	p11_stop(f);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		unsigned int missed = 0;

		while (card_is_used_while_its_state_is_missed(missed + 1, codes[i]))
			missed++;
		assert_in_range(missed, 5, 1000);
	}
	p11_start(f);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		HOTPLUG(a_card_put_in_after_initialize_is_found),
		HOTPLUG(a_card_taken_out_empties_both_slots),
		HOTPLUG(a_card_taken_out_in_the_middle_ends_sessions),
		HOTPLUG(a_card_taken_out_before_the_login_gets_no_pin),
		HOTPLUG(a_removal_ends_the_sessions_of_both_tokens),
		HOTPLUG(a_card_put_back_needs_a_new_login),
		HOTPLUG(objects_of_a_card_that_left_are_gone),
		HOTPLUG(another_persons_card_gets_no_pin),
		HOTPLUG(another_persons_card_works_in_its_own_right),
		HOTPLUG(an_unplugged_reader_keeps_its_slots),
		HOTPLUG(a_reader_unplugged_for_a_moment_ends_the_login),
		HOTPLUG(a_service_that_stops_takes_the_tokens_with_it),
		HOTPLUG(a_service_restarted_unseen_ends_the_login),
		HOTPLUG(news_of_others_is_no_removal),
		HOTPLUG(a_service_started_after_initialize_is_found),
		HOTPLUG(a_foreign_card_is_asked_once_and_left_alone),
		HOTPLUG(a_foreign_card_is_not_spoken_to_again),
		HOTPLUG(a_card_with_one_certificate_has_one_token),
		HOTPLUG(a_card_without_certificates_has_no_token),
		HOTPLUG(a_blocked_pin_does_not_hide_the_other_token),
		HOTPLUG(a_renewed_card_is_another_token),
		HOTPLUG(a_card_renewed_in_the_reader_is_noticed_at_login),
		HOTPLUG(two_readers_have_logins_of_their_own),
		HOTPLUG(a_card_that_moves_to_the_other_reader_takes_no_login_along),
	};

	readers_start(argc, argv);
	return cmocka_run_group_tests(tests, NULL, readers_restore);
}
