/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 512
#define PREFIX "jpki-pkcs11: "

enum { FD_NONE = -1, FD_SYSLOG = -2 };

/* Atomics and write(2) only: a line may come from any thread, and from a forked child. */
static atomic_int log_fd = FD_NONE;
static atomic_int log_level = LOG_LEVEL_WARNING;

static bool
is_regular(const struct stat *st)
{
	errno = EINVAL;
	return S_ISREG(st->st_mode);
}

/*
 * A regular file only: a FIFO would wait for somebody to read it, and opening a device can do
 * things. Never as one of the first three files, where the host's own messages would go into it.
 * FD_NONE and errno, which is EINVAL for what is no regular file.
 */
static int
open_file(const char *path)
{
	struct stat st;
	int low, fd = FD_NONE;

	if (lstat(path, &st) == 0 && !is_regular(&st))
		return FD_NONE;
	low = open(path,
		   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK,
		   0600);
	if (low < 0)
		return FD_NONE;
	if (fstat(low, &st) == 0 && is_regular(&st))
		fd = low > STDERR_FILENO ? low : fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (fd != low)
		(void)close(low);
	return fd;
}

/* One that is closed now may become any file of the host's. */
static int
standard_error(void)
{
	return fcntl(STDERR_FILENO, F_GETFD) < 0 ? FD_NONE : STDERR_FILENO;
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
	int fd = FD_NONE, error;

	log_level = (int)level;
	if (strcmp(destination, "stderr") == 0)
		fd = standard_error();
	else if (strcmp(destination, "syslog") == 0)
		fd = FD_SYSLOG;
	else if (destination[0] == '/')
		fd = open_file(destination);
	error = errno;
	if (fd == FD_NONE && destination[0] == '/') {
		replace(standard_error());
		log_line(LOG_LEVEL_WARNING, "log file %s: %s", destination,
			 error == EINVAL ? "not a regular file" : strerror(error));
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

/*
 * A log that cannot be written must not fail the user's operation, hold it up (a pipe that nobody
 * reads) or end the program (a pipe that nobody can read, a limit on the size of files).
 */
static void
write_file(int fd, const char *line, size_t len)
{
	struct pollfd ready = {fd, POLLOUT, 0};
	sigset_t ours, before, pending;

	if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))
		return;
	(void)sigemptyset(&ours);
	(void)sigaddset(&ours, SIGPIPE);
	(void)sigaddset(&ours, SIGXFSZ);
	(void)pthread_sigmask(SIG_BLOCK, &ours, &before);
	(void)sigpending(&pending);
	if (write(fd, line, len) < 0 && !sigismember(&pending, SIGPIPE) &&
	    !sigismember(&pending, SIGXFSZ))
		(void)sigtimedwait(&ours, NULL, &(const struct timespec){0});
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
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
	write_file(log_fd, line, (size_t)n + 1);
}
