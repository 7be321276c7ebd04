/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/dates.h"

#include <stdio.h>

#define JAPAN INT64_C(32400) /* seconds ahead of UTC */
#define SECONDS INT64_C(86400)

static int
month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0))
		return 29;
	return days[month - 1];
}

bool
day_exists(struct day d)
{
	return d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= month_days(d.year, d.month);
}

/*
 * Days since 1970-01-01. Years are counted from March, so that the leap day is the last of its
 * year; 153 days make five months from there on, and 400 years always have 146097 days.
 */
static int64_t
day_number(struct day d)
{
	int64_t year = d.month > 2 ? d.year : d.year - 1;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * ((d.month + 9) % 12) + 2) / 5 + d.day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* The years that four digits can say; a certificate "without an end" says 9999-12-31 in UTC. */
#define FIRST (INT64_C(-62167219200) - JAPAN) /* 0000-01-01 00:00:00 in Japan */
#define LAST (INT64_C(253402300799) - JAPAN)  /* 9999-12-31 23:59:59 */

static int64_t
local_time(int64_t time)
{
	return (time < FIRST ? FIRST : time > LAST ? LAST : time) + JAPAN;
}

/* The day of that number. */
static struct day
numbered_day(int64_t number)
{
	int64_t from_era = number + 719468;
	int64_t era = (from_era >= 0 ? from_era : from_era - 146096) / 146097;
	int64_t of_era = from_era - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;
	struct day d;

	d.day = (int)(of_year - (153 * month + 2) / 5 + 1);
	d.month = (int)(month < 10 ? month + 3 : month - 9);
	d.year = (int)(year + era * 400 + (d.month <= 2));
	return d;
}

struct day
day_at(int64_t time)
{
	int64_t local = local_time(time);

	return numbered_day((local >= 0 ? local : local - (SECONDS - 1)) / SECONDS);
}

int64_t
day_begin(struct day day)
{
	return day_number(day) * SECONDS;
}

void
day_format(struct day day, char text[DAY_TEXT])
{
	(void)snprintf(text, DAY_TEXT, "%04u-%02u-%02u", (unsigned int)day.year % 10000u,
		       (unsigned int)day.month % 100u, (unsigned int)day.day % 100u);
}

void
second_format(int64_t time, char text[SECOND_TEXT])
{
	char day[DAY_TEXT];
	int64_t of_day = (local_time(time) % SECONDS + SECONDS) % SECONDS;

	day_format(day_at(time), day);
	(void)snprintf(text, SECOND_TEXT, "%sT%02u:%02u:%02u+09:00", day,
		       (unsigned int)(of_day / 3600) % 100u,
		       (unsigned int)(of_day / 60 % 60) % 100u, (unsigned int)(of_day % 60) % 100u);
}

int64_t
day_count(struct day from, struct day to)
{
	return day_number(to) - day_number(from);
}

struct day
day_next(struct day day)
{
	return numbered_day(day_number(day) + 1);
}

struct day
day_renewal_opens(struct day end)
{
	struct day day = {end.year, end.month - 3, end.day};
	int longest;

	if (day.month < 1) {
		day.month += 12;
		day.year--;
	}
	longest = month_days(day.year, day.month);
	if (day.day > longest)
		day.day = longest;
	return day_next(day);
}
