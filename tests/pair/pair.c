/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/module/harness.h"
#include "tests/pair/program.h"

/*
 * Several programs on one card, through the real pcscd, which tests/pcscd/two-programs.sh starts
 * with the card "adult" in the first reader and "child" in the second.
 */

#define AUTH 0UL
#define SIGN 1UL
#define AUTH_OF_CHILD 2UL

#define SW_PIN_MISSING 0x6982UL

/* What must not wait for a card; generous, for busy machines, and far from a hold's length. */
#define AT_ONCE_MS 1000

static struct reply
must(struct program *p, enum step step, unsigned long slot, const char *text)
{
	struct reply reply = program_do(p, step, slot, text);

	if (reply.rv != CKR_OK)
		fail_msg("step %d on slot %lu: 0x%lx", (int)step, slot, (unsigned long)reply.rv);
	return reply;
}

static void
refused(struct program *p, enum step step, unsigned long slot, const char *text, CK_RV with)
{
	struct reply reply = program_do(p, step, slot, text);

	assert_int_equal(reply.rv, with);
}

static void
signs(struct program *p, unsigned long slot)
{
	assert_int_equal(must(p, STEP_SIGN, slot, NULL).number, 1);
}

/* A program that has looked at the card and opened a session on both tokens. */
static struct program *
some_program(void)
{
	struct program *p = program_start(NULL);
	unsigned long slots;

	(void)must(p, STEP_INITIALIZE, 0, NULL);
	slots = must(p, STEP_SLOT_LIST, 0, NULL).number;
	/* A card that another program is connected to is not waited for where there is one that is
	 * free (doc/SAFETY.md): then the child's one token is all that is listed at first. */
	if (slots < 1 || slots > 3)
		fail_msg("%lu slots", slots);
	(void)must(p, STEP_OPEN, AUTH, NULL);
	(void)must(p, STEP_OPEN, SIGN, NULL);
	return p;
}

static struct program *
logged_in_program(void)
{
	struct program *p = some_program();

	(void)must(p, STEP_LOGIN, AUTH, PIN_AUTH);
	(void)must(p, STEP_LOGIN, SIGN, PIN_SIGN);
	return p;
}

static struct program *
raw_program(enum step how_to_connect)
{
	struct program *p = program_start(NULL);

	(void)must(p, how_to_connect, 0, NULL);
	return p;
}

static int
before_each(void **state)
{
	(void)state;
	harness_sim("tries", "adult", "auth", "3", NULL);
	harness_sim("tries", "adult", "sign", "5", NULL);
	harness_sim("set", "adult", "delay-exchange", "0", NULL);
	return 0;
}

static int
after_each(void **state)
{
	(void)state;
	program_kill_all();
	return 0;
}

static void
no_try_lost(void)
{
	assert_int_equal(harness_tries("auth"), 3);
	assert_int_equal(harness_tries("sign"), 5);
}

static void
card_is_logged_out(void)
{
	assert_false(harness_is_open("auth"));
	assert_false(harness_is_open("sign"));
}

static void
sign_in_turn(void **state)
{
	struct program *a = logged_in_program(), *b = logged_in_program();

	(void)state;
	for (int i = 0; i < 10; i++) {
		signs(a, AUTH);
		signs(b, SIGN);
		signs(b, AUTH);
		signs(a, SIGN);
	}
	no_try_lost();
	card_is_logged_out();
}

static void
sign_at_once(void **state)
{
	struct program *a = logged_in_program(), *b = logged_in_program();

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct reply of_a, of_b;

		program_begin(a, STEP_SIGN, i % 2 ? AUTH : SIGN, NULL);
		program_begin(b, STEP_SIGN, i % 3 ? AUTH : SIGN, NULL);
		of_a = program_finish(a);
		of_b = program_finish(b);
		assert_int_equal(of_a.rv, CKR_OK);
		assert_int_equal(of_b.rv, CKR_OK);
		assert_int_equal(of_a.number + of_b.number, 2);
	}
	no_try_lost();
	card_is_logged_out();
}

