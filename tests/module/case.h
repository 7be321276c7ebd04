/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_MODULE_CASE_H
#define JPKI_TESTS_MODULE_CASE_H

#include "tests/module/harness.h"

/* How most module tests begin and end: jpki-pkcs11 over the adult's card in the first reader. */

/* Its 2.40 list, once a set-up has loaded it. */
extern CK_FUNCTION_LIST *f;

/* By slot: the PIN of its token, its word for the simulator, and its tries. */
extern const char *const pins[2], *const names[2];
extern const unsigned int all_tries[2];

/*
 * For cmocka. Loads it, with cards and settings as at the start; the same and C_Initialize; and
 * C_Finalize, which some tests have called themselves.
 */
int case_load(void **state);
int case_set_up(void **state);
int case_tear_down(void **state);

#define CASE(name) cmocka_unit_test_setup_teardown(name, case_set_up, case_tear_down)

/* A session with a token, logged in. */
CK_SESSION_HANDLE case_enter(CK_SLOT_ID slot);

/* C_Finalize and C_Initialize, with another setting in between. */
void case_restart(const char *name, const char *value);

/* On the card nobody is logged in. */
void case_assert_logged_out(void);

#endif
