/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/module/case.h"

/*
 * The probes of the vendor interface: what they send is harmless by ISO 7816-4 and the facts on the
 * card, and what they are told is what the card said.
 */

static struct jpki_probe_report report;

static CK_RV
probe(const char *pin)
{
	const struct jpki_functions *jpki = p11_own_functions("jpki-pkcs11");
	CK_UTF8CHAR copy[16] = "";
	CK_SESSION_HANDLE session;
	CK_RV rv;

	memset(&report, 0, sizeof report);
	report.size = sizeof report;
	if (!pin)
		return jpki->probe_card(SLOT_AUTH, &report);
	memcpy(copy, pin, strlen(pin));
	session = p11_open(f, SLOT_AUTH);
	rv = jpki->probe_card_with_pin(session, copy, strlen(pin), &report);
	assert_int_equal(f->C_CloseSession(session), CKR_OK);
	return rv;
}

static const struct jpki_probe *
answer(const char *name)
{
	for (CK_ULONG i = 0; i < report.count; i++)
		if (strcmp(report.probes[i].name, name) == 0)
			return &report.probes[i];
	fail_msg("there is no probe %s", name);
	return NULL;
}

static void
assert_sw(const char *name, CK_ULONG sw)
{
	if (answer(name)->state != JPKI_PROBE_ANSWERED || answer(name)->sw != sw)
		fail_msg("%s: state %d, %04lX", name, (int)answer(name)->state, answer(name)->sw);
}

/*
 * A signature that no card makes: more than it can take, no hash where it takes one, nothing where
 * it takes a message, or a form that there is not (card fact 3.4).
 */
static bool
cannot_be_signed(const CK_BYTE *command)
{
	switch (command[2]) {
	case 0:
		return command[4] > 245;
	case 2:
	case 4:
		return command[4] != 32;
	case 1:
	case 3:
	case 5:
		return command[4] == 0;
	default:
		return true;
	}
}

/* Not the document key's certificate, whoever is asked for it. */
static bool
is_harmless_read(const struct jpki_probe *p)
{
	const CK_BYTE *c = p->command;

	return (p->command_len == 5 || p->command_len == 7) && c[2] != 0x81;
}

/* One command: SELECT, READ BINARY, GET DATA of a contact ATR, GET CHALLENGE, the query. */
static bool
is_harmless(const struct jpki_probe *p)
{
	const CK_BYTE *c = p->command;

	switch (c[1]) {
	case 0xa4:
	case 0x84:
		return true;
	case 0xb0:
		return is_harmless_read(p);
	case 0xca:
		return c[2] == 0x5f && c[3] == 0x51;
	case 0x20:
		return p->command_len == 4 && (c[3] == 0x80 || c[3] == 0x98 || c[3] == 0x9b);
	case 0x2a:
		return p->needs_pin || cannot_be_signed(c);
	default:
		return false;
	}
}

/* Files and keys are those of an application, and of no other one than JPKI. */
static bool
is_of_an_application(const CK_BYTE *c)
{
	return c[1] == 0xb0 || c[1] == 0x2a || c[1] == 0x20 || (c[1] == 0xa4 && c[2] == 0x02);
}

/* By its name. P1 = 00 (a master file, or whatever has that id) may select anything. */
static bool
selects_jpki(const CK_BYTE *c)
{
	static const CK_BYTE jpki[] = {0xd3, 0x92, 0xf0, 0x00, 0x26};

	return c[2] == 0x04 && memcmp(c + 5, jpki, sizeof jpki) == 0;
}

/* Four bytes of the file that is selected, if one is: right after SELECT without a name this tells
 * whether it still is, and another application has none selected. */
static bool
asks_what_is_left(const struct jpki_probe *before, const struct jpki_probe *p)
{
	static const CK_BYTE nameless[] = {0x00, 0xa4, 0x00, 0x00}, read[] = {0x00, 0xb0, 0, 0, 4};

	return before->command_len == sizeof nameless && p->command_len == sizeof read &&
	       memcmp(before->command, nameless, sizeof nameless) == 0 &&
	       memcmp(p->command, read, sizeof read) == 0;
}

