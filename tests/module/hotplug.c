/* SPDX-License-Identifier: BSD-2-Clause */
/* Cards, readers and the service come and go: what sessions, handles and logins make of it. */
#include "tests/module/harness.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <winscard.h>

#define READER "Reader"
#define SECOND "Second"
#define CARD "adult"
#define SECOND_CARD "moved"
#define OTHER_CARD "alias" /* another person's, put into the first reader */

enum { AUTH, SIGN, SECOND_AUTH, SECOND_SIGN };

/* Longer than any call takes that does not wait for other programs, where it can be tried again. */
#define AT_ONCE_MS 400
/* Where it cannot: what waited for a card that is held all the time would wait for ever. */
#define HANGS_MS 60000

static CK_FUNCTION_LIST *f;
static const char document[] = "a document";

static unsigned long
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long)t.tv_sec * 1000 + (unsigned long)t.tv_nsec / 1000000;
}

static void
sleep_ms(unsigned int ms)
{
	(void)usleep(ms * 1000);
}

/* The card in the reader as it was at the start, whatever a test did. */
static void
put_back(const char *reader, const char *card)
{
	json_t *status = harness_sim_ask("status", NULL), *r;
	const char *in = NULL;
	size_t i;

	json_array_foreach(json_object_get(status, "readers"), i,
			   r) if (strcmp(json_string_value(json_object_get(r, "name")), reader) ==
				  0) in = json_string_value(json_object_get(r, "card"));
	if (!in)
		harness_sim("insert", card, reader, NULL);
	else if (strcmp(in, card) != 0)
		harness_sim("swap", card, reader, NULL);
	json_decref(status);
}

static int
restore(void **state)
{
	(void)state;
	harness_sim("service", "start", NULL);
	harness_sim("plug", READER, NULL);
	harness_sim("plug", SECOND, NULL);
	put_back(SECOND, SECOND_CARD);
	put_back(READER, CARD);
	harness_sim("tries", CARD, "auth", "3", NULL);
	harness_sim("tries", CARD, "sign", "5", NULL);
	return 0;
}

static int
start(void **state)
{
	(void)alarm(30); /* a call that waits for ever ends the program */
	(void)restore(state);
	f = harness_module("jpki-pkcs11");
	p11_start(f);
	return 0;
}

static int
finish(void **state)
{
	(void)state;
	(void)f->C_Finalize(NULL); /* some tests have done so */
	return 0;
}

static bool
has_token(CK_SLOT_ID slot)
{
	CK_SLOT_INFO info;

	assert_int_equal(f->C_GetSlotInfo(slot, &info), CKR_OK);
	return (info.flags & CKF_TOKEN_PRESENT) != 0;
}

static CK_RV
token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	return f->C_GetTokenInfo(slot, info);
}

static CK_RV
session_info(CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;

	return f->C_GetSessionInfo(session, &info);
}

static const char *
pin_of(CK_SLOT_ID slot)
{
	return slot % 2 == SIGN ? PIN_SIGN : PIN_AUTH;
}

struct user {
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
};

static struct user
log_in(CK_SLOT_ID slot)
{
	struct user u = {.session = p11_open(f, slot)};

	assert_int_equal(p11_login(f, u.session, pin_of(slot)), CKR_OK);
	assert_int_equal(p11_find(f, u.session, CKO_PRIVATE_KEY, &u.key), 1);
	return u;
}

static CK_RV
sign(const struct user *u)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	uint8_t signature[256];

	return p11_sign(f, u->session, u->key, &mechanism, document, sizeof document, signature);
}

/* The whole way on a token as it is now; the signature fits the certificate shown. */
static void
works(CK_SLOT_ID slot)
{
	CK_MECHANISM mechanism = {CKM_SHA256_RSA_PKCS, NULL, 0};
	struct user u = log_in(slot);
	uint8_t signature[256];
	EVP_PKEY *key;

	assert_int_equal(
		p11_sign(f, u.session, u.key, &mechanism, document, sizeof document, signature),
		CKR_OK);
	key = p11_public_key(f, u.session);
	assert_true(verify_v15(key, "SHA256", document, sizeof document, signature));
	EVP_PKEY_free(key);
	assert_int_equal(f->C_CloseSession(u.session), CKR_OK);
}

