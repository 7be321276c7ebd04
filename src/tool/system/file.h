/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SYSTEM_FILE_H
#define JPKI_TOOL_SYSTEM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool/terminal/exit.h"

/* From here on nothing else is read or written: no device, and no pipe, which may never end. */
void file_take_ordinary(void);

/*
 * Writes a file whole or not at all ("-": standard output), also when a signal arrives. A file that
 * is there already is only replaced if `force`, and the new one has its mode, and its owner where
 * that may be; where `path` is a link, the file that it leads to is written. A message and
 * TOOL_FAILED if it cannot be done.
 */
enum tool_exit file_write(const char *path, const void *data, size_t len, bool force);

/*
 * Before the work is begun: whether file_write would be refused, for all that can be known now (a
 * disk may yet fill up). A message and TOOL_FAILED if so.
 */
enum tool_exit file_may_write(const char *path, bool force);

/* Likewise whether it can be read; a folder cannot. */
enum tool_exit file_may_read(const char *path);

/* A folder and those above it, where they are not there: for the user alone. */
bool file_make_folders(const char *folder);
bool file_make_folder_of(const char *path);

/* Whether there is anything, and whether it is an ordinary file: it gives the same when it is read
 * once more, as a pipe does not. */
bool file_is_there(const char *path);
bool file_is_ordinary(const char *path);

/* Whether both names lead to the same file; "-" is standard input. */
bool file_is_same(const char *path, const char *other);

/*
 * Reads a file ("-": standard input) of any size in pieces, and gives each to `take`, which says
 * whether to go on. On a terminal a large one shows how far it is. TOOL_CANCELLED, without a
 * message, once nobody waits for it (away.h).
 */
typedef bool file_taker(void *context, const uint8_t *data, size_t len);
enum tool_exit file_each(const char *path, file_taker *take, void *context);

/* The beginning of a file that is not standard input: up to `size` bytes, *len of them. */
enum tool_exit file_head(const char *path, uint8_t *data, size_t size, size_t *len);

/* The most that is read whole, in MiB: what is enclosed; what encloses that, also in base64. */
enum { FILE_ENCLOSED_MAX = 256, FILE_SIGNATURE_MAX = 384 };

/* Whether it is at most FILE_ENCLOSED_MAX, as far as is known. A message if it is not. */
enum tool_exit file_may_enclose(const char *path);

/* Reads a file ("-": standard input), at most `max` MiB. The caller frees *data. */
enum tool_exit file_read(const char *path, size_t max, uint8_t **data, size_t *len);

/* The first line of a file, without its end and what has no room; empty if there is none. */
void file_line(const char *path, char *line, size_t size);

/* A small file up to its first NUL, without any message; the caller frees it. NULL with errno. */
char *file_text(const char *path);

#endif
