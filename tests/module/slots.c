/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/module/slots-case.h"

/* Readers, slots and tokens: which there are, what they are called, what their flags say. */

/* The table of three modules: what each shows of a reader. */
static const struct {
	const char *name;
	CK_ULONG slots;
	const char *labels[2];
} modules[] = {
	{"jpki-pkcs11", 2, {"JPKI Auth 4-digit PIN", "JPKI Sign 6-16 char password"}},
	{"jpki-auth-pkcs11", 1, {"JPKI Auth 4-digit PIN", NULL}},
	{"jpki-sign-pkcs11", 1, {"JPKI Sign 6-16 char password", NULL}},
};
#define MODULES (sizeof modules / sizeof modules[0])

static const char *const long_names[] = {
	"A long-winded maker of smart card readers, contactless ones [CCID] (1234) 00 00",
	"A long-winded maker of smart card readers, contactless ones [CCID] (1234) 01 00",
	"長い名前のカードリーダーですから終わりまで読んでください 02 00",
};

/* Of a driver that means harm, or none that it knows of: terminals obey some of these bytes. */
static const char *const bad_names[] = {
	"Escape \033[31m, bell \a, delete \177, tab \t, \xc2\x9b"
	"31m 03 00",
	"Latin-1 caf\xe9, cut \xe3\x81, alone \x81, none \xff\xfe 04 00",
	"Overlong \xc0\xaf\xe0\x80\xaf, half \xed\xa0\x80, too far \xf4\x90\x80\x80 05 00",
	"\x9b\x9b\x9b long \xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9"
	"\xe9\xe9\033\033\033\033\033\033\033\033\033\033\033\033\033\033\033\033\033\033 06 00",
};
static const char *const bad_numbers[] = {"5", "6", "7", "8"}; /* orders are UTF-8 */
#define BAD_NAMES (sizeof bad_names / sizeof bad_names[0])

static int
set_up(void **state)
{
	(void)state;
	f = harness_module("jpki-pkcs11");
	harness_sim("unplug", "Second", NULL);
	for (size_t i = 0; i < 3; i++)
		harness_sim("unplug", long_names[i], NULL);
	for (size_t i = 0; i < BAD_NAMES; i++)
		harness_sim("unplug", bad_numbers[i], NULL);
	harness_reset();
	return 0;
}

/* A field of PKCS#11: blank-padded, without NUL. */
static void
assert_padded(const CK_UTF8CHAR *field, size_t size, const char *text)
{
	size_t len = strlen(text);

	assert_true(len <= size);
	assert_memory_equal(field, text, len);
	for (size_t i = len; i < size; i++)
		assert_int_equal(field[i], ' ');
}

