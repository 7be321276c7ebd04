/* SPDX-License-Identifier: BSD-2-Clause */
/* What lies in a reader: which cards have which tokens, and what a card is not asked twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/module/slots-case.h"

static void
a_foreign_card_is_asked_once_and_then_left_alone(void **state)
{
	unsigned long before;

	(void)state;
	harness_card("foreign");
	p11_start(f);
	assert_slots(CK_TRUE, 0, 0, 0);
	before = harness_exchanges();
	assert_no_tokens(JPKI_CARD_FOREIGN, JPKI_REASON_FOREIGN_CARD);
	assert_no_tokens(JPKI_CARD_FOREIGN, JPKI_REASON_FOREIGN_CARD);
	assert_int_equal(harness_exchanges(), before);
	harness_card("adult");
	assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
}

/* A PIN that somebody gave a PIV or OpenPGP card ends with the selection of another application. */
static void
what_others_have_open_on_their_cards_stays_open(void **state)
{
	static const char *const applications[] = {"00A4040C0BA000000308000010000100",
						   "00A4040C06D27600012401"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		harness_card("foreign");
		assert_int_equal(harness_other_program(applications[i], "00A4020C020001",
						       "00B0000001", NULL),
				 0x6982);
		p11_start(f);
		assert_slots(CK_TRUE, 0, 0, 0);
		assert_no_tokens(JPKI_CARD_FOREIGN, JPKI_REASON_FOREIGN_CARD);
		p11_stop(f);
		/* Still the same application, and the same file of it. */
		assert_int_equal(harness_other_program("00B0000001", NULL), 0x6982);
	}
	/* The selection of the issuer's application is what would have ended it. */
	assert_int_equal(harness_other_program("00A4040C07A0000001510000", NULL), 0x9000);
	assert_int_not_equal(harness_other_program("00B0000001", NULL), 0x6982);
}

/* Each is an answer: no card that was laid askew answers at all. */
static void
whatever_word_it_answers_a_card_is_asked_once(void **state)
{
	static const char *const faults[] = {
		"sw@transmit:1+:6A81",	   "sw@transmit:1+:6300", "sw@transmit:1+:9100",
		"sw@transmit:1+:6882",	   "sw@transmit:1+:6999", "sw@transmit:1+:6F00",
		"sw@transmit:1+:63C3",	   "sw@transmit:1+:6283", "truncated@transmit:1+:0",
		"truncated@transmit:1+:1",
	};
	unsigned long before;

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		harness_card("foreign");
		harness_sim("fault", faults[i], NULL);
		p11_start(f);
		assert_slots(CK_TRUE, 0, 0, 0);
		before = harness_exchanges();
		assert_no_tokens(JPKI_CARD_FOREIGN, JPKI_REASON_STRANGE_CARD);
		harness_sim("clear", NULL);
		assert_no_tokens(JPKI_CARD_FOREIGN, JPKI_REASON_STRANGE_CARD);
		assert_int_equal(harness_exchanges(), before);
		harness_card("adult");
		assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
		p11_stop(f);
	}
}

/* A card that takes any selection for its own has none of our files, or nothing in them. */
static void
a_card_that_says_yes_to_everything_is_none_of_ours(void **state)
{
	static const char *const faults[][3] = {
		{"sw@transmit:1:9000", "sw@transmit:2:9000", "sw@transmit:3+:6D00"},
		{"sw@transmit:1:9000", "sw@transmit:2:9000", "sw@transmit:3+:6A82"},
		{"sw@transmit:1:9000", "sw@transmit:2:9000", "sw@transmit:3+:6700"},
		{"sw@transmit:1+:9000", NULL, NULL},
	};
	unsigned long before;

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		harness_card("foreign");
		harness_sim("fault", faults[i][0], faults[i][1], faults[i][2], NULL);
		p11_start(f);
		assert_slots(CK_TRUE, 0, 0, 0);
		before = harness_exchanges();
		harness_sim("clear", NULL);
		assert_slots(CK_TRUE, 0, 0, 0);
		assert_int_equal(harness_exchanges(), before);
		harness_card("adult");
		assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
		p11_stop(f);
	}
}

/* An isolated word that is none of the card's own does not make it another card. */
static void
one_strange_word_from_our_card_is_asked_again(void **state)
{
	static const char *const faults[] = {"sw@transmit:1:6F00", "sw@transmit:2:6F00",
					     "sw@transmit:2:6999", "truncated@transmit:2:0"};

	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		harness_card("adult");
		harness_sim("fault", faults[i], NULL);
		p11_start(f);
		assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
		p11_stop(f);
	}
}

