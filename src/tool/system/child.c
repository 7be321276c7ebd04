/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/system/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "holder/text.h"
#include "tool/system/away.h"

extern char **environ;

void
child_listen(int fd, char *said, size_t size)
{
	char dropped[512];
	size_t len = 0;

	for (;;) {
		bool fits = len + 1 < size;
		ssize_t n = TEMP_FAILURE_RETRY(fits ? read(fd, said + len, size - 1 - len)
						    : read(fd, dropped, sizeof dropped));

		if (n <= 0)
			break;
		len += fits ? (size_t)n : 0;
	}
	while (len > 0 && said[len - 1] == '\n')
		len--;
	if (size > 0)
		said[len] = '\0';
}

static int
wait_for(pid_t child)
{
	int status;

	if (TEMP_FAILURE_RETRY(waitpid(child, &status, 0)) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* We ignore SIGPIPE and hold back Ctrl-C; a child lives as programs do. */
static void
set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, pipe;

	(void)sigemptyset(&none);
	(void)sigemptyset(&pipe);
	(void)sigaddset(&pipe, SIGPIPE);
	(void)posix_spawnattr_setsigmask(attributes, &none);
	(void)posix_spawnattr_setsigdefault(attributes, &pipe);
	(void)posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

int
child_run(const char *const arguments[], char *said, size_t size)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int ends[2], error, status = -1;
	pid_t child;

	if (size > 0)
		said[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawnattr_init(&attributes);
	set_signals(&attributes);
	(void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	(void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	/* It does not change them. */
	error = posix_spawnp(&child, arguments[0], &actions, &attributes,
			     (char *const *)(uintptr_t)arguments, environ);
	(void)close(ends[1]);
	if (error == 0) {
		away_begin(BUSY_NOT);
		child_listen(ends[0], said, size);
		status = wait_for(child);
		(void)away_end();
	}
	(void)close(ends[0]);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return error == 0 ? status : -1;
}

bool
child_exists(const char *program)
{
	const char *path = getenv("PATH");
	char *copy = strdup(path ? path : "/usr/bin:/bin"), *rest = copy, *folder, *file;
	bool found = false;

	while (!found && (folder = strsep(&rest, ":"))) {
		file = text_made("%s/%s", *folder ? folder : ".", program);
		found = file && access(file, X_OK) == 0;
		free(file);
	}
	free(copy);
	return found;
}