static void
nothing_that_could_spend_or_change_anything_is_in_the_list(void **state)
{
	bool is_jpki = false;

	(void)state;
	report.size = sizeof report;
	assert_int_equal(p11_own_functions("jpki-pkcs11")->list_probes(&report), CKR_OK);
	assert_in_range(report.count, 1, JPKI_PROBES_MAX);
	assert_int_equal(harness_exchanges(), 0);
	for (CK_ULONG i = 0; i < report.count; i++) {
		const struct jpki_probe *p = &report.probes[i];

		assert_int_equal(p->state, JPKI_PROBE_NOT_SENT);
		assert_true(strlen(p->name) > 0 && strlen(p->facts) > 0);
		if (p->command ? !is_harmless(p) : !p->needs_pin)
			fail_msg("%s is not harmless", p->name);
		if (!p->command)
			is_jpki = false;
		else if (p->command[1] == 0xa4 && (p->command[2] == 0x04 || p->command[2] == 0x00))
			is_jpki = selects_jpki(p->command);
		if (p->command && is_of_an_application(p->command) && !is_jpki &&
		    !asks_what_is_left(p - 1, p))
			fail_msg("%s goes to another application", p->name);
	}
}

static void
assert_untouched(unsigned long verifies)
{
	assert_int_equal(harness_tries("auth"), 3);
	assert_int_equal(harness_tries("sign"), 5);
	assert_int_equal(harness_verifies(), verifies);
	assert_false(harness_is_open("auth"));
	assert_false(harness_is_open("sign"));
}

static void
without_a_pin_no_try_no_verify_no_signature_and_the_card_is_logged_out(void **state)
{
	const unsigned long verifies = harness_verifies();

	(void)state;
	assert_int_equal(probe(NULL), CKR_OK);
	assert_untouched(verifies);
	assert_true(report.alone);
	for (CK_ULONG i = 0; i < report.count; i++)
		if (report.probes[i].needs_pin)
			assert_int_equal(report.probes[i].state, JPKI_PROBE_NOT_SENT);
	assert_sw("first-command", 0x9000);
	assert_sw("select-nobody", 0x6a82);
	assert_sw("sign-certificate-read", 0x6982);
	assert_sw("info-behind-end", 0x6b00);
	assert_sw("auth-pin-query", 0x63c3);
	assert_sw("sign-pin-short-id", 0x63c5);
	assert_sw("signature-unknown", 0x6a86);
	assert_sw("signature-pss", 0x6982);
	assert_sw("extended-read", 0x6700);
	assert_sw("sign-nothing", 0x6986);
	assert_sw("select-none", 0x9000);
	assert_sw("none-read", 0x9000);
	assert_sw("none-return", 0x9000);
	assert_sw("3f00-return", 0x9000);
	assert_sw("id-return", 0x9000);
	assert_sw("signature-p1-05", 0x6982);
	assert_int_equal(answer("current-read")->length, 160);
	assert_int_equal(answer("auth-certificate-end")->length, 3808);
	assert_int_equal(answer("auth-ca-filler")->data[0], 0xff);
	assert_memory_equal(answer("info-read")->data, "JPKIAPICCTOKEN2 ", 16);
	assert_int_equal(report.atr_len, 13);
	assert_int_equal(report.protocol, 1);
}

static void
with_the_pin_one_verify_and_what_ends_a_login(void **state)
{
	const unsigned long verifies = harness_verifies();

	(void)state;
	assert_int_equal(probe(PIN_AUTH), CKR_OK);
	assert_untouched(verifies + 1);
	assert_sw("pin-signature", 0x9000);
	assert_int_equal(answer("pin-signature")->data[0], 1);
	assert_sw("pin-signature-pss", 0x9000);
	assert_int_equal(answer("pin-signature-pss")->data[0], 1);
	assert_sw("pin-signature-longest", 0x9000);
	assert_int_equal(answer("pin-signature-longest")->data_len, 0);
	assert_sw("pin-signature-too-long", 0x6700);
	assert_sw("pin-signature-short-id", 0x9000);
	assert_int_equal(answer("pin-signature-short-id")->data_len, 0);
	assert_sw("pin-query", 0x63c3);
	assert_sw("pin-after-file", 0x9000);
	assert_sw("pin-after-jpki", 0x9000);
	assert_sw("pin-after-reset", 0x9000);
	assert_sw("pin-after-leaving", 0x6982);
	assert_sw("pin-after-isd", 0x6982);
	assert_int_equal(answer("pin-power")->state, JPKI_PROBE_NOT_SENT);
	assert_int_equal(answer("pin-after-power")->state, JPKI_PROBE_NOT_SENT);
}

