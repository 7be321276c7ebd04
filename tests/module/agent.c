/* SPDX-License-Identifier: BSD-2-Clause */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/module/agent-case.h"

static CK_MECHANISM sha256 = {CKM_SHA256_RSA_PKCS, NULL, 0};

static bool
flag_is_set(void)
{
	return p11_token_flags(f, SLOT_AUTH) & CKF_PROTECTED_AUTHENTICATION_PATH;
}

static void
the_flag_says_whether_an_agent_would_ask(void **state)
{
	static const struct agent_line lines[] = {RIGHT};

	(void)state;
	assert_false(flag_is_set());
	assert_int_equal(log_in(), CKR_ARGUMENTS_BAD);
	START(lines);
	assert_true(flag_is_set());
	restart_with("ask-pin", "program", SLOT_AUTH);
	assert_false(flag_is_set());
	assert_int_equal(log_in(), CKR_ARGUMENTS_BAD);
	assert_int_equal(f->C_Login(session, CKU_USER, (CK_UTF8CHAR *)(uintptr_t)"", 0),
			 CKR_PIN_LEN_RANGE);
	assert_int_equal(agent_stop(), 0);
}

static void
programs_that_are_excepted_ask_themselves(void **state)
{
	static const struct agent_line lines[] = {RIGHT};

	(void)state;
	START(lines);
	restart_with("ask-pin-agent-not-for", "firefox* *agent", SLOT_AUTH);
	assert_false(flag_is_set());
	assert_int_equal(log_in(), CKR_ARGUMENTS_BAD);
	restart_with("ask-pin-agent-not-for", "", SLOT_AUTH);
	assert_true(flag_is_set());
}

static void
the_modules_own_interface_says_who_asks(void **state)
{
	static const struct agent_line lines[] = {RIGHT};
	struct jpki_asking asking;

	(void)state;
	p11_asking("jpki-pkcs11", &asking);
	assert_true(asking.by_agent);
	assert_false(asking.excepted);
	assert_false(asking.is_there);
	assert_non_null(strstr(asking.excepts, "firefox*"));
	START(lines);
	restart_with("ask-pin-agent-not-for", "lo agent", SLOT_AUTH);
	p11_asking("jpki-pkcs11", &asking);
	assert_true(asking.by_agent);
	assert_true(asking.is_there);
	assert_string_equal(asking.excepts, "lo agent");
	restart_with("ask-pin-agent-not-for", "lo *agent", SLOT_AUTH);
	p11_asking("jpki-pkcs11", &asking);
	assert_true(asking.excepted);
	restart_with("ask-pin", "program", SLOT_AUTH);
	p11_asking("jpki-pkcs11", &asking);
	assert_false(asking.by_agent);
	assert_int_equal(agent_stop(), 0);
}

static void
a_link_or_a_file_is_no_agent(void **state)
{
	static const struct agent_line lines[] = {RIGHT};
	char real[160];

	(void)state;
	START(lines);
	(void)snprintf(real, sizeof real, "%s.real", agent_path());
	assert_int_equal(rename(agent_path(), real), 0);
	assert_int_equal(symlink(real, agent_path()), 0);
	assert_false(flag_is_set());
	assert_int_equal(log_in(), CKR_ARGUMENTS_BAD);
	assert_int_equal(unlink(agent_path()), 0);
	assert_int_equal(rename(real, agent_path()), 0);
	assert_true(flag_is_set());
}

static void
the_user_is_told_what_the_pin_is_for(void **state)
{
	static const struct agent_line lines[] = {RIGHT, RIGHT_SIGN};
	const struct jpki_agent_request *asked;
	CK_TOKEN_INFO info;

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_OK);
	session = p11_open(f, SLOT_SIGN);
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(agent_stop(), 2);
	asked = agent_request(0);
	assert_int_equal(asked->version, JPKI_AGENT_VERSION);
	assert_int_equal(asked->purpose, JPKI_AGENT_LOGIN);
	assert_int_equal(asked->key, JPKI_AGENT_KEY_AUTH);
	assert_int_equal(asked->fault, JPKI_AGENT_FAULT_NONE);
	assert_int_equal(asked->tries_left, 3);
	assert_int_equal(asked->tries_allowed, 3);
	assert_string_equal(asked->reader, "Reader");
	assert_int_equal(f->C_GetTokenInfo(SLOT_AUTH, &info), CKR_OK);
	assert_int_equal(strlen(asked->serial), 16);
	assert_memory_equal(asked->serial, info.serialNumber, 16);
	asked = agent_request(1);
	assert_int_equal(asked->key, JPKI_AGENT_KEY_SIGN);
	assert_int_equal(asked->tries_left, 5);
	assert_int_equal(asked->tries_allowed, 5);
}