static void
an_old_juki_card_has_no_token_and_is_named(void **state)
{
	unsigned long before;

	(void)state;
	harness_card("juki");
	p11_start(f);
	assert_no_tokens(JPKI_CARD_JUKI, JPKI_REASON_JUKI_CARD);
	before = harness_exchanges();
	assert_no_tokens(JPKI_CARD_JUKI, JPKI_REASON_JUKI_CARD);
	assert_int_equal(harness_exchanges(), before);
}

static void
a_child_has_no_signature_token_and_the_other_works(void **state)
{
	CK_TOKEN_INFO info;

	(void)state;
	harness_card("child");
	p11_start(f);
	assert_slots(CK_TRUE, 1, SLOT_AUTH, 0);
	assert_false(p11_has_token(f, SLOT_SIGN));
	assert_int_equal(f->C_GetTokenInfo(SLOT_SIGN, &info), CKR_TOKEN_NOT_PRESENT);
	assert_status(SLOT_SIGN, JPKI_CARD_MYNUMBER, JPKI_REASON_NO_CERTIFICATE,
		      JPKI_TRIES_UNKNOWN);
	assert_status(SLOT_AUTH, JPKI_CARD_MYNUMBER, JPKI_REASON_NONE, 3);
	assert_int_equal(p11_login(f, p11_open(f, SLOT_AUTH), PIN_AUTH), CKR_OK);
}

static void
who_opted_out_has_no_token_at_all(void **state)
{
	(void)state;
	harness_card("opted-out");
	p11_start(f);
	assert_no_tokens(JPKI_CARD_MYNUMBER, JPKI_REASON_NO_CERTIFICATE);
}

/* Card fact 2.3 is about newer cards; phones and older ones may lack the file. */
static void
a_card_without_the_list_of_certificates_shows_both_tokens(void **state)
{
	(void)state;
	harness_sim("set", "adult", "ef-0008", "missing", NULL);
	p11_start(f);
	assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
	assert_int_equal(p11_login(f, p11_open(f, SLOT_SIGN), PIN_SIGN), CKR_OK);
	harness_sim("set", "adult", "ef-0008", "present", NULL);
}

/* At each of the commands that look for the log-in certificate, which takes the PIN. */
static void
one_strange_word_hides_no_token_of_such_a_card(void **state)
{
	char fault[32];

	(void)state;
	harness_sim("set", "adult", "ef-0008", "missing", NULL);
	harness_sim("set", "adult", "auth-certificate", "pin-needed", NULL);
	for (int i = 3; i < 11; i++) {
		harness_card("adult");
		(void)snprintf(fault, sizeof fault, "sw@transmit:%d:6F00:during", i);
		harness_sim("fault", fault, NULL);
		p11_start(f);
		assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
		assert_true(harness_fault_struck());
		harness_sim("clear", NULL);
		p11_stop(f);
	}
	harness_sim("set", "adult", "auth-certificate", "free", NULL);
	harness_sim("set", "adult", "ef-0008", "present", NULL);
}

static void
a_phone_hides_its_certificates_until_login(void **state)
{
	CK_SESSION_HANDLE session;
	CK_TOKEN_INFO info;

	(void)state;
	harness_card("phone");
	p11_start(f);
	assert_status(SLOT_AUTH, JPKI_CARD_ANDROID, JPKI_REASON_NONE, 3);
	token_info(SLOT_AUTH, &info);
	/* Its certificate cannot be read, so the serial is the one of EF 0006. */
	assert_memory_equal(info.serialNumber, "0000000020500003", 16);
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(p11_find(f, session, CKO_PUBLIC_KEY, NULL), 0);
	assert_int_equal(p11_find(f, session, CKO_PROFILE, NULL), 0);
	assert_int_equal(p11_find(f, session, CKO_CERTIFICATE, NULL), 1); /* of the authority */
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(p11_find(f, session, CKO_CERTIFICATE, NULL), 2);
	assert_int_equal(p11_find(f, session, CKO_PUBLIC_KEY, NULL), 1);
	assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, NULL), 1);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	assert_int_equal(p11_find(f, session, CKO_CERTIFICATE, NULL), 1);
}

/*
 * pcscd resets a card for each program that died in a transaction, also while the next one gets to
 * know it; a reset of which others were told before is noticed by SCARD_E_PROTO_MISMATCH alone.
 */