static void
each_module_shows_its_tokens_in_order(void **state)
{
	CK_SLOT_ID slots[4];
	CK_TOKEN_INFO info;
	CK_ULONG count;

	(void)state;
	for (size_t i = 0; i < MODULES; i++) {
		f = harness_module(modules[i].name);
		p11_start(f);
		count = 4;
		assert_int_equal(f->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
		assert_int_equal(count, modules[i].slots);
		for (CK_ULONG k = 0; k < count; k++) {
			token_info(slots[k], &info);
			assert_padded(info.label, sizeof info.label, modules[i].labels[k]);
		}
		p11_stop(f);
	}
}

/* GnuTLS brings room for 48 and does not ask the size. */
static void
the_slot_list_fills_the_room_it_is_given(void **state)
{
	CK_SLOT_ID slots[48];
	CK_ULONG count = 48;

	(void)state;
	p11_start(f);
	assert_int_equal(f->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
	assert_int_equal(count, 2);
	count = 99;
	assert_int_equal(f->C_GetSlotList(CK_FALSE, NULL, &count), CKR_OK);
	assert_int_equal(count, 2);
	count = 1;
	assert_int_equal(f->C_GetSlotList(CK_FALSE, slots, &count), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(count, 2);
	assert_int_equal(f->C_GetSlotList(CK_FALSE, slots, NULL), CKR_ARGUMENTS_BAD);
}

static void
slots_are_removable_hardware_and_named_after_the_reader(void **state)
{
	CK_SLOT_INFO info;

	(void)state;
	p11_start(f);
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		assert_int_equal(f->C_GetSlotInfo(slot, &info), CKR_OK);
		assert_int_equal(info.flags,
				 CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE | CKF_HW_SLOT);
		assert_memory_equal(info.slotDescription, "Reader", 6);
		assert_int_equal(info.slotDescription[63], ' ');
		assert_int_not_equal(info.manufacturerID[0], ' ');
	}
	assert_int_equal(f->C_GetSlotInfo(SLOT_AUTH, NULL), CKR_ARGUMENTS_BAD);
}

static void
describe(CK_SLOT_ID slot, char text[65])
{
	CK_SLOT_INFO info;

	assert_int_equal(f->C_GetSlotInfo(slot, &info), CKR_OK);
	memcpy(text, info.slotDescription, 64);
	text[64] = '\0';
}

/* "Slot 0 - READER" is all that some prompts say of a token. */
static void
the_description_of_a_slot_tells_its_tokens_apart(void **state)
{
	char auth[65], sign[65];

	(void)state;
	p11_start(f);
	describe(SLOT_AUTH, auth);
	describe(SLOT_SIGN, sign);
	assert_string_not_equal(auth, sign);
	assert_non_null(strstr(auth, "authentication"));
	assert_non_null(strstr(sign, "signature"));
}

/* libccid puts a reader's number at the end of its name. */
static void
long_names_keep_their_ends_and_differ(void **state)
{
	char text[2][65];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		harness_sim("plug", long_names[i], NULL);
		harness_setting("reader",
				long_names[i]); /* literally: the brackets are no pattern */
		p11_start(f);
		describe(SLOT_AUTH, text[i % 2]);
		assert_non_null(strstr(text[i % 2], long_names[i] + strlen(long_names[i]) - 5));
		assert_true(i == 0 || strcmp(text[0], text[1]) != 0);
		assert_memory_equal(text[i % 2], "...", 3);
		assert_int_not_equal((unsigned char)text[i % 2][3] & 0xc0, 0x80);
		p11_stop(f);
		harness_sim("unplug", long_names[i], NULL);
	}
}

/* RFC 3629: the length of the character at `at`; 0 for what is none. */
static size_t
character(const unsigned char *at)
{
	static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = at[0] < 0x80   ? 1
			: at[0] < 0xc0 ? 0
			: at[0] < 0xe0 ? 2
			: at[0] < 0xf0 ? 3
				       : 4;
	unsigned long code = length == 1 ? at[0] : at[0] & (0x7fU >> length);

	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (at[i] & 0x3fU);
	}
	if (code < 0x20 || (code >= 0x7f && code < 0xa0)) /* to be obeyed, not shown */
		return 0;
	if (at[0] >= 0xf8 || code > 0x10ffff || code < least[length] ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	return length;
}

static void
assert_can_be_shown(const char *text)
{
	size_t length;

	for (const char *at = text; *at; at += length) {
		length = character((const unsigned char *)at);
		if (length == 0)
			fail_msg("no character at %zu: %s", (size_t)(at - text), text);
	}
}

/* PKCS#11 2.40 3.2: "Must be padded with the blank character", of UTF-8; prompts show it as it is.
 */
static void
a_slot_is_described_in_characters_whatever_bytes_the_reader_is_named_with(void **state)
{
	static const char *const whose[] = {"authentication", "signature"};
	char text[65];

	(void)state;
	for (size_t i = 0; i < BAD_NAMES; i++) {
		harness_sim("plug", bad_numbers[i], NULL);
		harness_setting("reader", bad_names[i]);
		p11_start(f);
		for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
			describe(slot, text);
			assert_can_be_shown(text);
			assert_non_null(strstr(text, bad_names[i] + strlen(bad_names[i]) - 5));
			assert_non_null(strstr(text, whose[slot]));
		}
		p11_stop(f);
		harness_sim("unplug", bad_numbers[i], NULL);
	}
}