static void
login_lets_nobody_in(void **state)
{
	struct program *a = logged_in_program(), *b = some_program();
	struct program *raw = raw_program(STEP_RAW_CONNECT);

	(void)state;
	for (int i = 0; i < 3; i++) {
		signs(a, AUTH);
		signs(a, SIGN);
		refused(b, STEP_SIGN, AUTH, NULL, CKR_USER_NOT_LOGGED_IN);
		refused(b, STEP_SIGN, SIGN, NULL, CKR_USER_NOT_LOGGED_IN);
		assert_int_equal(must(b, STEP_READ, SIGN, NULL).number, 0);
		assert_int_equal(must(b, STEP_SESSION_INFO, SIGN, NULL).number,
				 CKS_RW_PUBLIC_SESSION);
		assert_int_equal(must(raw, STEP_RAW_SIGN_AUTH, 0, NULL).number, SW_PIN_MISSING);
		assert_int_equal(must(raw, STEP_RAW_SIGN_SIGN, 0, NULL).number, SW_PIN_MISSING);
		assert_int_equal(must(raw, STEP_RAW_READ_SIGN, 0, NULL).number, SW_PIN_MISSING);
	}
}

/* The raw program waits for the end of each of our transactions to be next on the card. */
static void
hammered(unsigned long manner)
{
	struct program *a = logged_in_program(), *b = logged_in_program();
	struct program *raw = raw_program(STEP_RAW_CONNECT);
	struct reply reply;

	program_begin(raw, STEP_RAW_HAMMER, manner, "3000");
	for (int i = 0; i < 8; i++) {
		signs(a, i % 2 ? AUTH : SIGN);
		signs(b, i % 2 ? SIGN : AUTH);
		(void)must(b, STEP_LOGOUT, AUTH, NULL);
		(void)must(b, STEP_LOGIN, AUTH, PIN_AUTH);
	}
	reply = program_finish(raw);
	assert_true(reply.done >= 10); /* it was there */
	assert_int_equal(reply.number, 0);
	no_try_lost();
}

static void
hammered_in_transactions(void **state)
{
	(void)state;
	hammered(0);
}

static void
hammered_without_transactions(void **state)
{
	(void)state;
	hammered(1);
}

static void
logouts_are_ones_own(void **state)
{
	struct program *a = logged_in_program(), *b = logged_in_program(), *c = logged_in_program();

	(void)state;
	(void)must(a, STEP_LOGOUT, AUTH, NULL);
	signs(b, AUTH);
	refused(a, STEP_SIGN, AUTH, NULL, CKR_USER_NOT_LOGGED_IN);
	signs(a, SIGN);
	(void)must(a, STEP_FINALIZE, 0, NULL);
	signs(b, SIGN);
	program_kill(c);
	signs(b, AUTH);
	signs(b, SIGN);
	assert_int_equal(must(b, STEP_SESSION_INFO, AUTH, NULL).number, CKS_RW_USER_FUNCTIONS);
	no_try_lost();
}

