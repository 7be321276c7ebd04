/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_FILE_H
#define JPKI_TOOL_FILE_H

#include "tool/exit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes a file whole or not at all ("-": standard output). A file that is there already is only
 * replaced if `force`. A message and TOOL_FAILED if it cannot be done.
 */
enum tool_exit file_write(const char *path, const void *data, size_t len, bool force);

/* Reads a file ("-": standard input), at most 256 MiB. The caller frees *data. */
enum tool_exit file_read(const char *path, uint8_t **data, size_t *len);

#endif