static void
asking_for_a_slot_again_costs_nothing(void **state)
{
	unsigned long before;

	(void)state;
	p11_start(f);
	assert_true(p11_has_token(f, SLOT_AUTH));
	before = harness_exchanges();
	assert_true(p11_has_token(f, SLOT_AUTH));
	assert_true(p11_has_token(f, SLOT_SIGN));
	assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
	assert_int_equal(harness_exchanges(), before);
}

static void
a_slot_that_is_not_there_is_told(void **state)
{
	CK_MECHANISM_INFO mechanism;
	CK_SESSION_HANDLE session;
	CK_TOKEN_INFO token;
	CK_SLOT_INFO info;
	CK_ULONG count;

	(void)state;
	p11_start(f);
	for (CK_SLOT_ID slot = 2; slot != 0; slot = slot == 2 ? ~0UL : 0) {
		assert_int_equal(f->C_GetSlotInfo(slot, &info), CKR_SLOT_ID_INVALID);
		assert_int_equal(f->C_GetTokenInfo(slot, &token), CKR_SLOT_ID_INVALID);
		assert_int_equal(f->C_GetMechanismList(slot, NULL, &count), CKR_SLOT_ID_INVALID);
		assert_int_equal(f->C_GetMechanismInfo(slot, CKM_RSA_PKCS, &mechanism),
				 CKR_SLOT_ID_INVALID);
		assert_int_equal(f->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &session),
				 CKR_SLOT_ID_INVALID);
		assert_int_equal(f->C_CloseAllSessions(slot), CKR_SLOT_ID_INVALID);
	}
}

static void
tokens_say_who_made_them_and_which_pin_they_want(void **state)
{
	static const CK_ULONG lengths[2][2] = {{4, 4}, {6, 16}};
	CK_TOKEN_INFO info[2];

	(void)state;
	p11_start(f);
	for (CK_SLOT_ID slot = SLOT_AUTH; slot <= SLOT_SIGN; slot++) {
		token_info(slot, &info[slot]);
		assert_padded(info[slot].manufacturerID, 32, "J-LIS");
		assert_padded(info[slot].model, 16, "E16R01NJ");
		assert_int_equal(info[slot].ulMinPinLen, lengths[slot][0]);
		assert_int_equal(info[slot].ulMaxPinLen, lengths[slot][1]);
		assert_int_equal(info[slot].flags, CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED |
							   CKF_USER_PIN_INITIALIZED);
	}
	assert_memory_not_equal(info[0].label, info[1].label, 16);
	assert_memory_equal(info[0].serialNumber, info[1].serialNumber, 16);
}

static void
assert_hex_serial(const CK_CHAR serial[16])
{
	for (int i = 0; i < 16; i++)
		assert_non_null(memchr("0123456789ABCDEF", serial[i], 16));
}

static void
two_cards_have_two_serials_and_one_card_keeps_its_own(void **state)
{
	CK_TOKEN_INFO adult, alias, again;

	(void)state;
	p11_start(f);
	token_info(SLOT_AUTH, &adult);
	harness_card("alias");
	token_info(SLOT_AUTH, &alias);
	harness_card("adult");
	token_info(SLOT_SIGN, &again);
	assert_hex_serial(adult.serialNumber);
	assert_hex_serial(alias.serialNumber);
	assert_memory_not_equal(adult.serialNumber, alias.serialNumber, 16);
	assert_memory_equal(adult.serialNumber, again.serialNumber, 16);
}

static void
labels_are_japanese_on_request_and_fit(void **state)
{
	CK_TOKEN_INFO info;

	(void)state;
	harness_setting("token-labels", "japanese");
	p11_start(f);
	token_info(SLOT_AUTH, &info);
	assert_padded(info.label, 32, "JPKI 利用者証明 数字4桁");
	token_info(SLOT_SIGN, &info);
	assert_padded(info.label, 32, "JPKI 署名用 英数字6-16桁");
}