static void
pin_changed_under(unsigned long slot, const char *pin, const char *other, const char *there,
		  const char *back, const char *name)
{
	struct program *a = logged_in_program(), *b = logged_in_program();
	unsigned int full = harness_tries(name), left;

	(void)must(a, STEP_SET_PIN, slot, there);
	refused(b, STEP_SIGN, slot, NULL, CKR_USER_NOT_LOGGED_IN);
	left = harness_tries(name);
	assert_true(left == full - 1 || left == full);
	assert_int_equal(must(b, STEP_SESSION_INFO, slot, NULL).number, CKS_RW_PUBLIC_SESSION);
	/* It does not try again by itself, and the other token is as it was. */
	refused(b, STEP_SIGN, slot, NULL, CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(harness_tries(name), left);
	signs(b, slot == AUTH ? SIGN : AUTH);
	/* Whoever changed it goes on. */
	signs(a, slot);
	refused(b, STEP_LOGIN, slot, pin, CKR_PIN_INCORRECT);
	(void)must(b, STEP_LOGIN, slot, other);
	signs(b, slot);
	(void)must(a, STEP_SET_PIN, slot, back);
	no_try_lost();
	card_is_logged_out();
}

static void
auth_pin_changed(void **state)
{
	(void)state;
	pin_changed_under(AUTH, PIN_AUTH, "9876", PIN_AUTH " 9876", "9876 " PIN_AUTH, "auth");
}

static void
sign_pin_changed(void **state)
{
	(void)state;
	pin_changed_under(SIGN, PIN_SIGN, "XYZ789", PIN_SIGN " XYZ789", "XYZ789 " PIN_SIGN, "sign");
}

static void
locked_under(void **state)
{
	struct program *a = logged_in_program(), *b = some_program(), *c = some_program();
	unsigned long verifies;

	(void)state;
	refused(b, STEP_LOGIN, AUTH, "0001", CKR_PIN_INCORRECT);
	refused(b, STEP_LOGIN, AUTH, "0002", CKR_PIN_INCORRECT);
	refused(b, STEP_LOGIN, AUTH, "0003", CKR_PIN_LOCKED);
	refused(a, STEP_SIGN, AUTH, NULL, CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(must(a, STEP_SESSION_INFO, AUTH, NULL).number, CKS_RW_PUBLIC_SESSION);
	assert_true(must(a, STEP_TOKEN_INFO, AUTH, NULL).number & CKF_USER_PIN_LOCKED);
	verifies = harness_verifies();
	refused(c, STEP_LOGIN, AUTH, PIN_AUTH, CKR_PIN_LOCKED);
	refused(a, STEP_LOGIN, AUTH, PIN_AUTH, CKR_PIN_LOCKED);
	refused(a, STEP_SIGN, AUTH, NULL, CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(harness_verifies(), verifies);
	signs(a, SIGN);
	assert_int_equal(harness_tries("sign"), 5);
}

static void
sleep_ms(long ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	(void)nanosleep(&t, NULL);
}

/* What others do to a token is seen a second later at most: so long C_GetTokenInfo may be
 * remembered. */
static void
learns_of_last_try(struct program *p, unsigned long slot)
{
	unsigned long flags = 0;

	for (int rounds = 0; rounds < 600 && !(flags & CKF_USER_PIN_FINAL_TRY); rounds++) {
		if (rounds > 0)
			sleep_ms(100);
		flags = must(p, STEP_TOKEN_INFO, slot, NULL).number;
	}
	assert_true(flags & CKF_USER_PIN_FINAL_TRY);
}

/* The last try known of is the user's. */
static void
last_try(void **state)
{
	struct program *a = logged_in_program();
	unsigned long verifies;

	(void)state;
	harness_sim("tries", "adult", "auth", "1", NULL);
	harness_sim("tries", "adult", "sign", "1", NULL);
	learns_of_last_try(a, AUTH);
	learns_of_last_try(a, SIGN);
	verifies = harness_verifies();
	refused(a, STEP_SIGN, AUTH, NULL, CKR_USER_NOT_LOGGED_IN);
	refused(a, STEP_SIGN, SIGN, NULL, CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(harness_tries("auth"), 1);
	assert_int_equal(harness_tries("sign"), 1);
	(void)must(a, STEP_LOGIN, AUTH, PIN_AUTH);
	(void)must(a, STEP_LOGIN, SIGN, PIN_SIGN);
	no_try_lost();
}

static unsigned int longest_ms;

/* Others work on this machine too: one of several times has to be at once. */
static void
at_once(struct program *p, enum step step, unsigned long slot)
{
	struct reply reply = {.ms = AT_ONCE_MS + 1};

	for (int i = 0; i < 20 && reply.ms > AT_ONCE_MS; i++) {
		reply = program_do(p, step, slot, NULL);
		assert_int_equal(reply.rv, step == STEP_EVENT ? CKR_NO_EVENT : CKR_OK);
	}
	longest_ms = reply.ms > longest_ms ? reply.ms : longest_ms;
	if (reply.ms > AT_ONCE_MS)
		fail_msg("step %d took %u ms", (int)step, reply.ms);
}

/* All that must not wait, done by a program. */
static void
nothing_waits(struct program *p)
{
	while (program_do(p, STEP_EVENT, 0, NULL).rv == CKR_OK)
		;
	for (int i = 0; i < 3; i++) {
		at_once(p, STEP_SLOT_INFO, AUTH);
		at_once(p, STEP_SLOT_INFO, SIGN);
		at_once(p, STEP_SESSION_INFO, AUTH);
		at_once(p, STEP_FIND_KEYS, AUTH);
		at_once(p, STEP_FIND_KEYS, SIGN);
		at_once(p, STEP_EVENT, 0);
	}
	at_once(p, STEP_SIGN, AUTH_OF_CHILD);
}

static void
held(void **state)
{
	struct program *a = logged_in_program(), *b = some_program();
	struct program *raw = raw_program(STEP_RAW_CONNECT);
	struct reply reply;

	(void)state;
	(void)must(a, STEP_OPEN, AUTH_OF_CHILD, NULL);
	(void)must(b, STEP_OPEN, AUTH_OF_CHILD, NULL);
	(void)must(a, STEP_LOGIN, AUTH_OF_CHILD, PIN_AUTH);
	(void)must(b, STEP_LOGIN, AUTH_OF_CHILD, PIN_AUTH);
	(void)must(raw, STEP_RAW_BEGIN, 0, NULL);
	nothing_waits(a);
	nothing_waits(b);
	/* Nor where another thread of the program waits for the card. */
	(void)must(a, STEP_SIGN_IN_THREAD, AUTH, NULL);
	sleep_ms(200);
	nothing_waits(a);
	(void)must(raw, STEP_RAW_END, 0, NULL);
	assert_int_equal(must(a, STEP_JOIN, 0, NULL).number, 1);
	print_message("# while the card was held nothing took longer than %u ms\n", longest_ms);
	signs(a, AUTH);
	/* Who does need the card waits, and then has it. */
	(void)must(raw, STEP_RAW_BEGIN, 0, NULL);
	program_begin(a, STEP_SIGN, AUTH, NULL);
	sleep_ms(1500);
	assert_false(program_has_answered(a));
	(void)must(raw, STEP_RAW_END, 0, NULL);
	reply = program_finish(a);
	assert_int_equal(reply.rv, CKR_OK);
	assert_int_equal(reply.number, 1);
}

/* A program that starts while the card is held. */
static void
held_from_the_start(void **state)
{
	struct program *raw = raw_program(STEP_RAW_CONNECT), *p = program_start(NULL);

	(void)state;
	(void)must(raw, STEP_RAW_BEGIN, 0, NULL);
	/* Whatever waits for the card here, hangs. */
	(void)must(p, STEP_INITIALIZE, 0, NULL);
	at_once(p, STEP_SLOT_INFO, AUTH);
	at_once(p, STEP_SLOT_INFO, SIGN);
	(void)must(p, STEP_FINALIZE, 0, NULL);
	(void)must(raw, STEP_RAW_END, 0, NULL);
}

/* The card is held until C_Finalize is done: one that waited for it would hang. */
static void
ends_while_held(void **state)
{
	struct program *a = logged_in_program(), *b = logged_in_program();
	struct program *raw = raw_program(STEP_RAW_CONNECT);

	(void)state;
	(void)must(raw, STEP_RAW_BEGIN, 0, NULL);
	(void)must(a, STEP_FINALIZE, 0, NULL);
	(void)must(b, STEP_SIGN_IN_THREAD, AUTH, NULL);
	sleep_ms(300); /* it waits for the card by now, as a rule */
	(void)must(b, STEP_FINALIZE, 0, NULL);
	(void)must(raw, STEP_RAW_END, 0, NULL);
	(void)program_do(b, STEP_JOIN, 0, NULL);
	card_is_logged_out();
	no_try_lost();
}

static void
finalize_ends_waiting(void **state)
{
	struct program *a = logged_in_program();
	struct program *raw = raw_program(STEP_RAW_CONNECT);

	(void)state;
	(void)must(raw, STEP_RAW_BEGIN, 0, NULL);
	assert_int_equal(must(a, STEP_WAIT_AND_FINALIZE, 0, NULL).number, CKR_OK);
	(void)must(raw, STEP_RAW_END, 0, NULL);
}

static void
exclusive(void **state)
{
	struct program *a = some_program();
	struct program *raw = raw_program(STEP_RAW_CONNECT_EXCLUSIVE);
	unsigned long verifies = harness_verifies();

	(void)state;
	refused(a, STEP_LOGIN, AUTH, PIN_AUTH, CKR_DEVICE_ERROR);
	refused(a, STEP_LOGIN, SIGN, PIN_SIGN, CKR_DEVICE_ERROR);
	assert_true(must(a, STEP_SLOT_INFO, AUTH, NULL).number & CKF_TOKEN_PRESENT);
	assert_int_equal(must(a, STEP_SLOT_LIST, 0, NULL).number, 3);
	assert_int_equal(must(a, STEP_SESSION_INFO, AUTH, NULL).number, CKS_RW_PUBLIC_SESSION);
	assert_int_equal(harness_verifies(), verifies);
	(void)must(raw, STEP_RAW_DISCONNECT, 0, NULL);
	(void)must(a, STEP_LOGIN, AUTH, PIN_AUTH);
	signs(a, AUTH);
	no_try_lost();
}

static void
exclusive_from_the_start(void **state)
{
	struct program *raw = raw_program(STEP_RAW_CONNECT_EXCLUSIVE), *a = program_start(NULL);

	(void)state;
	(void)must(a, STEP_INITIALIZE, 0, NULL);
	assert_int_equal(must(a, STEP_SLOT_LIST, 0, NULL).number, 1); /* the other card's */
	(void)must(raw, STEP_RAW_DISCONNECT, 0, NULL);
	assert_int_equal(must(a, STEP_SLOT_LIST, 0, NULL).number, 3);
	(void)must(a, STEP_OPEN, AUTH, NULL);
	(void)must(a, STEP_LOGIN, AUTH, PIN_AUTH);
	signs(a, AUTH);
}

static void
leaves_the_card(void **state)
{
	struct program *a = logged_in_program();

	(void)state;
	signs(a, AUTH);
	(void)must(a, STEP_LOGOUT, AUTH, NULL);
	(void)must(a, STEP_LOGOUT, SIGN, NULL);
	/* Let go of here: pcscd takes its time to notice a program that was killed. */
	(void)must(raw_program(STEP_RAW_CONNECT_EXCLUSIVE), STEP_RAW_DISCONNECT, 0, NULL);
}

/* As gpg's scdaemon does. */
static void
shared_by_another(void **state)
{
	struct program *a;

	(void)state;
	(void)raw_program(STEP_RAW_CONNECT);
	a = logged_in_program();
	signs(a, AUTH);
	signs(a, SIGN);
	(void)must(a, STEP_LOGOUT, AUTH, NULL);
	(void)must(a, STEP_LOGIN, AUTH, PIN_AUTH);
	(void)must(a, STEP_FINALIZE, 0, NULL);
	card_is_logged_out();
	no_try_lost();
}

/* Kills the program once the card has got the n-th exchange from now; false if it is done
 * before that. */
static bool
kill_at(struct program *p, unsigned long start, unsigned long n, unsigned long last)
{
	while (harness_exchanges() < start + n) {
		if (n > last)
			return false;
		sleep_ms(1);
	}
	program_kill(p);
	return true;
}

/* What the next program does first, and that the card is logged out then. */
static void
healed_by(struct program *next)
{
	struct program *raw = raw_program(STEP_RAW_CONNECT);

	(void)must(next, STEP_TOKEN_INFO, AUTH, NULL);
	card_is_logged_out();
	assert_int_equal(must(raw, STEP_RAW_SIGN_AUTH, 0, NULL).number, SW_PIN_MISSING);
	assert_int_equal(must(raw, STEP_RAW_READ_SIGN, 0, NULL).number, SW_PIN_MISSING);
	program_kill(raw);
	no_try_lost();
}

static struct program *
new_program(void)
{
	struct program *p = program_start(NULL);

	(void)must(p, STEP_INITIALIZE, 0, NULL);
	return p;
}

/*
 * A third program is connected all the time, or pcscd would take the power from the card. Each
 * exchange takes 60 ms, so that the kill lands in the n-th. Returns how often the card was open
 * afterwards: if never, nothing was shown.
 */
static unsigned int
kill_in_each_exchange(unsigned long slot, unsigned long exchanges, struct program *(*next)(void))
{
	struct program *keeper = raw_program(STEP_RAW_CONNECT);
	unsigned int open = 0;

	for (unsigned long n = 1; n <= exchanges; n++) {
		struct program *victim = logged_in_program(), *healer = next();
		unsigned long start;

		harness_sim("set", "adult", "delay-exchange", "60ms", NULL);
		start = harness_exchanges();
		program_begin(victim, STEP_SIGN, slot, NULL);
		assert_true(kill_at(victim, start, n, exchanges));
		sleep_ms(130); /* pcscd ends what was under way */
		harness_sim("set", "adult", "delay-exchange", "0", NULL);
		open += harness_is_open(slot == AUTH ? "auth" : "sign");
		healed_by(healer);
		program_kill(healer);
	}
	program_kill(keeper);
	return open;
}

static void
killed_then_next(void **state)
{
	(void)state;
	assert_true(kill_in_each_exchange(AUTH, 5, new_program) > 0);
	assert_true(kill_in_each_exchange(SIGN, 5, new_program) > 0);
}

static void
killed_beside_running(void **state)
{
	(void)state;
	assert_true(kill_in_each_exchange(AUTH, 5, logged_in_program) > 0);
	assert_true(kill_in_each_exchange(SIGN, 5, logged_in_program) > 0);
}

/* At full speed, at any time during a login and a signature. */
static void
killed_at_random(void **state)
{
	struct program *keeper = raw_program(STEP_RAW_CONNECT);

	(void)state;
	for (long us = 0; us < 24000; us += 800) {
		struct program *victim = some_program(), *next;

		program_begin(victim, STEP_LOGIN, SIGN, PIN_SIGN);
		program_begin(victim, STEP_SIGN, SIGN, NULL);
		(void)usleep((useconds_t)us);
		program_kill(victim);
		next = new_program();
		healed_by(next);
		program_kill(next);
	}
	program_kill(keeper);
}

#define OPENSC "opensc-pkcs11.so"
#define PROXY "p11-kit-proxy.so"
#define OPENSC_AUTH "JPKI (User Authentication"
#define OPENSC_SIGN "JPKI (Digital Signature"
#define OUR_AUTH "JPKI Auth"
#define OUR_SIGN "JPKI Sign"

/* A session on the token with this label, logged in. */
static unsigned long
enter_token(struct program *p, const char *label, const char *pin)
{
	unsigned long slot = must(p, STEP_FIND_SLOT, 0, label).number;

	(void)must(p, STEP_OPEN, slot, NULL);
	(void)must(p, STEP_LOGIN, slot, pin);
	return slot;
}

/* OpenSC's module keeps the authentication PIN, but not the signature password: it asks for that
 * again once the card was logged out meanwhile. */
static void
signs_perhaps_after_login(struct program *p, unsigned long slot, const char *pin)
{
	if (program_do(p, STEP_SIGN, slot, NULL).rv == CKR_OK)
		return;
	(void)program_do(p, STEP_LOGOUT, slot, NULL);
	(void)must(p, STEP_LOGIN, slot, pin);
	signs(p, slot);
}

/* `opensc` and `ours` may be one process. */
static void
both_sign(struct program *opensc, struct program *ours)
{
	unsigned long opensc_auth = enter_token(opensc, OPENSC_AUTH, PIN_AUTH);
	unsigned long our_auth = enter_token(ours, OUR_AUTH, PIN_AUTH);
	unsigned long our_sign = enter_token(ours, OUR_SIGN, PIN_SIGN);
	unsigned long opensc_sign = enter_token(opensc, OPENSC_SIGN, PIN_SIGN);

	for (int i = 0; i < 3; i++) {
		signs(ours, our_auth);
		signs(opensc, opensc_auth);
		signs(ours, our_sign);
		signs_perhaps_after_login(opensc, opensc_sign, PIN_SIGN);
	}
	assert_int_equal(must(opensc, STEP_READ, opensc_auth, NULL).number, 1);
	assert_int_equal(must(ours, STEP_READ, our_auth, NULL).number, 1);
	(void)must(opensc, STEP_LOGOUT, opensc_auth, NULL);
	(void)must(opensc, STEP_LOGOUT, opensc_sign, NULL);
	signs(ours, our_auth);
	signs(ours, our_sign);
	no_try_lost();
	card_is_logged_out();
}

static void
opensc_beside_ours(void **state)
{
	struct program *opensc = program_start(OPENSC), *ours = program_start(NULL);

	(void)state;
	(void)must(opensc, STEP_INITIALIZE, 0, NULL);
	(void)must(ours, STEP_INITIALIZE, 0, NULL);
	both_sign(opensc, ours);
}

static void
opensc_in_one_process(void **state)
{
	struct program *both = program_start(PROXY);

	(void)state;
	(void)must(both, STEP_INITIALIZE, 0, NULL);
	both_sign(both, both);
	(void)must(both, STEP_FINALIZE, 0, NULL);
}

#define promise(name, function) {name, function, before_each, after_each, NULL}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		promise("two programs, both logged in, sign in turn", sign_in_turn),
		promise("two programs sign at the same time", sign_at_once),
		promise("a login in one program lets no other program sign or read",
			login_lets_nobody_in),
		promise("a program that waits its turn on the card never finds it open",
			hammered_in_transactions),
		promise("a program that does not wait its turn never finds the card open",
			hammered_without_transactions),
		promise("nobody's logout, end or death ends another's login", logouts_are_ones_own),
		promise("authentication PIN changed under a login: it ends, one try lost at most",
			auth_pin_changed),
		promise("signature password changed under a login: it ends, one try lost at most",
			sign_pin_changed),
		promise("PIN locked under a login: it ends, and no PIN is sent any more",
			locked_under),
		promise("a login that knows of one try left does not use it", last_try),
		promise("a card held by another program delays nothing that needs no card, nor the "
			"second reader",
			held),
		promise("a program can start, look at slots and end while another holds the card",
			held_from_the_start),
		promise("C_Finalize does not wait for a card held by another program",
			ends_while_held),
		promise("C_Finalize ends a blocking C_WaitForSlotEvent within a second",
			finalize_ends_waiting),
		promise("a card taken exclusively: a clear error, then all is as before",
			exclusive),
		promise("a card taken exclusively before we came appears when it is let go",
			exclusive_from_the_start),
		promise("after logout the card is free for a program that wants it exclusively",
			leaves_the_card),
		promise("works beside a program that stays connected, as scdaemon does",
			shared_by_another),
		promise("killed in any exchange of a signature: the next program logs it out",
			killed_then_next),
		promise("killed in any exchange of a signature: a program logged in beside it "
			"logs it out",
			killed_beside_running),
		promise("killed at any time of login and signature: logged out again, no try lost",
			killed_at_random),
		promise("OpenSC's module in another process: both list, both sign, no try lost",
			opensc_beside_ours),
		promise("OpenSC's module in the same process (p11-kit-proxy): both list, both "
			"sign, no "
			"try lost",
			opensc_in_one_process),
	};

	program_main(argc, argv);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	harness_start(argc, argv, NULL);
	return cmocka_run_group_tests_name("pair", tests, NULL, NULL);
}
