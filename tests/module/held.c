/* SPDX-License-Identifier: BSD-2-Clause */
/* While another program holds a card, in a transaction or for itself. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <winscard.h>

#include <cmocka.h>

#include "tests/module/two-readers.h"

struct holder {
	SCARDCONTEXT context;
	SCARDHANDLE card;
};

static struct holder
use(const char *reader, DWORD mode)
{
	struct holder h = {0};
	DWORD protocol;

	assert_int_equal(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &h.context),
			 SCARD_S_SUCCESS);
	assert_int_equal(
		SCardConnect(h.context, reader, mode, SCARD_PROTOCOL_T1, &h.card, &protocol),
		SCARD_S_SUCCESS);
	return h;
}

static void
leave(struct holder *h)
{
	(void)SCardDisconnect(h->card, SCARD_LEAVE_CARD);
	(void)SCardReleaseContext(h->context);
}

static struct holder
hold(const char *reader)
{
	struct holder h = use(reader, SCARD_SHARE_SHARED);

	assert_int_equal(SCardBeginTransaction(h.card), SCARD_S_SUCCESS);
	return h;
}

static void
let_go(struct holder *h)
{
	(void)SCardEndTransaction(h->card, SCARD_LEAVE_CARD);
	leave(h);
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
	struct holder h;
	CK_TOKEN_INFO info;

	(void)state;
	harness_sim("swap", "foreign", READER, NULL);
	h = use(READER, SCARD_SHARE_SHARED);
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
		       "timeout 300 '%s' status --module '%s' --reader " SECOND " >/dev/null",
		       harness_path("src/tool/jpki-tool"), module);
	assert_int_equal(system(command), 0);
	let_go(&h);
}

/* A program that starts finds them so. */
static void
put_in_foreign_and_ours(const char *foreign, const char *ours)
{
	p11_stop(f);
	harness_sim("remove", READER, NULL);
	harness_sim("remove", SECOND, NULL);
	harness_sim("insert", "foreign", foreign, NULL);
	harness_sim("insert", "adult", ours, NULL);
}

/* A card of another kind, say, that its owner's program has open. */
static void
a_held_card_that_nobody_knows_is_no_token_beside_ours(void **state)
{
	static const DWORD modes[] = {SCARD_SHARE_EXCLUSIVE, SCARD_SHARE_SHARED};
	static const char *const readers[] = {READER, SECOND};
	CK_SLOT_ID slot, ours;
	struct holder h;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		put_in_foreign_and_ours(readers[i % 2], readers[1 - i % 2]);
		h = use(readers[i % 2], modes[i / 2]);
		p11_start(f);
		ours = i % 2 ? AUTH : SECOND_AUTH;
		slot = i % 2 ? SECOND_AUTH : AUTH;
		assert_false(has_token(slot));
		assert_true(has_token(ours));
		assert_false(has_token(slot));
		leave(&h);
	}
}

/* As where one program has a key of another kind open, and another is logged in to ours. */
static void
of_two_cards_that_others_use_only_ours_is_a_token(void **state)
{
	static const char *const readers[] = {READER, SECOND};
	CK_SLOT_ID foreign;
	struct holder h[2];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		put_in_foreign_and_ours(readers[i % 2], readers[1 - i % 2]);
		h[0] = use(READER, SCARD_SHARE_SHARED);
		h[1] = use(SECOND, SCARD_SHARE_SHARED);
		p11_start(f);
		foreign = i % 2 ? SECOND_AUTH : AUTH;
		if (i < 2)
			assert_false(has_token(foreign));
		assert_true(has_token(i % 2 ? AUTH : SECOND_AUTH));
		assert_false(has_token(foreign));
		leave(&h[0]);
		leave(&h[1]);
	}
}

static void
a_card_that_another_program_had_for_itself_is_found_when_it_lets_go(void **state)
{
	CK_SLOT_ID slot = 99;
	struct holder h;

	(void)state;
	p11_stop(f);
	harness_sim("unplug", SECOND, NULL);
	h = use(READER, SCARD_SHARE_EXCLUSIVE);
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
	struct holder h;

	(void)state;
	h = use(READER, SCARD_SHARE_EXCLUSIVE);
	assert_true(has_token(AUTH));
	assert_true(has_token(SIGN));
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_DEVICE_ERROR);
	assert_int_equal(session_info(session), CKR_OK);
	assert_int_equal(harness_verifies(), verifies);
	let_go(&h);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	works(SIGN);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		HOTPLUG(a_card_with_unknown_answers_keeps_its_power),
		HOTPLUG(power_taken_by_another_program_costs_no_login),
		HOTPLUG(a_held_card_does_not_hold_up_cheap_calls),
		HOTPLUG(a_held_card_that_is_not_known_yet_does_not_hold_up_cheap_calls),
		HOTPLUG(a_held_card_does_not_hold_up_a_list_with_the_token_of_another),
		HOTPLUG(a_held_card_is_waited_for_where_there_is_no_other_token),
		HOTPLUG(a_held_card_does_not_hold_up_the_tool_with_another_reader),
		HOTPLUG(a_held_card_that_nobody_knows_is_no_token_beside_ours),
		HOTPLUG(of_two_cards_that_others_use_only_ours_is_a_token),
		HOTPLUG(a_card_that_another_program_had_for_itself_is_found_when_it_lets_go),
		HOTPLUG(a_held_card_does_not_hold_up_the_second_reader),
		HOTPLUG(a_held_card_does_not_hold_up_finalize),
		HOTPLUG(logout_does_not_wait_and_counts_at_once),
		HOTPLUG(a_session_closed_while_its_login_waits_leaves_nobody_logged_in),
		HOTPLUG(a_card_taken_out_while_waiting_for_it_ends_the_wait),
		HOTPLUG(an_exclusive_connection_fails_the_call_and_nothing_else),
	};

	readers_start(argc, argv);
	return cmocka_run_group_tests(tests, NULL, readers_restore);
}
