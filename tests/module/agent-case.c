/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/module/agent-case.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

CK_SESSION_HANDLE session;

int
agent_set_up(void **state)
{
	(void)state;
	f = harness_module("jpki-pkcs11");
	agent_prepare();
	harness_setting("ask-pin", "agent");
	p11_start(f);
	session = p11_open(f, SLOT_AUTH);
	return 0;
}

int
agent_tear_down(void **state)
{
	(void)state;
	(void)agent_stop();
	(void)f->C_Finalize(NULL);
	harness_reset();
	return 0;
}

void
restart_with(const char *name, const char *value, CK_SLOT_ID slot)
{
	p11_stop(f);
	harness_setting(name, value);
	p11_start(f);
	session = p11_open(f, slot);
}

CK_RV
log_in(void)
{
	return p11_login_by_agent(f, session);
}

void
take_card_out(void)
{
	harness_sim("remove", "Reader", NULL);
}

void
swap_card(void)
{
	harness_sim("swap", "child", "Reader", NULL);
}

void
spend_one(void)
{
	assert_int_equal(harness_other_program(SELECT_JPKI, "00A4020C020018", WRONG_AUTH, NULL),
			 0x63c2);
}

void
spend_all_but_one(void)
{
	assert_int_equal(
		harness_other_program(SELECT_JPKI, "00A4020C020018", WRONG_AUTH, WRONG_AUTH, NULL),
		0x63c1);
}
