/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/dates.h"

#include <openssl/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/base/error.h"

#define JAPAN INT64_C(32400) /* seconds east of Greenwich */

/* OpenSSL's reckoning, which has all years; time_t may end in 2038. */
static const struct tm epoch = {.tm_year = 70, .tm_mday = 1};

/* Days since 1970-01-01. */
static int64_t
days_of(struct sim_date date)
{
	const struct tm day = {
		.tm_year = date.year - 1900, .tm_mon = date.month - 1, .tm_mday = date.day};
	int days = 0, seconds;

	(void)OPENSSL_gmtime_diff(&days, &seconds, &epoch, &day);
	return days;
}

static int
days_in_month(int year, int month)
{
	if (month == 12)
		return 31;
	return (int)(days_of((struct sim_date){year, month + 1, 1}) -
		     days_of((struct sim_date){year, month, 1}));
}

static struct sim_date
date_of(const struct tm *day)
{
	return (struct sim_date){day->tm_year + 1900, day->tm_mon + 1, day->tm_mday};
}

struct sim_date
sim_date_at(int64_t time)
{
	const int64_t local = time + JAPAN;
	struct tm day = epoch;

	(void)OPENSSL_gmtime_adj(&day, (int)(local / SIM_DAY), (long)(local % SIM_DAY));
	return date_of(&day);
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

/* The last day of its month instead of one that the month does not have. */
static struct sim_date
shorten(struct sim_date date)
{
	if (date.day > days_in_month(date.year, date.month))
		date.day = days_in_month(date.year, date.month);
	return date;
}

struct sim_date
sim_date_add_years(struct sim_date date, int years)
{
	date.year += years;
	return shorten(date);
}

int64_t
sim_date_birthday(struct sim_date birth, int64_t from, int n)
{
	return sim_date_end(sim_date_add_years(birth, sim_date_age(birth, from) + n));
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
	return sim_date_end(shorten(date)) + 1;
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

/* Is that the text's shape? A d stands for a digit, a + for either sign, the rest for itself. */
static bool
has_shape(const char *text, const char *shape)
{
	for (; *shape; text++, shape++)
		if (*shape == 'd'   ? *text < '0' || *text > '9'
		    : *shape == '+' ? *text != '+' && *text != '-'
				    : *text != *shape)
			return false;
	return !*text;
}

int
sim_date_parse(const char *text, struct sim_date *date)
{
	struct tm day = {0};

	if (!has_shape(text, "dddddddd") || !strptime(text, "%Y%m%d", &day))
		return -1;
	*date = date_of(&day);
	return is_date(date) ? 0 : -1;
}

bool
sim_now_parse(const char *text, int64_t *now, char **error)
{
	const bool timed = has_shape(text, "dddd-dd-ddTdd:dd:dd+dd:dd") ||
			   has_shape(text, "dddd-dd-ddTdd:dd:ddZ");
	struct tm at = {.tm_gmtoff = JAPAN}; /* a date alone is midnight there */
	bool read = (timed || has_shape(text, "dddd-dd-dd")) &&
		    strptime(text, timed ? "%Y-%m-%dT%H:%M:%S%z" : "%Y-%m-%d", &at);
	struct sim_date date = date_of(&at);

	/* Certificates and the arithmetic of generations are sane between these years. */
	if (!read || !is_date(&date) || at.tm_sec > 59 || labs(at.tm_gmtoff) >= SIM_DAY ||
	    date.year < 2016 || date.year > 2099)
		return sim_error_set(error,
				     "the date must look like 2026-11-21 or 2026-11-21T09:00:00Z, "
				     "in the years 2016 to 2099");
	*now = days_of(date) * SIM_DAY + (at.tm_hour * INT64_C(60) + at.tm_min) * 60 + at.tm_sec -
	       at.tm_gmtoff;
	return true;
}
