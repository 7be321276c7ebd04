/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What GLib's locks and queues order, for ThreadSanitizer, which did not build GLib: it would take
 * for a race whatever is handed over by them. Preloaded by tests/slow/window.sh.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define GLIBS(function) ((__typeof__(&(function)))dlsym(RTLD_NEXT, #function))

/* The sanitizer's own; not there in programs that were built without it. */
void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

static void
acquire(void *address)
{
	if (__tsan_acquire)
		__tsan_acquire(address);
}

static void
release(void *address)
{
	if (__tsan_release)
		__tsan_release(address);
}

void
g_mutex_lock(void *mutex)
{
	GLIBS(g_mutex_lock)(mutex);
	acquire(mutex);
}

void
g_mutex_unlock(void *mutex)
{
	release(mutex);
	GLIBS(g_mutex_unlock)(mutex);
}

void
g_cond_wait(void *cond, void *mutex)
{
	release(mutex);
	GLIBS(g_cond_wait)(cond, mutex);
	acquire(mutex);
}

int
g_cond_wait_until(void *cond, void *mutex, int64_t end)
{
	int has_moved;

	release(mutex);
	has_moved = GLIBS(g_cond_wait_until)(cond, mutex, end);
	acquire(mutex);
	return has_moved;
}

void
g_async_queue_push(void *queue, void *data)
{
	release(queue);
	GLIBS(g_async_queue_push)(queue, data);
}

void *
g_async_queue_pop(void *queue)
{
	void *data = GLIBS(g_async_queue_pop)(queue);

	acquire(queue);
	return data;
}

void *
g_async_queue_try_pop(void *queue)
{
	void *data = GLIBS(g_async_queue_try_pop)(queue);

	acquire(queue);
	return data;
}

struct idle {
	int (*call)(void *data);
	void *data;
};

static int
call_idle(void *data)
{
	const struct idle *idle = data;

	acquire(data);
	return idle->call(idle->data);
}

/* Ours has priority 0 (soon.c); GTK's own, on one thread, it keeps to itself. */
unsigned
g_idle_add_full(int priority, int (*call)(void *), void *data, void (*forget)(void *))
{
	struct idle *idle;

	if (priority != 0 || forget)
		return GLIBS(g_idle_add_full)(priority, call, data, forget);
	idle = malloc(sizeof *idle);
	if (!idle)
		abort();
	*idle = (struct idle){call, data};
	release(idle);
	return GLIBS(g_idle_add_full)(priority, call_idle, idle, free);
}
