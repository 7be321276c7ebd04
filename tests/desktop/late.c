/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that is held up between two steps: to be loaded before the window. It goes on once
 * somebody opens the pipe in the variable LATE. The steps: it has said that it waits for a PIN, and
 * asks for it; it has written the file in the variable SAVED, and says so.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
wait_for_pipe(void)
{
	(void)!open(getenv("LATE"), O_RDONLY | O_CLOEXEC);
}

/* GLib's, by which the window's thread is told. */
unsigned
g_idle_add_full(int priority, int (*call)(void *), void *data, void (*forget)(void *))
{
	__typeof__(&g_idle_add_full) glibs = (__typeof__(glibs))dlsym(RTLD_NEXT, "g_idle_add_full");
	const int asks = data && strcmp(data, "Waiting for the PIN ...") == 0;
	const unsigned source = glibs(priority, call, data, forget);

	if (asks)
		wait_for_pipe();
	return source;
}

/* OpenSSL's, after a certificate was written. */
void
X509_free(void *certificate)
{
	__typeof__(&X509_free) openssls = (__typeof__(openssls))dlsym(RTLD_NEXT, "X509_free");
	static int was_late;

	openssls(certificate);
	if (was_late || access(getenv("SAVED"), F_OK) != 0)
		return;
	was_late = 1;
	wait_for_pipe();
}