/* The card left: the call that meets it says so, later ones find no session. */
static void
session_ends(const struct user *u, CK_RV noticing)
{
	assert_int_equal(noticing, CKR_DEVICE_REMOVED);
	assert_int_equal(session_info(u->session), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(sign(u), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(f->C_Logout(u->session), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(f->C_CloseSession(u->session), CKR_SESSION_HANDLE_INVALID);
}

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

	return rv == CKR_OK ? f->C_SignUpdate(u->session, (CK_BYTE *)(uintptr_t)document, 4) : rv;
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

/* Sleep, and cards that answer nothing more. */

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

/* Events. */

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

/* While another program holds a transaction. */

struct holder {
	SCARDCONTEXT context;
	SCARDHANDLE card;
};

static struct holder
hold(const char *reader)
{
	struct holder h = {0};
	DWORD protocol;

	assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &h.context),
			 SCARD_S_SUCCESS);
	assert_int_equal(SCardConnect(h.context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1,
				      &h.card, &protocol),
			 SCARD_S_SUCCESS);
	assert_int_equal(SCardBeginTransaction(h.card), SCARD_S_SUCCESS);
	return h;
}

static void
let_go(struct holder *h)
{
	(void)SCardEndTransaction(h->card, SCARD_LEAVE_CARD);
	(void)SCardDisconnect(h->card, SCARD_LEAVE_CARD);
	(void)SCardReleaseContext(h->context);
}

/* What a program may do as it leaves the card; nobody has taken it out. */
static void
power_taken_by_another_program_costs_no_login(void **state)
{
	struct user u = log_in(AUTH);
	struct holder h = hold(READER);

	(void)state;
	(void)SCardEndTransaction(h.card, SCARD_LEAVE_CARD);
	assert_int_equal(SCardDisconnect(h.card, SCARD_UNPOWER_CARD), SCARD_S_SUCCESS);
	(void)SCardReleaseContext(h.context);
	assert_int_equal(sign(&u), CKR_OK);
	assert_false(harness_is_open("auth"));
}

/* A card with an answer of its own to everything, which another program works with. */
static void
a_card_with_unknown_answers_keeps_its_power(void **state)
{
	SCARD_IO_REQUEST pci = {SCARD_PROTOCOL_T1, sizeof pci};
	const uint8_t select[] = {0x00, 0xa4, 0x02, 0x0c, 0x02, 0x00, 0x0a};
	uint8_t answer[258];
	DWORD len = sizeof answer;
	struct holder h = {0};
	CK_TOKEN_INFO info;
	DWORD protocol;

	(void)state;
	harness_sim("swap", "foreign", READER, NULL);
	assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &h.context),
			 SCARD_S_SUCCESS);
	assert_int_equal(SCardConnect(h.context, READER, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1,
				      &h.card, &protocol),
			 SCARD_S_SUCCESS);
	harness_sim("fault", "sw@transmit:1+:6999", NULL);
	assert_int_equal(token_info(AUTH, &info), CKR_TOKEN_NOT_PRESENT);
	harness_sim("clear", NULL);
	assert_int_equal(SCardTransmit(h.card, &pci, select, sizeof select, NULL, answer, &len),
			 SCARD_S_SUCCESS);
	(void)SCardDisconnect(h.card, SCARD_LEAVE_CARD);
	(void)SCardReleaseContext(h.context);
}

struct signer {
	pthread_t thread;
	struct user user;
	CK_RV rv;
	unsigned long ended;
};

static void *
sign_in_thread(void *arg)
{
	struct signer *s = arg;

	s->rv = sign(&s->user);
	s->ended = now_ms();
	return NULL;
}

static void
begin_signing(struct signer *s, struct user user)
{
	*s = (struct signer){.user = user, .rv = CKR_GENERAL_ERROR};
	assert_int_equal(pthread_create(&s->thread, NULL, sign_in_thread, s), 0);
	sleep_ms(100);
}

static void
cheap_calls(CK_SESSION_HANDLE session)
{
	CK_SLOT_ID slot;

	for (CK_SLOT_ID i = 0; i < 4; i++)
		assert_true(has_token(i));
	assert_int_equal(session_info(session), CKR_OK);
	assert_true(p11_find(f, session, CKO_CERTIFICATE, NULL) > 0);
	assert_int_equal(p11_find(f, session, CKO_DATA, NULL), 0);
	assert_true(f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL) != CKR_GENERAL_ERROR);
}

/* Others work on this machine too: one of many rounds has to be at once. */
static void
what_must_not_wait(CK_SESSION_HANDLE session)
{
	unsigned long took = AT_ONCE_MS;

	for (int i = 0; i < 100 && took >= AT_ONCE_MS; i++) {
		unsigned long began = now_ms();

		cheap_calls(session);
		took = now_ms() - began;
	}
	assert_true(took < AT_ONCE_MS);
}