/* With contacts nobody knows what a reset does (card fact 4, 13.3), and one login is all there is:
 * whether leaving ends it is what the module rests on. */
static void
with_contacts_no_reset_comes_before_what_the_module_logs_out_with(void **state)
{
	static const char *const numbers[] = {"1", "2", "3", "4", "5"};

	(void)state;
	harness_sim("set", "adult", "login-at-reset", "dropped", NULL);
	for (size_t i = 0; i < 5; i++) {
		harness_sim("set", "adult", "atr", numbers[i], NULL);
		harness_card("adult");
		assert_int_equal(probe(PIN_AUTH), CKR_OK);
		assert_sw("pin-after-jpki", 0x9000);
		assert_int_equal(answer("pin-reset")->state, JPKI_PROBE_NOT_SENT);
		assert_int_equal(answer("pin-after-reset")->state, JPKI_PROBE_NOT_SENT);
		assert_sw("pin-after-leaving", 0x6982);
	}
	harness_sim("set", "adult", "login-after-leaving", "kept", NULL);
	assert_int_equal(probe(PIN_AUTH), CKR_OK);
	assert_sw("pin-after-leaving", 0x9000);
	harness_sim("set", "adult", "login-after-leaving", "dropped", NULL);
	harness_sim("set", "adult", "login-at-reset", "kept", NULL);
	harness_sim("set", "adult", "atr", "6", NULL);
	harness_card("adult");
}

/* Card fact 4. There the module logs out by taking the power. */
static void
where_no_other_application_ends_a_login_it_is_told_whether_loss_of_power_does(void **state)
{
	(void)state;
	harness_sim("set", "adult", "other-applications", "absent", NULL);
	harness_sim("set", "adult", "first-command", "6F00", NULL);
	assert_int_equal(probe(PIN_AUTH), CKR_OK);
	assert_sw("pin-leave-isd", 0x6a82);
	assert_sw("pin-after-power", 0x6982);
	assert_sw("extended-read", 0x6700);
	case_assert_logged_out();
	harness_sim("set", "adult", "login-at-power-loss", "kept", NULL);
	assert_int_equal(probe(PIN_AUTH), CKR_OK);
	assert_sw("pin-after-power", 0x9000);
	harness_sim("set", "adult", "login-at-power-loss", "dropped", NULL);
	assert_int_equal(probe(NULL), CKR_OK);
	case_assert_logged_out();
	harness_sim("set", "adult", "first-command", "works", NULL);
	harness_sim("set", "adult", "other-applications", "present", NULL);
}

static void
what_the_module_logs_out_with_is_told_apart(void **state)
{
	(void)state;
	harness_sim("set", "adult", "login-after-leaving", "kept", NULL);
	assert_int_equal(probe(PIN_AUTH), CKR_OK);
	assert_sw("pin-after-leaving", 0x9000);
	assert_sw("pin-after-isd", 0x6982);
	assert_false(harness_is_open("auth"));
	harness_sim("set", "adult", "login-after-leaving", "dropped", NULL);
	harness_sim("set", "adult", "other-applications", "isd-only", NULL);
	assert_int_equal(probe(PIN_AUTH), CKR_OK);
	assert_int_equal(answer("pin-after-leaving")->state, JPKI_PROBE_NOT_SENT);
	assert_sw("pin-after-isd", 0x6982);
	harness_sim("set", "adult", "other-applications", "present", NULL);
}

/* By the log: the number of the last exchange that such a line tells of. */
static int
find_last_exchange(const char *what)
{
	size_t len;
	char *text = harness_log_text(&len);
	int exchange = 0, last = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		exchange += strstr(line, ": > ") != NULL;
		if (strstr(line, what))
			last = exchange;
	}
	free(text);
	return last;
}