static void
a_login_by_the_agent_signs_and_is_asked_for_once(void **state)
{
	static const struct agent_line lines[] = {RIGHT};

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(p11_sign_any(f, session), CKR_OK);
	assert_int_equal(p11_sign_any(f, session), CKR_OK);
	assert_int_equal(log_in(), CKR_USER_ALREADY_LOGGED_IN);
	assert_int_equal(agent_stop(), 1);
	assert_int_equal(harness_tries("auth"), 3);
	assert_false(harness_is_open("auth"));
}

static void
a_pin_of_the_programs_own_is_taken(void **state)
{
	static const struct agent_line lines[] = {RIGHT};

	(void)state;
	START(lines);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(agent_stop(), 0);
}

static void
a_wrong_entry_is_asked_again_within_the_one_login(void **state)
{
	static const struct agent_line lines[] = {
		{.pin = "12345"}, {.pin = "0000"}, {.pin = "0000"}, {.pin = "１２３４"}};
	static const struct {
		enum jpki_agent_fault fault;
		unsigned int tries;
	} expected[] = {{JPKI_AGENT_FAULT_NONE, 3},
			{JPKI_AGENT_FAULT_SHAPE, 3},
			{JPKI_AGENT_FAULT_WRONG, 2},
			{JPKI_AGENT_FAULT_REPEATED, 2}};

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(agent_stop(), COUNT(lines));
	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_int_equal(agent_request(i)->fault, expected[i].fault);
		assert_int_equal(agent_request(i)->tries_left, expected[i].tries);
	}
	assert_int_equal(harness_tries("auth"), 3);
}

static void
a_locked_pin_is_not_asked_for(void **state)
{
	static const struct agent_line lines[] = {
		{.pin = "0000"}, {.pin = "0001"}, {.pin = "0002"}, RIGHT};

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_PIN_LOCKED);
	assert_int_equal(log_in(), CKR_PIN_LOCKED);
	assert_int_equal(agent_stop(), 3);
	assert_int_equal(agent_request(2)->tries_left, 1);
}

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Firefox's notice stays on the screen where C_Login returns sooner. */
static void
cancelling_sends_nothing_and_takes_a_second(void **state)
{
	static const struct agent_line lines[] = {{.pin = NULL}};
	const unsigned long before = harness_verifies();
	const int64_t begun = now_ms();

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_FUNCTION_CANCELED);
	assert_true(now_ms() - begun >= 1000);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(agent_stop(), 1);
}

static void
an_agent_that_dies_or_lies_sends_nothing_to_the_card_and_takes_a_second(void **state)
{
	static const struct agent_line lines[] = {
		{.pin = PIN_AUTH, .fault = AGENT_HANGS_UP},
		{.pin = PIN_AUTH, .fault = AGENT_PIN_LENGTH},
		{.pin = PIN_AUTH, .fault = AGENT_NO_PROMPT},
	};
	const unsigned long before = harness_verifies();

	(void)state;
	START(lines);
	for (size_t i = 0; i < COUNT(lines); i++) {
		const int64_t begun = now_ms();

		assert_int_equal(log_in(), CKR_FUNCTION_CANCELED);
		assert_true(now_ms() - begun >= 1000);
	}
	assert_int_equal(harness_verifies(), before);
}