static void
an_empty_reader_has_two_slots_without_token(void **state)
{
	CK_SESSION_HANDLE session;

	(void)state;
	harness_sim("remove", NULL);
	p11_start(f);
	assert_slots(CK_FALSE, 2, SLOT_AUTH, SLOT_SIGN);
	assert_no_tokens(JPKI_CARD_NONE, JPKI_REASON_NO_CARD);
	assert_int_equal(f->C_OpenSession(SLOT_AUTH, CKF_SERIAL_SESSION, NULL, NULL, &session),
			 CKR_TOKEN_NOT_PRESENT);
}

static void
the_token_comes_and_goes_with_the_card_in_the_same_slots(void **state)
{
	(void)state;
	p11_start(f);
	assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
	harness_sim("remove", NULL);
	assert_no_tokens(JPKI_CARD_NONE, JPKI_REASON_NO_CARD);
	assert_slots(CK_FALSE, 2, SLOT_AUTH, SLOT_SIGN);
	harness_card("adult");
	assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
	assert_true(p11_has_token(f, SLOT_SIGN));
}

static void
without_a_reader_there_is_one_empty_pair_which_the_first_reader_takes_over(void **state)
{
	(void)state;
	harness_sim("unplug", NULL);
	p11_start(f);
	assert_slots(CK_FALSE, 2, SLOT_AUTH, SLOT_SIGN);
	assert_no_tokens(JPKI_CARD_NONE, JPKI_REASON_NO_READER);
	harness_sim("plug", NULL);
	assert_slots(CK_FALSE, 2, SLOT_AUTH, SLOT_SIGN);
	assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
}

static void
without_pcscd_slots_are_empty_until_it_comes(void **state)
{
	(void)state;
	harness_sim("service", "stop", NULL);
	p11_start(f);
	assert_slots(CK_FALSE, 2, SLOT_AUTH, SLOT_SIGN);
	assert_no_tokens(JPKI_CARD_NONE, JPKI_REASON_NO_SERVICE);
	harness_sim("service", "start", NULL);
	assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
}

static void
a_restarted_pcscd_is_found_again(void **state)
{
	(void)state;
	p11_start(f);
	assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
	harness_sim("service", "stop", NULL);
	assert_no_tokens(JPKI_CARD_NONE, JPKI_REASON_NO_SERVICE);
	harness_sim("service", "start", NULL);
	assert_slots(CK_TRUE, 2, SLOT_AUTH, SLOT_SIGN);
}

/* The ids stay with the readers' names, whatever is unplugged. */
static void
a_reader_plugged_in_again_gets_its_old_slots(void **state)
{
	(void)state;
	harness_sim("unplug", "Reader", NULL);
	harness_sim("plug", "Second", NULL);
	harness_sim("insert", "alias", "Second", NULL);
	p11_start(f);
	assert_slots(CK_TRUE, 2, 0, 1);
	harness_sim("plug", "Reader", NULL);
	assert_slots(CK_TRUE, 4, 0, 1);
	harness_sim("unplug", "Second", NULL);
	assert_slots(CK_TRUE, 2, 2, 3);
	assert_slots(CK_FALSE, 4, 0, 1);
	assert_status(0, JPKI_CARD_NONE, JPKI_REASON_NO_READER, JPKI_TRIES_UNKNOWN);
	harness_sim("plug", "Second", NULL);
	assert_slots(CK_TRUE, 4, 0, 1);
	assert_status(0, JPKI_CARD_MYNUMBER, JPKI_REASON_NONE, 3);
}

static int
unplug_second(void **state)
{
	(void)case_tear_down(state);
	harness_sim("remove", "Second", NULL);
	harness_sim("unplug", "Second", NULL);
	return 0;
}

static void
two_readers_have_two_pairs_of_slots(void **state)
{
	CK_TOKEN_INFO first, second;

	(void)state;
	harness_sim("plug", "Second", NULL);
	harness_sim("insert", "alias", "Second", NULL);
	p11_start(f);
	assert_slots(CK_TRUE, 4, 0, 1);
	token_info(0, &first);
	token_info(2, &second);
	assert_memory_not_equal(first.serialNumber, second.serialNumber, 16);
	assert_memory_equal(first.label, second.label, 32);
}