static void
a_card_that_is_reset_while_it_is_read_is_read_all_the_same(void **state)
{
	static const char *const kinds[] = {"card-reset", "reset-ends"};
	enum { CALLS = 24, STEP = 5 };
	char fault[40];

	(void)state;
	for (int i = 0; i < 2 * CALLS * CALLS; i += STEP) {
		CK_OBJECT_HANDLE certificate;
		CK_TOKEN_INFO info;

		p11_start(f);
		(void)snprintf(fault, sizeof fault, "%s@%d", kinds[i % 2], i / 2 / CALLS + 1);
		harness_sim("fault", fault, NULL);
		(void)snprintf(fault, sizeof fault, "%s@%d", kinds[i % 2], i / 2 % CALLS + 1);
		harness_sim("fault", fault, NULL);
		assert_int_equal(f->C_GetTokenInfo(SLOT_AUTH, &info), CKR_OK);
		assert_int_equal(p11_find(f, p11_open(f, SLOT_AUTH), CKO_CERTIFICATE, &certificate),
				 2);
		p11_stop(f);
		harness_sim("clear", NULL);
	}
}

/*
 * The reset that comes for a program which died in a transaction is nothing that pcscd says at
 * once: a command that waited for its end gets through, and, where pcscd's thread waits for a
 * processor, those after it, to a card on which nothing is selected any more.
 */
static void
a_card_that_is_reset_without_a_word_is_ours_all_the_same(void **state)
{
	enum { TRANSMITS = 16, SAID_MAX = 9 };
	char fault[60];

	(void)state;
	for (int i = 0; i < TRANSMITS * SAID_MAX; i++) {
		CK_SLOT_ID slots[16];
		CK_TOKEN_INFO info;

		p11_start(f);
		(void)snprintf(fault, sizeof fault, "reset-unsaid@transmit:%d", i % TRANSMITS + 1);
		harness_sim("fault", fault, NULL);
		(void)snprintf(fault, sizeof fault, "error@transmit:%d:SCARD_E_PROTO_MISMATCH",
			       i % TRANSMITS + 2 + i / TRANSMITS);
		harness_sim("fault", fault, NULL);
		assert_int_equal(f->C_GetTokenInfo(SLOT_AUTH, &info), CKR_OK);
		assert_int_equal(list_slots(CK_TRUE, slots), 2);
		assert_int_equal(p11_find(f, p11_open(f, SLOT_AUTH), CKO_CERTIFICATE, NULL), 2);
		p11_stop(f);
		harness_sim("clear", NULL);
	}
}

/* Behind the PIN too, where the signing certificate is read: the next login has it. */
static void
a_reset_without_a_word_in_a_login_hides_no_key_for_longer(void **state)
{
	enum { TRANSMITS = 18 };
	char fault[40];

	(void)state;
	for (int i = 1; i <= TRANSMITS; i++) {
		CK_SESSION_HANDLE session;
		CK_RV rv;

		p11_start(f);
		session = p11_open(f, SLOT_SIGN);
		(void)snprintf(fault, sizeof fault, "reset-unsaid@transmit:%d", i);
		harness_sim("fault", fault, NULL);
		rv = p11_login(f, session, PIN_SIGN);
		harness_sim("clear", NULL);
		if (rv != CKR_OK) {
			assert_int_equal(rv, CKR_DEVICE_ERROR);
			assert_int_equal(p11_login(f, session, PIN_SIGN), CKR_OK);
		}
		assert_int_equal(p11_find(f, session, CKO_PRIVATE_KEY, NULL), 1);
		assert_int_equal(harness_tries("sign"), 5);
		p11_stop(f);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, case_load, case_tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(a_foreign_card_is_asked_once_and_then_left_alone),
		TEST(what_others_have_open_on_their_cards_stays_open),
		TEST(whatever_word_it_answers_a_card_is_asked_once),
		TEST(a_card_that_says_yes_to_everything_is_none_of_ours),
		TEST(one_strange_word_from_our_card_is_asked_again),
		TEST(an_old_juki_card_has_no_token_and_is_named),
		TEST(a_child_has_no_signature_token_and_the_other_works),
		TEST(who_opted_out_has_no_token_at_all),
		TEST(a_card_without_the_list_of_certificates_shows_both_tokens),
		TEST(one_strange_word_hides_no_token_of_such_a_card),
		TEST(a_phone_hides_its_certificates_until_login),
		TEST(a_card_that_is_reset_while_it_is_read_is_read_all_the_same),
		TEST(a_card_that_is_reset_without_a_word_is_ours_all_the_same),
		TEST(a_reset_without_a_word_in_a_login_hides_no_key_for_longer),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
