/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_DATES_H
#define JPKI_HOLDER_DATES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The dates of certificates, in Japanese time (UTC+9, no summer time) whatever the machine's
 * time zone is. Pure functions; a time is in seconds since 1970 (UTC).
 */

struct day {
	int year, month, day;
};

/* Whether the calendar has it. */
bool day_exists(struct day day);

#define JAPAN INT64_C(32400) /* seconds ahead of UTC */

#define DAY_TEXT 11 /* "2031-07-07" and a NUL */

/* The day in Japan at that time; of times outside the years 0000 to 9999, the first or last one. */
struct day day_at(int64_t time);

/* Where that day begins in Greenwich. */
int64_t day_begin(struct day day);

/* "2031-07-07" */
void day_format(struct day day, char text[DAY_TEXT]);

#define SECOND_TEXT 32 /* "2031-07-07T23:59:59+09:00" and a NUL */

/* The second in Japan at that time, as in JSON. */
void second_format(int64_t time, char text[SECOND_TEXT]);

/* Days from one to the other; negative if `to` comes first. */
int64_t day_count(struct day from, struct day to);

/*
 * The first day on which a certificate that ends on `end` can be renewed for one birthday more:
 * the day after the same day three months earlier, or the first of the next month where that
 * day does not exist (7 July: 8 April; 28 May: 1 March; 31 July: 1 May).
 */
struct day day_renewal_opens(struct day end);

/* The day after. */
struct day day_next(struct day day);

#endif