/* A length is a length: what is behind a NUL counts. */
static void
a_pin_with_a_nul_is_not_sent(void **state)
{
	static const struct agent_line lines[] = {{.pin = PIN_AUTH, .fault = AGENT_NUL},
						  {.pin = PIN_AUTH "5", .fault = AGENT_NUL},
						  {.pin = NULL}};
	const unsigned long before = harness_verifies();

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_FUNCTION_CANCELED);
	assert_int_equal(agent_stop(), 3);
	for (size_t i = 1; i < COUNT(lines); i++)
		assert_int_equal(agent_request(i)->fault, JPKI_AGENT_FAULT_SHAPE);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(harness_tries("auth"), 3);
}

/* One that types by itself, wrong in a new way each time, is stopped like one that is stuck. */
static void
an_agent_that_never_gives_up_is_left(void **state)
{
	static const struct agent_line lines[20] = {
		{.pin = "1"}, {.pin = "1"}, {.pin = "1"}, {.pin = "1"}, {.pin = "1"}, {.pin = "1"},
		{.pin = "1"}, {.pin = "1"}, {.pin = "1"}, {.pin = "1"}, {.pin = "1"}, RIGHT};

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_FUNCTION_CANCELED);
	assert_int_equal(agent_stop(), 10);
	assert_int_equal(harness_tries("auth"), 3);
}

static void
spend_all_but_one_of_sign(void)
{
	assert_int_equal(harness_other_program(SELECT_JPKI, "00A4020C02001B", WRONG_SIGN,
					       WRONG_SIGN, WRONG_SIGN, WRONG_SIGN, NULL),
			 0x63c1);
}

static void
lock_pin(void)
{
	assert_int_equal(harness_other_program(SELECT_JPKI, "00A4020C020018", WRONG_AUTH,
					       WRONG_AUTH, WRONG_AUTH, NULL) &
				 0xfff0,
			 0x63c0);
}

static void
finalize(void)
{
	assert_int_equal(f->C_Finalize(NULL), CKR_OK);
}

static CK_RV
set_pin(void)
{
	return f->C_SetPIN(session, NO_PIN, NO_PIN);
}

static CK_RV
begin_to_sign(void)
{
	CK_OBJECT_HANDLE key;

	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	return f->C_SignInit(session, &sha256, key);
}

static CK_RV
confirm(void)
{
	return f->C_Login(session, CKU_CONTEXT_SPECIFIC, NO_PIN);
}

/* What happens while the dialog is open, and what the call that it was for then is. */
static void
assert_seen_before_a_pin_is_sent(CK_RV (*call)(void), const char *pin, void (*happens)(void),
				 CK_RV rv, unsigned int spent)
{
	const struct agent_line line = {.pin = pin, .new_pin = "4321", .before = happens};
	unsigned long verifies = harness_verifies() + spent;

	agent_start(&line, 1);
	assert_int_equal(call(), rv);
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(agent_stop(), 1);
	(void)f->C_Finalize(NULL);
	harness_card("adult");
}

static const struct {
	void (*happens)(void);
	CK_RV rv;
	unsigned int spent; /* tries, by others */
} happenings[] = {
	{take_card_out, CKR_DEVICE_REMOVED, 0},
	{swap_card, CKR_DEVICE_REMOVED, 0},
	{lock_pin, CKR_PIN_LOCKED, 3},
	{finalize, CKR_CRYPTOKI_NOT_INITIALIZED, 0},
};

static void
what_happens_while_the_user_types_is_seen_before_the_pin_is_sent(void **state)
{
	static CK_RV (*const calls[])(void) = {log_in, set_pin};

	(void)state;
	for (size_t c = 0; c < COUNT(calls); c++)
		for (size_t i = 0; i < COUNT(happenings); i++) {
			assert_seen_before_a_pin_is_sent(calls[c], PIN_AUTH, happenings[i].happens,
							 happenings[i].rv, happenings[i].spent);
			p11_start(f);
			session = p11_open(f, SLOT_AUTH);
		}
}

static void
lock_password(void)
{
	spend_all_but_one_of_sign();
	assert_int_equal(harness_other_program(SELECT_JPKI, "00A4020C02001B", WRONG_SIGN, NULL) &
				 0xfff0,
			 0x63c0);
}

