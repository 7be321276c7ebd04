/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a certificate stands on a day. */
#include "holder/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/*
 * One that is valid from 2026-04-08 09:00:00 to 2031-07-07 23:59:59 in Japan, so that its window
 * opens on 2031-04-08 at 00:00:00 (card fact 6; days: dates.c); seconds since 1970.
 */
static const int64_t from = 1775606400, to = 1941202799, opens = 1933340400;

static void
a_certificate_stands_where_its_dates_say(void **state)
{
	(void)state;
	assert_int_equal(certificate_standing(from, to, from - 1), STANDING_EARLY);
	assert_int_equal(certificate_standing(from, to, from), STANDING_GOOD);
	assert_int_equal(certificate_standing(from, to, opens - 1), STANDING_GOOD);
	assert_int_equal(certificate_standing(from, to, opens), STANDING_RENEWAL);
	assert_int_equal(certificate_standing(from, to, to), STANDING_RENEWAL);
	assert_int_equal(certificate_standing(from, to, to + 1), STANDING_ENDED);
}

static void
it_is_in_term_from_its_first_second_to_its_last(void **state)
{
	(void)state;
	assert_false(certificate_in_term(from, to, from - 1));
	assert_true(certificate_in_term(from, to, from));
	assert_true(certificate_in_term(from, to, to));
	assert_false(certificate_in_term(from, to, to + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_stands_where_its_dates_say),
		cmocka_unit_test(it_is_in_term_from_its_first_second_to_its_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