static void
a_login_that_nothing_ended_ends_with_the_power(void **state)
{
	char fault[40];

	(void)state;
	p11_stop(f);
	harness_log("debug");
	harness_sim("set", "adult", "login-after-leaving", "kept", NULL);
	p11_start(f);
	assert_int_equal(probe(PIN_AUTH), CKR_OK);
	p11_stop(f);
	/* A probe's: that before the last one, which goes back to JPKI. */
	(void)snprintf(fault, sizeof fault, "sw@transmit:%d:6A82",
		       find_last_exchange("> 00 A4 04 0C, 0 bytes") - 1);
	p11_start(f);
	harness_sim("fault", fault, NULL);
	assert_int_equal(probe(PIN_AUTH), CKR_OK);
	assert_sw("pin-leave-isd", 0x6a82);
	assert_sw("pin-after-leaving", 0x9000);
	assert_int_equal(answer("pin-after-isd")->state, JPKI_PROBE_NOT_SENT);
	assert_false(harness_is_open("auth"));
	harness_sim("set", "adult", "login-after-leaving", "dropped", NULL);
}

static void
a_pin_is_not_sent_unless_all_its_tries_are_there(void **state)
{
	const unsigned long verifies = harness_verifies();

	(void)state;
	harness_sim("tries", "adult", "auth", "2", NULL);
	assert_int_equal(probe(PIN_AUTH), CKR_FUNCTION_REJECTED);
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(harness_tries("auth"), 2);
	harness_sim("tries", "adult", "auth", "3", NULL);
	assert_int_equal(probe("12345"), CKR_PIN_INCORRECT);
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(answer("pin")->state, JPKI_PROBE_NOT_SENT);
	assert_int_equal(probe("9999"), CKR_PIN_INCORRECT);
	assert_int_equal(harness_verifies(), verifies + 1);
	assert_sw("pin", 0x63c2);
	assert_int_equal(harness_tries("auth"), 2);
	assert_int_equal(probe("9999"), CKR_FUNCTION_REJECTED);
	assert_int_equal(harness_verifies(), verifies + 1);
	assert_false(harness_is_open("auth"));
}

/* By the log of a report: which exchange sent the PIN, and which selected the application it went
 * to. The module is stopped then. */
static int
find_pin(int *selection)
{
	size_t len;
	char *text;
	int exchange = 0;

	p11_stop(f);
	harness_log("debug");
	p11_start(f);
	assert_int_equal(probe(PIN_AUTH), CKR_OK);
	p11_stop(f);
	text = harness_log_text(&len);
	*selection = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strstr(line, ": > "))
			continue;
		exchange++;
		if (strstr(line, "> 00 A4 04"))
			*selection = exchange;
		else if (harness_log_has_pin(line))
			break;
	}
	free(text);
	return exchange;
}

/* What was sent before may have left the JPKI application, which then declines to be selected. */
static void
no_pin_is_sent_once_the_application_declines(void **state)
{
	unsigned long verifies;
	char fault[40];
	int selection;

	(void)state;
	(void)find_pin(&selection);
	(void)snprintf(fault, sizeof fault, "sw@transmit:%d:6A82", selection);
	p11_start(f);
	harness_sim("fault", fault, NULL);
	verifies = harness_verifies();
	assert_int_equal(probe(PIN_AUTH), CKR_DEVICE_ERROR);
	assert_int_equal(harness_verifies(), verifies);
	assert_int_equal(answer("signature-unknown")->state, JPKI_PROBE_ANSWERED);
}

/* Also one that no card is known to give: the PIN was sent, and the report says so. */
static void
whatever_the_card_says_to_the_pin_is_told(void **state)
{
	static const struct {
		CK_ULONG sw;
		CK_RV rv;
	} table[] = {
		{0x6984, CKR_PIN_LOCKED}, {0x6f00, CKR_DEVICE_ERROR}, {0x6700, CKR_DEVICE_ERROR}};
	char fault[40];
	int pin, selection;

	(void)state;
	pin = find_pin(&selection);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		p11_start(f);
		(void)snprintf(fault, sizeof fault, "sw@transmit:%d:%04lX", pin, table[i].sw);
		harness_sim("fault", fault, NULL);
		assert_int_equal(probe(PIN_AUTH), table[i].rv);
		assert_true(harness_fault_struck());
		assert_sw("pin", table[i].sw);
		assert_int_equal(answer("pin-signature")->state, JPKI_PROBE_NOT_SENT);
		harness_sim("clear", NULL);
		case_assert_logged_out();
		p11_stop(f);
	}
	p11_start(f);
}