static void
so_it_is_where_consent_to_a_signature_is_asked(void **state)
{
	(void)state;
	restart_with("ask-pin-each-signature", "yes", SLOT_SIGN);
	for (size_t i = 0; i < COUNT(happenings); i++) {
		const bool locks = happenings[i].happens == lock_pin;

		assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
		assert_int_equal(begin_to_sign(), CKR_OK);
		assert_seen_before_a_pin_is_sent(confirm, PIN_SIGN,
						 locks ? lock_password : happenings[i].happens,
						 happenings[i].rv, locks ? 5 : 0);
		p11_start(f);
		session = p11_open(f, SLOT_SIGN);
	}
}

/* The user types for the card that the session is of, or not at all. */
static void
nobody_is_asked_for_a_card_that_is_gone(void **state)
{
	static const struct agent_line lines[] = {RIGHT};
	static CK_RV (*const calls[])(void) = {log_in, set_pin};
	static void (*const leaves[])(void) = {swap_card, take_card_out};

	(void)state;
	START(lines);
	for (size_t i = 0; i < COUNT(calls) * COUNT(leaves); i++) {
		leaves[i / COUNT(calls)]();
		assert_int_equal(calls[i % COUNT(calls)](), CKR_DEVICE_REMOVED);
		harness_card("adult");
		session = p11_open(f, SLOT_AUTH);
	}
	assert_int_equal(agent_stop(), 0);
}

/* Neither card nor lock is held for a person: what needs them is done meanwhile. */
static void
use_the_card_meanwhile(void)
{
	CK_SESSION_HANDLE other = p11_open(f, SLOT_SIGN);
	CK_OBJECT_HANDLE key;
	CK_TOKEN_INFO info;
	uint8_t signature[256];

	assert_int_equal(f->C_GetTokenInfo(SLOT_AUTH, &info), CKR_OK);
	assert_int_equal(p11_login(f, other, PIN_SIGN), CKR_OK);
	assert_int_equal(p11_find(f, other, CKO_PRIVATE_KEY, &key), 1);
	assert_int_equal(p11_sign(f, other, key, &sha256, "x", 1, signature), CKR_OK);
	assert_int_equal(f->C_CloseSession(other), CKR_OK);
	assert_int_equal(harness_other_program(SELECT_JPKI, NULL), 0x9000);
}

static void
others_go_on_while_the_user_types(void **state)
{
	static const struct agent_line lines[] = {
		{.pin = PIN_AUTH, .before = use_the_card_meanwhile}};

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(agent_stop(), 1);
	assert_false(harness_is_open("auth"));
	assert_false(harness_is_open("sign"));
}

