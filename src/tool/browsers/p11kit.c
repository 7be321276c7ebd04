/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/browsers/p11kit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/system/child.h"

/* For p11_kit_set_progname, which is as old as the rest. */
#define P11_KIT_FUTURE_UNSTABLE_API 1
#include <p11-kit/p11-kit.h>

/* Other people's modules may do anything when they are loaded; longer than this they need not. */
#define PATIENCE 20 /* seconds */

/* p11-kit itself reads its configuration: three folders, which override each other by file. */
static void
find(const char *program, const char *file, int fd)
{
	CK_FUNCTION_LIST **modules;

	p11_kit_be_quiet();
	p11_kit_set_progname(program);
	modules = p11_kit_modules_load(NULL, P11_KIT_MODULE_UNMANAGED);
	for (size_t i = 0; modules && modules[i]; i++) {
		char *path = p11_kit_module_get_filename(modules[i]);

		if (path && strncmp(basename(path), file, strlen(file)) == 0) {
			(void)!write(fd, path, strlen(path));
			return;
		}
		free(path);
	}
}

char *
p11kit_find(const char *program, const char *file)
{
	char path[PATH_MAX] = "";
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return NULL;
	/* In a process of its own: what modules start when loaded, or worse, ends with it. */
	child = fork();
	if (child == 0) {
		(void)alarm(PATIENCE);
		find(program, file, ends[1]);
		_exit(0);
	}
	(void)close(ends[1]);
	if (child > 0) {
		child_listen(ends[0], path, sizeof path);
		(void)TEMP_FAILURE_RETRY(waitpid(child, NULL, 0));
	}
	(void)close(ends[0]);
	return *path ? strdup(path) : NULL;
}
