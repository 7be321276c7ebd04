/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_MODULE_AGENT_CASE_H
#define JPKI_TESTS_MODULE_AGENT_CASE_H

#include "tests/module/agent-stub.h"
#include "tests/module/case.h"

/* PINs that the module gets from the user's agent (the setting ask-pin), over the simulated card.
 */

#define NO_PIN NULL, 0
#define RIGHT {.pin = PIN_AUTH}
#define RIGHT_SIGN {.pin = PIN_SIGN}
#define COUNT(lines) (sizeof(lines) / sizeof(lines)[0])
#define START(lines) agent_start(lines, COUNT(lines))

/* With the log-in key's token, unless a test has opened another. */
extern CK_SESSION_HANDLE session;

int agent_set_up(void **state);
int agent_tear_down(void **state);

#define TEST(name) cmocka_unit_test_setup_teardown(name, agent_set_up, agent_tear_down)

/* C_Finalize and C_Initialize with another setting, and a session on that slot. */
void restart_with(const char *name, const char *value, CK_SLOT_ID slot);

/* In the session, without a PIN. */
CK_RV log_in(void);

/* What happens to the card meanwhile: it is gone, it is a child's, others try PINs of its log-in
 * key. */
void take_card_out(void);
void swap_card(void);
void spend_one(void);
void spend_all_but_one(void);

#define SELECT_JPKI "00A4040C0AD392F000260100000001"
#define WRONG_AUTH "002000800430303030"
#define WRONG_SIGN "0020008006303030303030"

#endif