/* A child has to begin anew, and has nothing of what is being asked. */
static void
fork_a_child(void)
{
	const pid_t child = fork();
	int status;

	if (child == 0)
		_exit(f->C_Login(session, CKU_USER, NO_PIN) == CKR_CRYPTOKI_NOT_INITIALIZED &&
				      f->C_Initialize(NULL) == CKR_OK &&
				      f->C_Finalize(NULL) == CKR_OK
			      ? 0
			      : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
a_fork_while_the_user_types_changes_nothing(void **state)
{
	static const struct agent_line lines[] = {{.pin = PIN_AUTH, .before = fork_a_child}};

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(p11_sign_any(f, session), CKR_OK);
	assert_int_equal(agent_stop(), 1);
	assert_int_equal(harness_tries("auth"), 3);
}

/* The yes before the last try is the dialog's: one that opened before has not asked for it. */
static void
assert_asked_anew(unsigned long verifies, unsigned int told, const char *pin)
{
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(harness_tries(pin), 1);
	assert_int_equal(agent_stop(), 2);
	assert_int_equal(agent_request(0)->tries_left, told);
	assert_int_equal(agent_request(1)->tries_left, 1);
	assert_int_equal(agent_request(1)->fault, JPKI_AGENT_FAULT_FEWER);
}

static void
a_login_whose_tries_others_spent_meanwhile_is_asked_anew_and_not_sent(void **state)
{
	static const struct agent_line lines[] = {{.pin = PIN_AUTH, .before = spend_all_but_one},
						  {.pin = NULL}};
	static const struct agent_line again[] = {RIGHT};
	const unsigned long before = harness_verifies();

	(void)state;
	START(lines);
	assert_int_equal(log_in(), CKR_FUNCTION_CANCELED);
	assert_asked_anew(before + 2, 3, "auth");
	START(again);
	assert_int_equal(log_in(), CKR_OK); /* with a yes to the last one */
	assert_int_equal(harness_tries("auth"), 3);
}

static void
a_change_whose_tries_others_spent_meanwhile_is_asked_anew_and_not_sent(void **state)
{
	static const struct agent_line lines[] = {
		{.pin = PIN_AUTH, .new_pin = "4321", .before = spend_all_but_one}, {.pin = NULL}};
	const unsigned long before = harness_verifies();

	(void)state;
	START(lines);
	assert_int_equal(set_pin(), CKR_FUNCTION_CANCELED);
	assert_asked_anew(before + 2, 3, "auth");
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK); /* it is as it was */
}

static CK_RV
end_signing(void)
{
	CK_BYTE text[] = "x", signature[256];
	CK_ULONG len = sizeof signature;

	return f->C_Sign(session, text, 1, signature, &len);
}

static void
a_consent_whose_tries_others_spent_meanwhile_is_asked_anew_and_not_sent(void **state)
{
	static const struct agent_line lines[] = {
		{.pin = PIN_SIGN, .before = spend_all_but_one_of_sign}, {.pin = NULL}};
	unsigned long before;

	(void)state;
	restart_with("ask-pin-each-signature", "yes", SLOT_SIGN);
	assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
	START(lines);
	assert_int_equal(begin_to_sign(), CKR_OK);
	before = harness_verifies();
	assert_int_equal(confirm(), CKR_FUNCTION_CANCELED);
	assert_asked_anew(before + 4, 5, "sign");
	assert_int_equal(end_signing(), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_USER_ALREADY_LOGGED_IN);
}

/* For programs with a dialog of their own (jpki-tool, jpki-desktop). */
static void
a_program_can_say_which_tries_its_user_was_told(void **state)
{
	const struct jpki_functions *own = p11_own_functions("jpki-pkcs11");
	CK_UTF8CHAR old_pin[] = PIN_AUTH, new_pin[] = "4321";
	unsigned long before;

	(void)state;
	assert_int_equal(own->tell_tries(session + 1000, 3), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(own->tell_tries(session, 3), CKR_OK);
	spend_all_but_one();
	before = harness_verifies();
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_FUNCTION_REJECTED);
	assert_int_equal(f->C_SetPIN(session, old_pin, 4, new_pin, 4), CKR_FUNCTION_REJECTED);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(own->tell_tries(session, 1), CKR_OK);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(own->tell_tries(session, 0), CKR_OK);
}

static void
consent_can_be_asked_by_the_agent_where_the_program_asks_for_it(void **state)
{
	static const struct agent_line lines[] = {
		{.pin = "WRONG1"}, RIGHT_SIGN, {.pin = NULL}, RIGHT_SIGN};

	(void)state;
	restart_with("ask-pin-each-signature", "yes", SLOT_SIGN);
	assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
	START(lines);
	assert_int_equal(confirm(), CKR_OPERATION_NOT_INITIALIZED); /* and nobody is asked */
	assert_int_equal(begin_to_sign(), CKR_OK);
	assert_int_equal(confirm(), CKR_OK);
	assert_int_equal(agent_request(0)->purpose, JPKI_AGENT_SIGNATURE);
	assert_int_equal(agent_request(1)->fault, JPKI_AGENT_FAULT_WRONG);
	assert_int_equal(end_signing(), CKR_OK);
	assert_int_equal(begin_to_sign(), CKR_OK);
	assert_int_equal(confirm(), CKR_FUNCTION_CANCELED);
	assert_int_equal(confirm(), CKR_OK); /* the operation goes on */
	assert_int_equal(end_signing(), CKR_OK);
	assert_int_equal(agent_stop(), 4);
	assert_int_equal(harness_tries("sign"), 5);
}

/* What cannot be signed is no reason to ask for a password. */
static void
consent_is_not_asked_for_what_cannot_be_signed(void **state)
{
	static const struct agent_line lines[] = {RIGHT_SIGN};
	CK_MECHANISM raw = {CKM_RSA_PKCS, NULL, 0};
	CK_BYTE signature[256];
	CK_ULONG len = sizeof signature;
	CK_OBJECT_HANDLE key;

	(void)state;
	restart_with("ask-pin-each-signature", "yes", SLOT_SIGN);
	assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
	START(lines);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	assert_int_equal(f->C_SignInit(session, &raw, key), CKR_OK);
	assert_int_equal(f->C_Sign(session, signature, 0, signature, &len), CKR_DATA_LEN_RANGE);
	assert_int_equal(agent_stop(), 0);
}

static void *
log_in_too(void *rv)
{
	*(CK_RV *)rv = log_in();
	return NULL;
}

/* Two sessions of one program ask the user one question. */
static void
of_two_threads_one_asks(void **state)
{
	static const struct agent_line lines[] = {RIGHT, RIGHT};
	CK_SESSION_HANDLE other;
	CK_RV first, second;
	pthread_t thread;

	(void)state;
	START(lines);
	assert_int_equal(pthread_create(&thread, NULL, log_in_too, &first), 0);
	other = p11_open(f, SLOT_AUTH);
	second = f->C_Login(other, CKU_USER, NO_PIN);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(first == CKR_OK || second == CKR_OK);
	assert_true(first == CKR_USER_ALREADY_LOGGED_IN || second == CKR_USER_ALREADY_LOGGED_IN);
	assert_int_equal(agent_stop(), 1);
}

static void
the_agent_asks_for_both_pins_of_a_change(void **state)
{
	static const struct agent_line lines[] = {{.pin = "0000", .new_pin = "4321"},
						  {.pin = PIN_AUTH, .new_pin = "43210"},
						  {.pin = PIN_AUTH},
						  {.pin = PIN_AUTH, .new_pin = "4321"},
						  {.pin = "4321", .new_pin = PIN_AUTH}};

	(void)state;
	START(lines);
	assert_int_equal(set_pin(), CKR_FUNCTION_CANCELED); /* the third: half an answer */
	assert_int_equal(agent_request(1)->fault, JPKI_AGENT_FAULT_WRONG);
	assert_int_equal(agent_request(2)->fault, JPKI_AGENT_FAULT_NEW_LENGTH);
	assert_int_equal(agent_request(0)->purpose, JPKI_AGENT_CHANGE);
	assert_int_equal(set_pin(), CKR_OK);
	assert_int_equal(p11_login(f, session, "4321"), CKR_OK);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	assert_int_equal(set_pin(), CKR_OK);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(f->C_SetPIN(session, (CK_UTF8CHAR *)(uintptr_t)PIN_AUTH, 4, NO_PIN),
			 CKR_ARGUMENTS_BAD);
}

/* Java, ssh and OpenSSL do not know that a key may want its PIN for each signature. */
static void
consent_to_each_signature_is_asked_whatever_the_program_knows(void **state)
{
	static const struct agent_line lines[] = {
		RIGHT_SIGN, RIGHT_SIGN, {.pin = "WRONG1"}, RIGHT_SIGN, {.pin = NULL}};

	(void)state;
	restart_with("ask-pin-each-signature", "yes", SLOT_SIGN);
	START(lines);
	assert_int_equal(log_in(), CKR_OK);
	assert_int_equal(p11_sign_any(f, session), CKR_OK);
	assert_int_equal(agent_request(1)->purpose, JPKI_AGENT_SIGNATURE);
	assert_int_equal(p11_sign_any(f, session), CKR_OK);
	assert_int_equal(agent_request(3)->fault, JPKI_AGENT_FAULT_WRONG);
	assert_int_equal(p11_sign_any(f, session), CKR_FUNCTION_CANCELED);
	assert_int_equal(agent_stop(), 5);
	assert_int_equal(harness_tries("sign"), 5);
	assert_int_equal(p11_sign_any(f, session), CKR_USER_NOT_LOGGED_IN);
}

static CK_BBOOL
always_authenticate(void)
{
	CK_OBJECT_HANDLE key;
	CK_ULONG len = 0;
	CK_BBOOL is = 2;
	uint8_t *value;

	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, &key), 1);
	value = p11_get(f, session, key, CKA_ALWAYS_AUTHENTICATE, &len);
	if (len == sizeof is)
		is = *value;
	free(value);
	return is;
}