static void
pin_flags_follow_the_cards_counter_within_a_second(void **state)
{
	static const CK_FLAGS all =
		CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED;
	static const struct {
		CK_SLOT_ID slot;
		const char *pin, *tries;
		CK_FLAGS flags;
	} rows[] = {
		{SLOT_AUTH, "auth", "2", CKF_USER_PIN_COUNT_LOW},
		{SLOT_AUTH, "auth", "1", CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY},
		{SLOT_AUTH, "auth", "0", CKF_USER_PIN_LOCKED},
		{SLOT_AUTH, "auth", "3", 0},
		{SLOT_SIGN, "sign", "4", CKF_USER_PIN_COUNT_LOW},
		{SLOT_SIGN, "sign", "2", CKF_USER_PIN_COUNT_LOW},
		{SLOT_SIGN, "sign", "1", CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY},
		{SLOT_SIGN, "sign", "0", CKF_USER_PIN_LOCKED},
		{SLOT_SIGN, "sign", "5", 0},
	};

	(void)state;
	harness_stop_clock();
	p11_start(f);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		harness_sim("tries", "adult", rows[i].pin, rows[i].tries, NULL);
		harness_move_clock(1000);
		assert_int_equal(p11_token_flags(f, rows[i].slot) & all, rows[i].flags);
		assert_int_equal(p11_token_flags(f, 1 - rows[i].slot) & all, 0);
		assert_status(rows[i].slot, JPKI_CARD_MYNUMBER, JPKI_REASON_NONE,
			      atoi(rows[i].tries));
		assert_int_equal(harness_tries(rows[i].pin), atoi(rows[i].tries));
	}
}

static void
token_info_counts_sessions(void **state)
{
	CK_SESSION_HANDLE ro;
	CK_TOKEN_INFO info;

	(void)state;
	p11_start(f);
	(void)p11_open(f, SLOT_AUTH);
	assert_int_equal(f->C_OpenSession(SLOT_AUTH, CKF_SERIAL_SESSION, NULL, NULL, &ro), CKR_OK);
	token_info(SLOT_AUTH, &info);
	assert_int_equal(info.ulSessionCount, 2);
	assert_int_equal(info.ulRwSessionCount, 1);
	token_info(SLOT_SIGN, &info);
	assert_int_equal(info.ulSessionCount, 0);
	assert_int_equal(f->C_CloseAllSessions(SLOT_AUTH), CKR_OK);
	token_info(SLOT_AUTH, &info);
	assert_int_equal(info.ulSessionCount, 0);
}