static void
a_held_card_does_not_hold_up_cheap_calls(void **state)
{
	struct user u = log_in(AUTH);
	struct signer s;
	struct holder h = hold(READER);

	(void)state;
	what_must_not_wait(u.session);
	begin_signing(&s, u);
	what_must_not_wait(p11_open(f, AUTH));
	let_go(&h);
	assert_int_equal(pthread_join(s.thread, NULL), 0);
	assert_int_equal(s.rv, CKR_OK);
}

static void
a_held_card_that_is_not_known_yet_does_not_hold_up_cheap_calls(void **state)
{
	struct holder h = hold(READER);
	unsigned long began = now_ms();

	(void)state;
	(void)has_token(AUTH);
	assert_true(has_token(SECOND_AUTH));
	assert_true(now_ms() - began < HANGS_MS);
	let_go(&h);
	assert_true(has_token(AUTH));
}

static CK_ULONG
count_tokens(void)
{
	CK_SLOT_ID list[16];
	CK_ULONG count = 16;

	assert_int_equal(f->C_GetSlotList(CK_TRUE, list, &count), CKR_OK);
	return count;
}

static void
a_held_card_does_not_hold_up_a_list_with_the_token_of_another(void **state)
{
	struct holder h = hold(READER);
	unsigned long began = now_ms();

	(void)state;
	assert_int_equal(count_tokens(), 2);
	assert_true(now_ms() - began < AT_ONCE_MS);
	let_go(&h);
	assert_int_equal(count_tokens(), 4);
}

static void *
count_tokens_in_thread(void *arg)
{
	*(CK_ULONG *)arg = count_tokens();
	return NULL;
}

static void
a_held_card_is_waited_for_where_there_is_no_other_token(void **state)
{
	struct holder h = hold(READER);
	CK_ULONG count = 0;
	pthread_t thread;

	(void)state;
	harness_sim("remove", SECOND, NULL);
	assert_int_equal(pthread_create(&thread, NULL, count_tokens_in_thread, &count), 0);
	sleep_ms(100);
	let_go(&h);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(count, 2);
}

static void
a_held_card_does_not_hold_up_the_tool_with_another_reader(void **state)
{
	struct holder h = hold(READER);
	char module[4096], command[9000];

	(void)state;
	(void)snprintf(module, sizeof module, "%s", harness_path(".libs/jpki-pkcs11.so"));
	(void)snprintf(command, sizeof command,
		       "timeout 10 '%s' status --module '%s' --reader " SECOND " >/dev/null",
		       harness_path("src/tool/jpki-tool"), module);
	assert_int_equal(system(command), 0);
	let_go(&h);
}

/* A card of another kind, say, that its owner's program has open. */
static void
a_held_card_that_nobody_knows_is_no_token_beside_ours(void **state)
{
	static const DWORD modes[] = {SCARD_SHARE_EXCLUSIVE, SCARD_SHARE_SHARED};
	static const char *const names[] = {READER, SECOND};
	CK_SLOT_ID slot, ours;
	struct holder h = {0};
	DWORD protocol;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		p11_stop(f);
		harness_sim("remove", READER, NULL);
		harness_sim("remove", SECOND, NULL);
		harness_sim("insert", "foreign", names[i % 2], NULL);
		harness_sim("insert", "adult", names[1 - i % 2], NULL);
		assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &h.context),
				 SCARD_S_SUCCESS);
		assert_int_equal(SCardConnect(h.context, names[i % 2], modes[i / 2],
					      SCARD_PROTOCOL_T1, &h.card, &protocol),
				 SCARD_S_SUCCESS);
		p11_start(f);
		ours = i % 2 ? AUTH : SECOND_AUTH;
		slot = i % 2 ? SECOND_AUTH : AUTH;
		assert_false(has_token(slot));
		assert_true(has_token(ours));
		assert_false(has_token(slot));
		(void)SCardDisconnect(h.card, SCARD_LEAVE_CARD);
		(void)SCardReleaseContext(h.context);
	}
}

static void
a_card_that_another_program_had_for_itself_is_found_when_it_lets_go(void **state)
{
	CK_SLOT_ID slot = 99;
	struct holder h = {0};
	DWORD protocol;

	(void)state;
	p11_stop(f);
	harness_sim("unplug", SECOND, NULL);
	assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &h.context),
			 SCARD_S_SUCCESS);
	assert_int_equal(SCardConnect(h.context, READER, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1,
				      &h.card, &protocol),
			 SCARD_S_SUCCESS);
	p11_start(f);
	assert_false(has_token(AUTH));
	while (f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL) == CKR_OK)
		;
	assert_false(has_token(AUTH));
	(void)SCardDisconnect(h.card, SCARD_LEAVE_CARD);
	assert_int_equal(f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_OK);
	assert_true(slot == AUTH || slot == AUTH + 1);
	assert_true(has_token(AUTH));
	(void)SCardReleaseContext(h.context);
}

