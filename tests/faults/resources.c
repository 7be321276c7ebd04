/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/faults/resources.h"

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>

#include "tests/faults/judge.h"

#define REFUSED_PINS_KB 16 /* what the module remembers of them when it ends */

struct resources
resources_count(void)
{
	struct resources r = {.heap = mallinfo2().uordblks};
	FILE *status = fopen("/proc/self/status", "re");
	DIR *files = opendir("/proc/self/fd");
	char line[256];

	while (status && fgets(line, sizeof line, status))
		(void)sscanf(line, "VmLck: %zu", &r.locked);
	if (status)
		(void)fclose(status);
	while (files && readdir(files))
		r.files++;
	if (files)
		(void)closedir(files);
	return r;
}

/* There in a build with -fsanitize=address only. */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

void
resources_check(struct trial *t, struct resources before, size_t points)
{
	struct resources now = resources_count();

	if (now.heap > before.heap + points * 64)
		judge_complain(t, "memory", "grows", now.heap - before.heap);
	if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() != 0)
		judge_complain(t, "memory", "leaks", CKR_OK);
	if (now.locked > before.locked + REFUSED_PINS_KB)
		judge_complain(t, "locked memory", "grows", now.locked - before.locked);
	if (now.files > before.files)
		judge_complain(t, "open files", "grow", now.files - before.files);
}
