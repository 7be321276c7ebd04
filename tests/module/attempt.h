/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_MODULE_ATTEMPT_H
#define JPKI_TESTS_MODULE_ATTEMPT_H

#include "tests/module/case.h"

/* Attempts to log in, and what a login is good for. */

/* Commands of another program. */
#define SELECT_JPKI "00A4040C0AD392F000260100000001"
#define SELECT_OTHER "00A4040C0AD3921000310001010408"
#define SELECT_AUTH_PIN "00A4020C020018"
#define VERIFY_AUTH "002000800431323334"    /* 1234 */
#define VERIFY_WRONG "002000800430303030"   /* 0000 */
#define CHANGE_TO_5678 "002401800435363738" /* needs VERIFY before */

/* One attempt in a session of its own: its code, and how many VERIFY commands it took. */
CK_RV attempt(CK_SLOT_ID slot, const char *pin, unsigned int verifies);

/* A signature with the session's key, after which the card is logged out. */
CK_RV sign_something(CK_SESSION_HANDLE session);

bool is_logged_in(CK_SESSION_HANDLE session);

#endif
