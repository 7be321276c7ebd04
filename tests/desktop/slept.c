/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A computer that sleeps for hours: to be loaded before a program. Its clock that goes on meanwhile
 * is as many hours ahead as the file in the variable SLEPT has bytes.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define HOUR 3600 /* seconds */

int
clock_gettime(clockid_t clock, struct timespec *time)
{
	__typeof__(&clock_gettime) libcs = (__typeof__(libcs))dlsym(RTLD_NEXT, "clock_gettime");
	const int status = libcs(clock, time);
	struct stat slept;

	if (clock == CLOCK_BOOTTIME && stat(getenv("SLEPT"), &slept) == 0)
		time->tv_sec += slept.st_size * HOUR;
	return status;
}