static void
a_held_card_does_not_hold_up_the_second_reader(void **state)
{
	struct user one = log_in(AUTH), two = log_in(SECOND_AUTH);
	struct holder h = hold(READER);
	struct signer s;
	unsigned long began;

	(void)state;
	begin_signing(&s, one);
	began = now_ms();
	assert_int_equal(sign(&two), CKR_OK);
	works(SECOND_SIGN);
	assert_true(now_ms() - began < HANGS_MS);
	let_go(&h);
	assert_int_equal(pthread_join(s.thread, NULL), 0);
	assert_int_equal(s.rv, CKR_OK);
}

static void
a_held_card_does_not_hold_up_finalize(void **state)
{
	struct user u = log_in(AUTH);
	struct holder h = hold(READER);
	struct signer s;
	unsigned long began;

	(void)state;
	begin_signing(&s, u);
	began = now_ms();
	p11_stop(f);
	assert_true(now_ms() - began < HANGS_MS);
	assert_int_equal(session_info(u.session), CKR_CRYPTOKI_NOT_INITIALIZED);
	let_go(&h);
	assert_int_equal(pthread_join(s.thread, NULL), 0);
	assert_true(s.rv == CKR_OK || s.rv == CKR_CRYPTOKI_NOT_INITIALIZED ||
		    s.rv == CKR_SESSION_HANDLE_INVALID || s.rv == CKR_DEVICE_REMOVED ||
		    s.rv == CKR_USER_NOT_LOGGED_IN);
	assert_false(harness_is_open("auth"));
	p11_start(f);
	works(AUTH);
}

static void
logout_does_not_wait_and_counts_at_once(void **state)
{
	struct user u = log_in(AUTH);
	struct holder h = hold(READER);
	unsigned long began = now_ms();

	(void)state;
	assert_int_equal(f->C_Logout(u.session), CKR_OK);
	assert_int_equal(p11_find(f, u.session, CKO_PRIVATE_KEY, NULL), 0);
	assert_true(now_ms() - began < HANGS_MS);
	let_go(&h);
	assert_int_equal(sign(&u), CKR_KEY_HANDLE_INVALID);
}

static void *
log_in_in_thread(void *arg)
{
	struct signer *s = arg;

	s->rv = p11_login(f, s->user.session, PIN_AUTH);
	return NULL;
}

static void
a_session_closed_while_its_login_waits_leaves_nobody_logged_in(void **state)
{
	struct signer s = {.user = {.session = p11_open(f, AUTH)}};
	struct holder h = hold(READER);
	CK_SESSION_HANDLE session;
	CK_SESSION_INFO info;

	(void)state;
	assert_int_equal(pthread_create(&s.thread, NULL, log_in_in_thread, &s), 0);
	sleep_ms(100);
	assert_int_equal(f->C_CloseSession(s.user.session), CKR_OK);
	let_go(&h);
	assert_int_equal(pthread_join(s.thread, NULL), 0);
	session = p11_open(f, AUTH);
	assert_int_equal(f->C_GetSessionInfo(session, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RW_PUBLIC_SESSION);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
}

static void
a_card_taken_out_while_waiting_for_it_ends_the_wait(void **state)
{
	struct user u = log_in(AUTH);
	struct holder h = hold(READER);
	struct signer s;
	unsigned long began;

	(void)state;
	begin_signing(&s, u);
	began = now_ms();
	harness_sim("remove", READER, NULL);
	assert_int_equal(pthread_join(s.thread, NULL), 0);
	assert_int_equal(s.rv, CKR_DEVICE_REMOVED);
	assert_true(s.ended - began < HANGS_MS);
	assert_int_equal(session_info(u.session), CKR_SESSION_HANDLE_INVALID);
	let_go(&h);
}

static void
an_exclusive_connection_fails_the_call_and_nothing_else(void **state)
{
	unsigned long verifies = harness_verifies();
	CK_SESSION_HANDLE session = p11_open(f, AUTH);
	struct holder h = {0};
	DWORD protocol;

	(void)state;
	assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &h.context),
			 SCARD_S_SUCCESS);
	assert_int_equal(SCardConnect(h.context, READER, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1,
				      &h.card, &protocol),
			 SCARD_S_SUCCESS);
	assert_true(has_token(AUTH));
	assert_true(has_token(SIGN));
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_DEVICE_ERROR);
	assert_int_equal(session_info(session), CKR_OK);
	assert_int_equal(harness_verifies(), verifies);
	let_go(&h);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	works(SIGN);
}