/* ssh's agent uses no key of which it would have to ask itself. */
static void
a_program_has_to_ask_for_consent_only_where_no_agent_does(void **state)
{
	static const struct agent_line lines[] = {RIGHT_SIGN, RIGHT_SIGN};

	(void)state;
	restart_with("ask-pin-each-signature", "yes", SLOT_SIGN);
	assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
	assert_int_equal(always_authenticate(), CK_TRUE);
	START(lines);
	assert_int_equal(always_authenticate(), CK_FALSE);
	assert_int_equal(p11_sign_any(f, session), CKR_OK);
	assert_int_equal(agent_request(0)->purpose, JPKI_AGENT_SIGNATURE);
	assert_int_equal(agent_stop(), 1);
	assert_int_equal(always_authenticate(), CK_TRUE);
	assert_int_equal(p11_sign_any(f, session), CKR_USER_NOT_LOGGED_IN);
}

static void
a_password_for_each_signature_serves_no_other_login(void **state)
{
	static const struct agent_line lines[] = {RIGHT_SIGN, RIGHT_SIGN};

	(void)state;
	restart_with("ask-pin-each-signature", "yes", SLOT_SIGN);
	START(lines);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(log_in(), CKR_OK);
		assert_int_equal(f->C_CloseSession(session), CKR_OK);
		session = p11_open(f, SLOT_SIGN);
	}
	assert_int_equal(agent_stop(), 2);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(the_flag_says_whether_an_agent_would_ask),
		TEST(programs_that_are_excepted_ask_themselves),
		TEST(the_modules_own_interface_says_who_asks),
		TEST(a_link_or_a_file_is_no_agent),
		TEST(the_user_is_told_what_the_pin_is_for),
		TEST(a_login_by_the_agent_signs_and_is_asked_for_once),
		TEST(a_pin_of_the_programs_own_is_taken),
		TEST(a_wrong_entry_is_asked_again_within_the_one_login),
		TEST(a_locked_pin_is_not_asked_for),
		TEST(cancelling_sends_nothing_and_takes_a_second),
		TEST(an_agent_that_dies_or_lies_sends_nothing_to_the_card_and_takes_a_second),
		TEST(a_pin_with_a_nul_is_not_sent),
		TEST(an_agent_that_never_gives_up_is_left),
		TEST(what_happens_while_the_user_types_is_seen_before_the_pin_is_sent),
		TEST(so_it_is_where_consent_to_a_signature_is_asked),
		TEST(nobody_is_asked_for_a_card_that_is_gone),
		TEST(others_go_on_while_the_user_types),
		TEST(a_fork_while_the_user_types_changes_nothing),
		TEST(a_login_whose_tries_others_spent_meanwhile_is_asked_anew_and_not_sent),
		TEST(a_change_whose_tries_others_spent_meanwhile_is_asked_anew_and_not_sent),
		TEST(a_consent_whose_tries_others_spent_meanwhile_is_asked_anew_and_not_sent),
		TEST(a_program_can_say_which_tries_its_user_was_told),
		TEST(consent_can_be_asked_by_the_agent_where_the_program_asks_for_it),
		TEST(consent_is_not_asked_for_what_cannot_be_signed),
		TEST(of_two_threads_one_asks),
		TEST(the_agent_asks_for_both_pins_of_a_change),
		TEST(consent_to_each_signature_is_asked_whatever_the_program_knows),
		TEST(a_program_has_to_ask_for_consent_only_where_no_agent_does),
		TEST(a_password_for_each_signature_serves_no_other_login),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests_name("module-agent", tests, NULL, NULL);
}
