/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512
#define PREFIX "jpki-pkcs11: "

enum { FD_NONE = -1, FD_SYSLOG = -2 };

/* Atomics and write(2) only: a line may come from any thread, and from a forked child. */
static atomic_int log_fd = FD_NONE;
static atomic_int log_level = LOG_LEVEL_WARNING;

static int
open_file(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW, 0600);
}

/*
 * A thread of an instance that is being finalised may be about to write to the old file. Its
 * descriptor is not closed under it, because the host's next file could get its number, but
 * becomes the new log.
 */
static void
replace(int fd)
{
	const int old = log_fd;

	if (old > STDERR_FILENO && fd > STDERR_FILENO && dup3(fd, old, O_CLOEXEC) == old) {
		(void)close(fd);
		return;
	}
	log_close();
	log_fd = fd;
}

void
log_open(enum log_level level, const char *destination)
{
	int fd = STDERR_FILENO;

	log_level = (int)level;
	if (strcmp(destination, "none") == 0)
		fd = FD_NONE;
	else if (strcmp(destination, "syslog") == 0)
		fd = FD_SYSLOG;
	else if (destination[0] == '/')
		fd = open_file(destination);
	if (fd == -1 && destination[0] == '/') {
		replace(STDERR_FILENO);
		log_line(LOG_LEVEL_WARNING, "log file %s: %s", destination, strerror(errno));
		return;
	}
	replace(fd);
}

void
log_close(void)
{
	int fd = atomic_exchange(&log_fd, FD_NONE);

	if (fd > STDERR_FILENO)
		(void)close(fd);
}

void
log_abandon(void)
{
	log_fd = FD_NONE;
}

int
log_wants(enum log_level level)
{
	return log_fd != FD_NONE && (int)level <= log_level;
}

static void
write_syslog(enum log_level level, const char *text)
{
	static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

	syslog(LOG_USER | priorities[level], "%s", text);
}

void
log_line(enum log_level level, const char *format, ...)
{
	char line[LINE_MAX_BYTES] = PREFIX;
	const size_t start = sizeof PREFIX - 1;
	const size_t room = sizeof line - start - 1; /* the newline */
	va_list args;
	int n;

	if (!log_wants(level))
		return;
	va_start(args, format);
	n = vsnprintf(line + start, room, format, args);
	va_end(args);
	if (n < 0)
		return;
	if (log_fd == FD_SYSLOG) {
		write_syslog(level, line);
		return;
	}
	n = (int)strlen(line);
	line[n] = '\n';
	/* A log that cannot be written must not fail the user's operation. */
	if (write(log_fd, line, (size_t)n + 1) < 0)
		return;
}