static void
sessions_tell_their_slot_and_state_without_asking_the_card(void **state)
{
	CK_SESSION_HANDLE rw, ro;
	CK_SESSION_INFO info;
	unsigned long before;

	(void)state;
	p11_start(f);
	assert_int_equal(f->C_OpenSession(SLOT_SIGN, 0, NULL, NULL, &ro),
			 CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	rw = p11_open(f, SLOT_SIGN);
	assert_int_equal(f->C_OpenSession(SLOT_SIGN, CKF_SERIAL_SESSION, NULL, NULL, &ro), CKR_OK);
	before = harness_exchanges();
	assert_int_equal(f->C_GetSessionInfo(ro, &info), CKR_OK);
	assert_int_equal(info.slotID, SLOT_SIGN);
	assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
	assert_int_equal(info.flags, CKF_SERIAL_SESSION);
	assert_int_equal(f->C_GetSessionInfo(rw, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RW_PUBLIC_SESSION);
	assert_int_equal(harness_exchanges(), before);
	assert_int_equal(p11_login(f, ro, PIN_SIGN), CKR_OK);
	before = harness_exchanges();
	assert_int_equal(f->C_GetSessionInfo(rw, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RW_USER_FUNCTIONS);
	assert_int_equal(f->C_GetSessionInfo(ro, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RO_USER_FUNCTIONS);
	assert_int_equal(harness_exchanges(), before);
	assert_int_equal(f->C_CloseSession(ro), CKR_OK);
	assert_int_equal(f->C_CloseSession(ro), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(f->C_GetSessionInfo(ro, &info), CKR_SESSION_HANDLE_INVALID);
}

static void
taking_the_card_out_ends_sessions_and_login(void **state)
{
	CK_SESSION_HANDLE session, again;
	CK_SESSION_INFO info;
	unsigned long before;

	(void)state;
	p11_start(f);
	session = p11_open(f, SLOT_AUTH);
	assert_int_equal(p11_login(f, session, PIN_AUTH), CKR_OK);
	harness_sim("remove", NULL);
	harness_card("adult");
	before = harness_verifies();
	again = p11_open(f, SLOT_AUTH);
	assert_int_equal(f->C_GetSessionInfo(session, &info), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(f->C_GetSessionInfo(again, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RW_PUBLIC_SESSION);
	assert_int_equal(p11_find(f, again, CKO_PRIVATE_KEY, NULL), 0);
	assert_int_equal(harness_verifies(), before);
	assert_int_equal(p11_login(f, again, PIN_AUTH), CKR_OK);
}

static void
slot_events_are_told_once(void **state)
{
	CK_SLOT_ID slot, seen[16];
	CK_ULONG n = 0;

	(void)state;
	p11_start(f);
	(void)list_slots(CK_TRUE, seen);
	while (f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL) == CKR_OK)
		assert_true(++n < 16); /* of what was there at the start */
	harness_sim("remove", NULL);
	n = 0;
	while (n < 3 && f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL) == CKR_OK)
		seen[n++] = slot;
	assert_int_equal(n, 2);
	assert_int_equal(seen[0] + seen[1], SLOT_AUTH + SLOT_SIGN);
	assert_int_equal(f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
	assert_int_equal(f->C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL), CKR_ARGUMENTS_BAD);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, case_tear_down)

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		TEST(each_module_shows_its_tokens_in_order),
		TEST(the_slot_list_fills_the_room_it_is_given),
		TEST(slots_are_removable_hardware_and_named_after_the_reader),
		TEST(the_description_of_a_slot_tells_its_tokens_apart),
		TEST(long_names_keep_their_ends_and_differ),
		TEST(a_slot_is_described_in_characters_whatever_bytes_the_reader_is_named_with),
		TEST(asking_for_a_slot_again_costs_nothing),
		TEST(a_slot_that_is_not_there_is_told),
		TEST(tokens_say_who_made_them_and_which_pin_they_want),
		TEST(two_cards_have_two_serials_and_one_card_keeps_its_own),
		TEST(labels_are_japanese_on_request_and_fit),
		TEST(an_empty_reader_has_two_slots_without_token),
		TEST(the_token_comes_and_goes_with_the_card_in_the_same_slots),
		TEST(without_a_reader_there_is_one_empty_pair_which_the_first_reader_takes_over),
		TEST(without_pcscd_slots_are_empty_until_it_comes),
		TEST(a_restarted_pcscd_is_found_again),
		cmocka_unit_test_setup_teardown(a_reader_plugged_in_again_gets_its_old_slots,
						set_up, unplug_second),
		cmocka_unit_test_setup_teardown(two_readers_have_two_pairs_of_slots, set_up,
						unplug_second),
		TEST(pin_flags_follow_the_cards_counter_within_a_second),
		TEST(token_info_counts_sessions),
		TEST(sessions_tell_their_slot_and_state_without_asking_the_card),
		TEST(taking_the_card_out_ends_sessions_and_login),
		TEST(slot_events_are_told_once),
	};

	harness_start(argc, argv, "--reader", "Reader=adult", "--reader", "Second", "--reader",
		      long_names[0], "--reader", long_names[1], "--reader", long_names[2],
		      "--reader", bad_names[0], "--reader", bad_names[1], "--reader", bad_names[2],
		      "--reader", bad_names[3], NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
