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

void
log_open(enum log_level level, const char *destination)
{
	int fd = STDERR_FILENO;

	log_close();
	log_level = (int)level;
	if (strcmp(destination, "none") == 0)
		fd = FD_NONE;
	else if (strcmp(destination, "syslog") == 0)
		fd = FD_SYSLOG;
	else if (destination[0] == '/')
		fd = open_file(destination);
	if (fd == -1 && destination[0] == '/') {
		log_fd = STDERR_FILENO;
		log_line(LOG_LEVEL_WARNING, "log file %s: %s", destination, strerror(errno));
		return;
	}
	log_fd = fd;
}

void
log_close(void)
{
	int fd = atomic_exchange(&log_fd, FD_NONE);

	if (fd > STDERR_FILENO)
		(void)close(fd);
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