/* Each exchange's answer lost in turn, with all that a report may not do over it. */
static void
a_lost_answer_costs_no_try_and_no_report_and_the_card_is_logged_out(void **state)
{
	unsigned int struck = 0, lost_before_pin = 0;
	char fault[40];

	(void)state;
	for (int n = 1, over = 0; !over; n++) {
		const unsigned long verifies = harness_verifies();
		CK_RV rv;

		p11_stop(f);
		p11_start(f);
		(void)snprintf(fault, sizeof fault, "comm-error@transmit:%d:during", n);
		harness_sim("fault", fault, NULL);
		rv = probe(PIN_AUTH);
		over = !harness_fault_struck();
		struck += !over;
		if (rv != CKR_OK && rv != CKR_DEVICE_ERROR)
			fail_msg("%s: %08lX", fault, rv);
		if (report.lost > 0 && answer("pin")->state == JPKI_PROBE_NOT_SENT) {
			lost_before_pin++;
			assert_int_equal(rv, CKR_OK);
			assert_int_equal(harness_verifies(), verifies);
			if (answer("extended-read")->state != JPKI_PROBE_ANSWERED)
				fail_msg("%s: the rest was not sent", fault);
		}
		assert_in_range(harness_verifies(), verifies, verifies + 1);
		assert_int_equal(harness_tries("auth"), 3);
		assert_int_equal(harness_tries("sign"), 5);
		case_assert_logged_out();
		harness_sim("clear", NULL);
	}
	assert_in_range(struck, 100, 400);
	assert_in_range(lost_before_pin, 80, 400);
}

/* The number of the exchange that selects JPKI for the first rows that go on from it, all of them
 * one exchange each. */
static int
find_first_selection(void)
{
	int selection;

	p11_stop(f);
	harness_log("debug");
	p11_start(f);
	assert_int_equal(probe(NULL), CKR_OK);
	p11_stop(f);
	selection = find_last_exchange("> 01 84 00 00") -
		    (int)(answer("channel") - answer("select-jpki"));
	p11_start(f);
	return selection;
}

/* What is meant for JPKI goes to no application that the card stayed in, but to JPKI or nowhere. */
static void
a_card_that_declines_jpki_is_asked_for_it_again(void **state)
{
	const int selection = find_first_selection();
	char faults[3][40];

	(void)state;
	/* The two rows before select it too. */
	for (int i = 0; i < 3; i++)
		(void)snprintf(faults[i], sizeof faults[i], "sw@transmit:%d:6A82", selection - i);
	harness_sim("fault", faults[0], faults[1], faults[2], NULL);
	assert_int_equal(probe(NULL), CKR_OK);
	assert_sw("select-jpki", 0x6a82);
	assert_int_equal(report.lost, 0);
	assert_sw("sign-nothing", 0x6986);
	assert_sw("info-select", 0x9000);
	assert_sw("extended-read", 0x6700);
	(void)snprintf(faults[0], sizeof faults[0], "sw@transmit:%d+:6A82", find_first_selection());
	harness_sim("fault", faults[0], NULL);
	assert_int_equal(probe(NULL), CKR_DEVICE_ERROR);
	assert_int_equal(answer("sign-nothing")->state, JPKI_PROBE_NOT_SENT);
	assert_int_equal(answer("extended-read")->state, JPKI_PROBE_NOT_SENT);
	harness_sim("clear", NULL);
}

/* The reader will lose the answer to the last such command of a report like the one that is made
 * here. */
static void
lose_answer_to(const char *command, const char *pin)
{
	char fault[40];

	p11_stop(f);
	harness_log("debug");
	p11_start(f);
	assert_int_equal(probe(pin), CKR_OK);
	p11_stop(f);
	(void)snprintf(fault, sizeof fault, "comm-error@transmit:%d", find_last_exchange(command));
	p11_start(f);
	harness_sim("fault", fault, NULL);
}

