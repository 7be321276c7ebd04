/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of dates. */
#include "holder/dates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

/* A second as UTC, reckoned by the C library. */
static int64_t
utc(int year, int month, int day, int hour, int minute, int second)
{
	struct tm tm = {.tm_year = year - 1900,
			.tm_mon = month - 1,
			.tm_mday = day,
			.tm_hour = hour,
			.tm_min = minute,
			.tm_sec = second};

	return timegm(&tm);
}

static void
assert_day(struct day day, int year, int month, int of_month)
{
	assert_int_equal(day.year, year);
	assert_int_equal(day.month, month);
	assert_int_equal(day.day, of_month);
}

static void
the_window_opens_on_the_day_after_three_months_earlier(void **state)
{
	static const struct {
		struct day end, opens;
	} table[] = {
		{{2031, 7, 7}, {2031, 4, 8}},
		{{2031, 5, 28}, {2031, 3, 1}},	/* the day after 28 February */
		{{2032, 5, 28}, {2032, 2, 29}}, /* in a leap year there is one more */
		{{2031, 5, 29}, {2031, 3, 1}},	/* no 29 February: the first of the next month */
		{{2032, 5, 29}, {2032, 3, 1}},
		{{2031, 5, 30}, {2031, 3, 1}},
		{{2031, 5, 31}, {2031, 3, 1}},
		{{2031, 5, 27}, {2031, 2, 28}},
		{{2031, 7, 31}, {2031, 5, 1}},	 /* no 31 April */
		{{2031, 7, 30}, {2031, 5, 1}},	 /* the day after 30 April */
		{{2031, 12, 31}, {2031, 10, 1}}, /* no 31 September */
		{{2031, 3, 31}, {2031, 1, 1}},
		{{2031, 3, 30}, {2030, 12, 31}},
		{{2031, 1, 15}, {2030, 10, 16}},
		{{2031, 2, 28}, {2030, 11, 29}},
		{{2032, 2, 29}, {2031, 11, 30}},
		{{2031, 1, 31}, {2030, 11, 1}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		assert_day(day_renewal_opens(table[i].end), table[i].opens.year,
			   table[i].opens.month, table[i].opens.day);
}

/* Certificates end at 14:59:59Z: that is the last second of the day in Japan. */
static void
days_are_those_of_japan_in_every_time_zone(void **state)
{
	static const char *const zones[] = {"UTC0", "JST-9", "EST5EDT", "NZST-12NZDT"};

	(void)state;
	for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
		assert_int_equal(setenv("TZ", zones[i], 1), 0);
		tzset();
		assert_day(day_at(utc(2031, 7, 7, 14, 59, 59)), 2031, 7, 7);
		assert_day(day_at(utc(2031, 7, 7, 15, 0, 0)), 2031, 7, 8);
		assert_day(day_at(utc(2031, 12, 31, 15, 0, 0)), 2032, 1, 1);
		assert_day(day_at(utc(2032, 2, 28, 15, 0, 0)), 2032, 2, 29);
	}
}

/* The day after, by the rules of the calendar as everybody learns them. */
static void
go_on(int *year, int *month, int *day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;

	if (++*day <= days[*month - 1] + (leap && *month == 2))
		return;
	*day = 1;
	if (++*month <= 12)
		return;
	*month = 1;
	++*year;
}

/* Day by day, over a whole cycle of the calendar; not with the C library, whose times may have 32
 * bits. */
static void
every_day_of_four_centuries_is_right(void **state)
{
	const int64_t first = INT64_C(-2208988800); /* 1900-01-01 00:00:00 (RFC 5905) */
	int year = 1900, month = 1, day = 1;

	(void)state;
	for (int64_t i = 0; i <= 146097; i++, go_on(&year, &month, &day)) {
		struct day found = day_at(first + i * 86400);

		assert_day(found, year, month, day);
		assert_int_equal(day_count((struct day){1900, 1, 1}, found), i);
		assert_int_equal(day_begin(found), first + i * 86400);
	}
	assert_int_equal(year, 2300);
}

static void
days_are_counted_between_dates(void **state)
{
	struct day a = {2031, 2, 28}, b = {2031, 3, 1};

	(void)state;
	assert_int_equal(day_count(a, b), 1);
	assert_int_equal(day_count(b, a), -1);
	assert_int_equal(day_count(a, a), 0);
}

static void
a_date_is_written_year_first(void **state)
{
	char text[DAY_TEXT];

	(void)state;
	day_format((struct day){2031, 7, 7}, text);
	assert_string_equal(text, "2031-07-07");
}

/* RFC 5280, 4.1.2.5: 99991231235959Z says that there is no end; in Japan that is a day later. */
static void
no_time_has_a_year_of_five_digits(void **state)
{
	const int64_t no_end = INT64_C(253402300799);
	char text[SECOND_TEXT];

	(void)state;
	assert_day(day_at(no_end), 9999, 12, 31);
	assert_day(day_at(INT64_MAX), 9999, 12, 31);
	assert_day(day_at(INT64_MIN), 0, 1, 1);
	second_format(no_end, text);
	assert_string_equal(text, "9999-12-31T23:59:59+09:00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_window_opens_on_the_day_after_three_months_earlier),
		cmocka_unit_test(days_are_those_of_japan_in_every_time_zone),
		cmocka_unit_test(every_day_of_four_centuries_is_right),
		cmocka_unit_test(days_are_counted_between_dates),
		cmocka_unit_test(a_date_is_written_year_first),
		cmocka_unit_test(no_time_has_a_year_of_five_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
