/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_DATES_H
#define JPKI_SIM_BASE_DATES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Dates in Japan (UTC+9, no summer time) and the arithmetic of certificates that end on a
 * birthday. A time is in seconds since 1970 (UTC), whatever the machine's time zone.
 */

struct sim_date {
	int year, month, day;
};

#define SIM_DAY INT64_C(86400) /* seconds */

/* The date in Japan at that time, in the years 1900 to 9999. */
struct sim_date sim_date_at(int64_t time);

/* The first and the last second of the day in Japan. */
int64_t sim_date_start(struct sim_date date);
int64_t sim_date_end(struct sim_date date);

/* That many years later (or earlier); 29 February becomes the 28th where there is none. */
struct sim_date sim_date_add_years(struct sim_date date, int years);

/*
 * The last second of the n-th birthday after the day of `from`: 1 is the next one. A birthday
 * on the very day does not count.
 */
int64_t sim_date_birthday(struct sim_date birth, int64_t from, int n);

/* Completed years of age at that time. */
int sim_date_age(struct sim_date birth, int64_t at);

/*
 * The first second of the three months before expiry in which a renewal counts one birthday
 * more: the day after the same day three months earlier, or the first of a month where that
 * day does not exist (7 July: 8 April; 31 May: 1 March).
 */
int64_t sim_date_renewal_opens(int64_t expiry);

/* "YYYYMMDD" and a NUL; for people, "YYYY-MM-DD". */
void sim_date_format(struct sim_date date, char text[9]);
void sim_date_write(struct sim_date date, char text[11]);

/* Reads "YYYYMMDD"; years 1 to 9999. Returns 0 or -1. */
int sim_date_parse(const char *text, struct sim_date *date);

/* "2026-11-21" (midnight in Japan) or "2026-11-21T12:34:56Z" (or with +09:00). */
bool sim_now_parse(const char *text, int64_t *now, char **error);

#endif
