/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A computer that sleeps for hours: to be loaded before a program. Its clocks that go on meanwhile
 * are as many hours ahead as the file in the variable SLEPT has bytes: the one that counts from the
 * start, and the one that dates are told by.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define HOUR 3600 /* seconds */

static time_t
slept(void)
{
	struct stat file;

	return stat(getenv("SLEPT"), &file) == 0 ? file.st_size * HOUR : 0;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	__typeof__(&clock_gettime) libcs = (__typeof__(libcs))dlsym(RTLD_NEXT, "clock_gettime");
	const int status = libcs(clock, now);

	if (clock == CLOCK_BOOTTIME)
		now->tv_sec += slept();
	return status;
}

time_t
time(time_t *now)
{
	struct timespec exact;

	if (clock_gettime(CLOCK_REALTIME, &exact) != 0)
		return (time_t)-1;
	exact.tv_sec += slept();
	if (now)
		*now = exact.tv_sec;
	return exact.tv_sec;
}
