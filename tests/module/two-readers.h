/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_MODULE_TWO_READERS_H
#define JPKI_TESTS_MODULE_TWO_READERS_H

#include "tests/module/case.h"

/* The module over two readers with a card in each, which come and go. */

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

/* main() of a program of such tests, between harness_start and cmocka; its group's tear-down. */
void readers_start(int argc, char *argv[]);
int readers_restore(void **state);

int readers_set_up(void **state);

#define HOTPLUG(test) cmocka_unit_test_setup_teardown(test, readers_set_up, case_tear_down)

unsigned long now_ms(void);
void sleep_ms(unsigned int ms);

/* Calls in few words; the last two say what the module answers. */
bool has_token(CK_SLOT_ID slot);
CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info);
CK_RV session_info(CK_SESSION_HANDLE session);

/* Who is logged in to a token with its own PIN, and has found its key. */
struct user {
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
};

const char *pin_of(CK_SLOT_ID slot);
struct user log_in(CK_SLOT_ID slot);
CK_RV sign(const struct user *u);

/* The whole way on a token as it is now; the signature fits the certificate shown. */
void works(CK_SLOT_ID slot);

/* The card left: the call that meets it says so, later ones find no session. */
void session_ends(const struct user *u, CK_RV noticing);

#endif