/* Also at the last row, which takes no PIN: the card is only logged out. */
static void
an_answer_lost_with_the_pin_presented_ends_it(void **state)
{
	(void)state;
	lose_answer_to("> 00 A4 02 0C", PIN_AUTH);
	assert_int_equal(probe(PIN_AUTH), CKR_DEVICE_ERROR);
	assert_int_equal(answer("extended-select")->state, JPKI_PROBE_LOST);
	assert_int_equal(answer("extended-read")->state, JPKI_PROBE_NOT_SENT);
	case_assert_logged_out();
}

/* What was lost is not told, nor what would go on from it. */
static void
what_a_lost_answer_was_to_is_told_apart(void **state)
{
	(void)state;
	lose_answer_to("> 01 84 00 00", NULL);
	assert_int_equal(probe(NULL), CKR_OK);
	assert_int_equal(report.lost, 1);
	assert_int_equal(answer("select-id")->state, JPKI_PROBE_ANSWERED);
	assert_int_equal(answer("channel")->state, JPKI_PROBE_LOST);
	assert_int_equal(answer("challenge")->state, JPKI_PROBE_NOT_SENT);
	assert_sw("info-select", 0x9000);
	assert_sw("extended-read", 0x6700);
}

static void
a_card_that_is_gone_or_mute_ends_it_with_what_was_found(void **state)
{
	(void)state;
	harness_sim("fault", "card-removed@transmit:60", NULL);
	assert_int_equal(probe(NULL), CKR_TOKEN_NOT_PRESENT);
	assert_sw("select-text", 0x9000);
	assert_int_equal(answer("extended-read")->state, JPKI_PROBE_NOT_SENT);
	harness_card("adult");
	harness_sim("fault", "line-dead@transmit:60", NULL);
	assert_int_equal(probe(PIN_AUTH), CKR_DEVICE_ERROR);
	assert_sw("select-text", 0x9000);
	assert_int_equal(answer("pin")->state, JPKI_PROBE_NOT_SENT);
	harness_sim("clear", NULL);
	assert_int_equal(harness_tries("auth"), 3);
	case_assert_logged_out();
}

/* The look at a card is two exchanges: the first contact, and JPKI. */
static void
another_card_gets_nothing_but_the_look_at_it(void **state)
{
	unsigned long exchanges;

	(void)state;
	harness_card("foreign");
	exchanges = harness_exchanges();
	assert_int_equal(probe(NULL), CKR_TOKEN_NOT_PRESENT);
	assert_in_range(harness_exchanges() - exchanges, 1, 2);
	assert_int_equal(probe(NULL), CKR_TOKEN_NOT_PRESENT);
	assert_in_range(harness_exchanges() - exchanges, 1, 2);
	harness_card("juki");
	(void)probe(NULL);
	assert_int_equal(answer("select-isd")->state, JPKI_PROBE_NOT_SENT);
}

