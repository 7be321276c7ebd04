/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/module/case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

CK_FUNCTION_LIST *f;

const char *const pins[] = {PIN_AUTH, PIN_SIGN}, *const names[] = {"auth", "sign"};
const unsigned int all_tries[] = {3, 5};

int
case_load(void **state)
{
	(void)state;
	f = harness_module("jpki-pkcs11");
	harness_reset();
	return 0;
}

int
case_set_up(void **state)
{
	(void)case_load(state);
	p11_start(f);
	return 0;
}

int
case_tear_down(void **state)
{
	(void)state;
	(void)f->C_Finalize(NULL);
	return 0;
}

CK_SESSION_HANDLE
case_enter(CK_SLOT_ID slot)
{
	CK_SESSION_HANDLE session = p11_open(f, slot);

	assert_int_equal(p11_login(f, session, pins[slot]), CKR_OK);
	return session;
}

void
case_restart(const char *name, const char *value)
{
	p11_stop(f);
	harness_setting(name, value);
	p11_start(f);
}

void
case_assert_logged_out(void)
{
	assert_false(harness_is_open("auth"));
	assert_false(harness_is_open("sign"));
}
