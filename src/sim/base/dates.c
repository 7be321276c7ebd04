/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/dates.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/error.h"

#define JAPAN INT64_C(32400) /* seconds east of Greenwich */

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01, for years from 1 on: whole years, then months, then days. */
static int64_t
days_of(struct sim_date date)
{
	const int64_t before = date.year - 1;
	int64_t days = before * 365 + before / 4 - before / 100 + before / 400 - 719162;

	for (int month = 1; month < date.month; month++)
		days += days_in_month(date.year, month);
	return days + date.day - 1;
}

struct sim_date
sim_date_at(int64_t time)
{
	int64_t local = time + JAPAN;
	int64_t days = local / SIM_DAY - (local % SIM_DAY < 0);
	struct sim_date date = {(int)(days / 366) + 1970, 1, 1};

	while (days_of((struct sim_date){date.year + 1, 1, 1}) <= days)
		date.year++;
	while (days_of(date) > days)
		date.year--;
	days -= days_of(date);
	while (days >= days_in_month(date.year, date.month))
		days -= days_in_month(date.year, date.month++);
	date.day += (int)days;
	return date;
}

int64_t
sim_date_start(struct sim_date date)
{
	return days_of(date) * SIM_DAY - JAPAN;
}

int64_t
sim_date_end(struct sim_date date)
{
	return sim_date_start(date) + SIM_DAY - 1;
}

struct sim_date
sim_date_add_years(struct sim_date date, int years)
{
	date.year += years;
	if (date.day > days_in_month(date.year, date.month))
		date.day = days_in_month(date.year, date.month);
	return date;
}

int64_t
sim_date_birthday(struct sim_date birth, int64_t from, int n)
{
	struct sim_date today = sim_date_at(from);
	int years = today.year - birth.year;

	if (sim_date_start(sim_date_add_years(birth, years)) > sim_date_start(today))
		years--;
	return sim_date_end(sim_date_add_years(birth, years + n));
}

int
sim_date_age(struct sim_date birth, int64_t at)
{
	struct sim_date today = sim_date_at(at);
	int years = today.year - birth.year;

	return sim_date_start(sim_date_add_years(birth, years)) > sim_date_start(today) ? years - 1
											: years;
}

int64_t
sim_date_renewal_opens(int64_t expiry)
{
	struct sim_date date = sim_date_at(expiry);

	date.month -= 3;
	if (date.month < 1) {
		date.month += 12;
		date.year--;
	}
	if (date.day > days_in_month(date.year, date.month))
		date.day = days_in_month(date.year, date.month);
	return sim_date_end(date) + 1;
}

void
sim_date_format(struct sim_date date, char text[9])
{
	char room[40];

	(void)snprintf(room, sizeof room, "%04d%02d%02d", date.year, date.month, date.day);
	memcpy(text, room, 8);
	text[8] = '\0';
}

void
sim_date_write(struct sim_date date, char text[11])
{
	char digits[9];

	sim_date_format(date, digits);
	(void)snprintf(text, 11, "%.4s-%.2s-%.2s", digits, digits + 4, digits + 6);
}

static bool
is_date(const struct sim_date *date)
{
	return date->year >= 1 && date->year <= 9999 && date->month >= 1 && date->month <= 12 &&
	       date->day >= 1 && date->day <= days_in_month(date->year, date->month);
}

/* Reads exactly `count` digits and moves on. */
static bool
read_digits(const char **text, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++, ++*text) {
		if (**text < '0' || **text > '9')
			return false;
		*value = *value * 10 + (**text - '0');
	}
	return true;
}

static bool
read_mark(const char **text, char mark)
{
	if (**text != mark)
		return false;
	++*text;
	return true;
}

int
sim_date_parse(const char *text, struct sim_date *date)
{
	bool read = read_digits(&text, 4, &date->year) && read_digits(&text, 2, &date->month) &&
		    read_digits(&text, 2, &date->day) && !*text && is_date(date);

	return read ? 0 : -1;
}

/* "hh:mm", in seconds. */
static bool
read_clock(const char **text, int64_t *seconds)
{
	int hour, minute;

	if (!read_digits(text, 2, &hour) || !read_mark(text, ':') ||
	    !read_digits(text, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*seconds = (int64_t)hour * 3600 + (int64_t)minute * 60;
	return true;
}

/* "Z", "+hh:mm" or "-hh:mm", in seconds east of Greenwich. */
static bool
read_zone(const char **text, int64_t *seconds)
{
	bool west = **text == '-';

	*seconds = 0;
	if (read_mark(text, 'Z'))
		return true;
	if (!read_mark(text, west ? '-' : '+') || !read_clock(text, seconds))
		return false;
	if (west)
		*seconds = -*seconds;
	return true;
}

/* The part from "T" on: seconds since the beginning of the day in Greenwich. */
static bool
read_time(const char **text, int64_t *seconds)
{
	int64_t clock, zone;
	int second;

	if (!read_mark(text, 'T') || !read_clock(text, &clock) || !read_mark(text, ':') ||
	    !read_digits(text, 2, &second) || second > 59 || !read_zone(text, &zone))
		return false;
	*seconds = clock + second - zone;
	return true;
}

bool
sim_now_parse(const char *text, int64_t *now, char **error)
{
	struct sim_date date;
	int64_t seconds = -JAPAN; /* midnight in Japan */
	bool read = read_digits(&text, 4, &date.year) && read_mark(&text, '-') &&
		    read_digits(&text, 2, &date.month) && read_mark(&text, '-') &&
		    read_digits(&text, 2, &date.day) && is_date(&date) &&
		    (!*text || read_time(&text, &seconds)) && !*text;

	/* Certificates and the arithmetic of generations are sane between these years. */
	if (!read || date.year < 2016 || date.year > 2099)
		return sim_error_set(error,
				     "the date must look like 2026-11-21 or 2026-11-21T09:00:00Z, "
				     "in the years 2016 to 2099");
	*now = days_of(date) * SIM_DAY + seconds;
	return true;
}