/* The session was opened, and the PIN typed, for the card that lay there then. */
static void
a_card_put_in_after_the_pin_was_typed_gets_no_pin(void **state)
{
	CK_UTF8CHAR pin[] = PIN_AUTH;
	const unsigned long verifies = harness_verifies();
	CK_SESSION_HANDLE session;
	CK_RV rv;

	(void)state;
	session = p11_open(f, SLOT_AUTH);
	harness_sim("swap", "alias", NULL);
	memset(&report, 0, sizeof report);
	report.size = sizeof report;
	rv = p11_own_functions("jpki-pkcs11")->probe_card_with_pin(session, pin, 4, &report);
	assert_true(rv == CKR_DEVICE_REMOVED || rv == CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(harness_verifies(), verifies);
}

static void
who_is_logged_in_is_left_so(void **state)
{
	CK_SESSION_HANDLE session;

	(void)state;
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	assert_int_equal(probe(NULL), CKR_USER_ALREADY_LOGGED_IN);
	assert_int_equal(f->C_Logout(session), CKR_OK);
	assert_int_equal(probe(NULL), CKR_OK);
}

/* All that is kept of any answer, as text and as bytes. */
static void
assert_not_kept(const char *what)
{
	for (CK_ULONG i = 0; i < report.count; i++)
		if (memmem(report.probes[i].data, report.probes[i].data_len, what, strlen(what)))
			fail_msg("%s keeps %s", report.probes[i].name, what);
}

static void
nothing_of_the_holder_and_no_serial_number_is_kept(void **state)
{
	(void)state;
	assert_int_equal(probe(PIN_AUTH), CKR_OK);
	assert_not_kept("0000000020500003");
	assert_not_kept("9999");
	assert_not_kept("13101");
	assert_int_equal(answer("auth-certificate-key")->length, 0);
	assert_int_equal(answer("auth-certificate-key")->data_len, 4);
	assert_int_equal(answer("pin-certificate-key")->length, 0);
	/* Nor how long the last read took, which goes with its length. */
	assert_int_equal(answer("auth-certificate-key")->microseconds, 0);
	assert_int_equal(answer("pin-certificate-key")->microseconds, 0);
	for (CK_ULONG i = 0; i < report.count; i++) {
		const struct jpki_probe *p = &report.probes[i];

		if (p->data_len > 8 && strcmp(p->name, "info-read") != 0 &&
		    strcmp(p->name, "contact-atr") != 0)
			fail_msg("%s keeps %lu bytes", p->name, p->data_len);
	}
}

/*
 * A card whose log-in certificate's file has another size than the one that is known (card fact
 * 2.2), played by one answer: the file may be as long as the certificate.
 */
static void
a_size_that_may_go_with_the_certificate_is_told_in_reads_of_256_bytes(void **state)
{
	size_t others = 0;
	char fault[40];

	(void)state;
	for (int n = 1, over = 0; !over; n++) {
		const struct jpki_probe *end;

		p11_stop(f);
		p11_start(f);
		(void)snprintf(fault, sizeof fault, "sw@transmit:%d:6B00", n);
		harness_sim("fault", fault, NULL);
		(void)probe(NULL);
		over = !harness_fault_struck();
		harness_sim("clear", NULL);
		end = answer("auth-certificate-end");
		if (end->state != JPKI_PROBE_ANSWERED || end->length == 3808)
			continue;
		others++;
		if (end->length % 256 != 0)
			fail_msg("%s: %lu", fault, end->length);
	}
	assert_in_range(others, 4, 15);
	assert_int_equal(probe(NULL), CKR_OK);
	assert_int_equal(answer("auth-certificate-end")->length, 3808);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		CASE(nothing_that_could_spend_or_change_anything_is_in_the_list),
		CASE(without_a_pin_no_try_no_verify_no_signature_and_the_card_is_logged_out),
		CASE(with_the_pin_one_verify_and_what_ends_a_login),
		CASE(with_contacts_no_reset_comes_before_what_the_module_logs_out_with),
		CASE(where_no_other_application_ends_a_login_it_is_told_whether_loss_of_power_does),
		CASE(what_the_module_logs_out_with_is_told_apart),
		CASE(a_login_that_nothing_ended_ends_with_the_power),
		CASE(a_pin_is_not_sent_unless_all_its_tries_are_there),
		CASE(no_pin_is_sent_once_the_application_declines),
		CASE(whatever_the_card_says_to_the_pin_is_told),
		CASE(a_lost_answer_costs_no_try_and_no_report_and_the_card_is_logged_out),
		CASE(a_card_that_declines_jpki_is_asked_for_it_again),
		CASE(an_answer_lost_with_the_pin_presented_ends_it),
		CASE(what_a_lost_answer_was_to_is_told_apart),
		CASE(a_card_that_is_gone_or_mute_ends_it_with_what_was_found),
		CASE(another_card_gets_nothing_but_the_look_at_it),
		CASE(a_card_put_in_after_the_pin_was_typed_gets_no_pin),
		CASE(who_is_logged_in_is_left_so),
		CASE(nothing_of_the_holder_and_no_serial_number_is_kept),
		CASE(a_size_that_may_go_with_the_certificate_is_told_in_reads_of_256_bytes),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