#define HOTPLUG(test) cmocka_unit_test_setup_teardown(test, start, finish)

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
		HOTPLUG(a_card_swapped_while_unplugged_gets_no_pin),
		HOTPLUG(a_card_swapped_while_unplugged_gets_no_pin_typed_for_the_other),
		HOTPLUG(a_card_swapped_behind_a_lost_connection_gets_no_pin),
		HOTPLUG(a_login_outlasts_a_lost_connection_to_the_same_card),
		HOTPLUG(a_card_swapped_behind_an_exclusive_program_gets_no_pin),
		HOTPLUG(after_sleep_one_exchange_tells_the_card_before_its_pin_is_sent),
		HOTPLUG(a_card_swapped_while_the_machine_slept_gets_no_pin),
		HOTPLUG(a_card_swapped_while_the_machine_slept_gets_no_pin_typed_for_the_other),
		HOTPLUG(a_card_swapped_in_a_sleep_within_the_call_gets_no_pin),
		HOTPLUG(after_a_reset_one_exchange_tells_the_card_before_its_pin_is_sent),
		HOTPLUG(after_an_answer_that_was_lost_the_card_is_told_before_its_pin_is_sent),
		HOTPLUG(a_card_that_needs_power_anew_gets_it_and_the_login_goes_on),
		HOTPLUG(a_card_that_got_power_anew_is_told_before_its_pin_is_sent),
		HOTPLUG(a_service_that_stops_takes_the_tokens_with_it),
		HOTPLUG(a_service_restarted_unseen_ends_the_login),
		HOTPLUG(a_service_started_after_initialize_is_found),
		HOTPLUG(a_refused_connection_for_one_reader_ends_no_login_on_the_other),
		HOTPLUG(a_connection_lost_in_one_reader_is_no_news_for_the_other),
		HOTPLUG(a_foreign_card_is_asked_once_and_left_alone),
		HOTPLUG(a_foreign_card_is_not_spoken_to_again),
		HOTPLUG(a_card_with_unknown_answers_keeps_its_power),
		HOTPLUG(a_card_with_one_certificate_has_one_token),
		HOTPLUG(a_card_without_certificates_has_no_token),
		HOTPLUG(a_blocked_pin_does_not_hide_the_other_token),
		HOTPLUG(a_renewed_card_is_another_token),
		HOTPLUG(a_card_renewed_in_the_reader_is_noticed_at_login),
		HOTPLUG(two_readers_have_logins_of_their_own),
		HOTPLUG(a_card_that_moves_to_the_other_reader_takes_no_login_along),
		HOTPLUG(events_tell_of_both_slots_once),
		HOTPLUG(events_are_not_lost_to_other_calls),
		HOTPLUG(a_swap_between_two_looks_is_an_event),
		HOTPLUG(a_swap_first_met_by_a_call_on_the_card_is_an_event),
		HOTPLUG(a_reader_coming_and_going_is_an_event),
		HOTPLUG(waiting_ends_with_the_event),
		HOTPLUG(waiting_ends_with_finalize),
		HOTPLUG(power_taken_by_another_program_costs_no_login),
		HOTPLUG(a_held_card_does_not_hold_up_cheap_calls),
		HOTPLUG(a_held_card_that_is_not_known_yet_does_not_hold_up_cheap_calls),
		HOTPLUG(a_held_card_does_not_hold_up_a_list_with_the_token_of_another),
		HOTPLUG(a_held_card_is_waited_for_where_there_is_no_other_token),
		HOTPLUG(a_held_card_does_not_hold_up_the_tool_with_another_reader),
		HOTPLUG(a_held_card_that_nobody_knows_is_no_token_beside_ours),
		HOTPLUG(a_card_that_another_program_had_for_itself_is_found_when_it_lets_go),
		HOTPLUG(a_held_card_does_not_hold_up_the_second_reader),
		HOTPLUG(a_held_card_does_not_hold_up_finalize),
		HOTPLUG(logout_does_not_wait_and_counts_at_once),
		HOTPLUG(a_session_closed_while_its_login_waits_leaves_nobody_logged_in),
		HOTPLUG(a_card_taken_out_while_waiting_for_it_ends_the_wait),
		HOTPLUG(an_exclusive_connection_fails_the_call_and_nothing_else),
	};

	harness_start(argc, argv, "--reader", READER "=" CARD, "--reader", SECOND "=" SECOND_CARD,
		      NULL);
	(void)alarm(900); /* a call that never returns is a failure too */
	return cmocka_run_group_tests(tests, NULL, restore);
}
