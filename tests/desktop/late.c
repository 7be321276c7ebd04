/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that is held up on its way to asking for a PIN: to be loaded before the window. It has
 * said that it waits for one, and goes on once somebody opens the pipe in the variable LATE.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* GLib's, by which the window's thread is told. */
unsigned
g_idle_add_full(int priority, int (*call)(void *), void *data, void (*forget)(void *))
{
	__typeof__(&g_idle_add_full) glibs = (__typeof__(glibs))dlsym(RTLD_NEXT, "g_idle_add_full");
	const int asks = data && strcmp(data, "Waiting for the PIN ...") == 0;
	const unsigned source = glibs(priority, call, data, forget);

	if (asks)
		(void)!open(getenv("LATE"), O_RDONLY | O_CLOEXEC);
	return source;
}
