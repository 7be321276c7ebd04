/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/dates.h"

#include <openssl/crypto.h>
#include <stdio.h>

#define SECONDS INT64_C(86400)
#define CYCLE (146097 * SECONDS) /* after 400 years the calendar is the same */

/* OpenSSL's reckoning: a time_t may end in 2038. */
static const struct tm epoch = {.tm_year = 70, .tm_mday = 1};

/* The day and the time of day so many seconds after the epoch; OpenSSL knows them from 1900 to
 * 9999. */
static struct tm
fields_of(int64_t seconds)
{
	int64_t cycles = (seconds >= 0 ? seconds : seconds - (CYCLE - 1)) / CYCLE;
	int64_t rest = seconds - cycles * CYCLE;
	struct tm tm = epoch;

	(void)OPENSSL_gmtime_adj(&tm, (int)(rest / SECONDS), (long)(rest % SECONDS));
	tm.tm_year += (int)cycles * 400;
	return tm;
}

static struct day
day_of(struct tm tm)
{
	return (struct day){tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday};
}

int64_t
day_begin(struct day day)
{
	const struct tm tm = {
		.tm_year = day.year - 1900, .tm_mon = day.month - 1, .tm_mday = day.day};
	int days = 0, seconds;

	(void)OPENSSL_gmtime_diff(&days, &seconds, &epoch, &tm);
	return days * SECONDS;
}

bool
day_exists(struct day d)
{
	return d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= 31 &&
	       day_of(fields_of(day_begin(d))).day == d.day;
}

/* The years that four digits can say; a certificate "without an end" says 9999-12-31 in UTC. */
#define FIRST (INT64_C(-62167219200) - JAPAN) /* 0000-01-01 00:00:00 in Japan */
#define LAST (INT64_C(253402300799) - JAPAN)  /* 9999-12-31 23:59:59 */

static struct tm
fields_in_japan(int64_t time)
{
	return fields_of((time < FIRST ? FIRST : time > LAST ? LAST : time) + JAPAN);
}

struct day
day_at(int64_t time)
{
	return day_of(fields_in_japan(time));
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
	const struct tm tm = fields_in_japan(time);

	day_format(day_of(tm), text);
	(void)strftime(text + DAY_TEXT - 1, SECOND_TEXT - DAY_TEXT + 1, "T%H:%M:%S+09:00", &tm);
}

int64_t
day_count(struct day from, struct day to)
{
	return (day_begin(to) - day_begin(from)) / SECONDS;
}

struct day
day_next(struct day day)
{
	return day_of(fields_of(day_begin(day) + SECONDS));
}

struct day
day_renewal_opens(struct day end)
{
	struct day day = {end.year, end.month - 3, end.day};

	if (day.month < 1) {
		day.month += 12;
		day.year--;
	}
	return day_exists(day) ? day_next(day) : (struct day){day.year, day.month + 1, 1};
}
