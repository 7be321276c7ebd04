/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_BASE_LOG_H
#define JPKI_BASE_LOG_H

/*
 * Lines for a person who asks "why doesn't it work?". Never given a PIN, a certificate or the
 * body of a command: callers pass headers and lengths (src/card/card.c), file names and codes.
 * Before log_open and after log_close nothing is written.
 */

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/*
 * Starts logging at `level` and more important to `destination`: "stderr", "syslog", "none" or
 * an absolute path (created with mode 0600, appended to). A file that cannot be opened is
 * reported on stderr, which then takes its place.
 */
void log_open(enum log_level level, const char *destination);
void log_close(void);

/*
 * Stops logging without closing the file: for a forked child, which may have closed its parent's
 * descriptors and given their numbers to files of its own.
 */
void log_abandon(void);

/* Whether a line of this level would be written, to save making it. */
int log_wants(enum log_level level);

/* One line, printf-like, without newline; cut at 500 bytes. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
