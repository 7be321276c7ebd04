/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A computer that is too slow for its screen, where a frame is always due: to be loaded before a
 * program with GTK. What its other threads hand to the first one with a priority after that of
 * frames never has its turn.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

#define FRAMES 120 /* GTK's priority for them */
#define IDLE 200   /* GLib's for what names none */
#define NEVER 1	   /* a source's number */

unsigned
g_idle_add_full(int priority, int (*call)(void *), void *data, void (*forget)(void *))
{
	__typeof__(&g_idle_add_full) glibs = (__typeof__(glibs))dlsym(RTLD_NEXT, "g_idle_add_full");

	if (priority >= FRAMES && gettid() != getpid())
		return NEVER;
	return glibs(priority, call, data, forget);
}

unsigned
g_idle_add(int (*call)(void *), void *data)
{
	return g_idle_add_full(IDLE, call, data, 0);
}
