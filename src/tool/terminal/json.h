/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_TERMINAL_JSON_H
#define JPKI_TOOL_TERMINAL_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "tool/terminal/exit.h"

/* JSON on standard output, for programs: names and values that no language changes. */

/* Takes the value (NULL without memory) and prints it. */
enum tool_exit json_print(json_t *json);

/* A text of others, which may be any bytes, fit to be shown; null for NULL and without memory. */
json_t *json_text(const char *text);

/* A second in Japan: "2031-07-07T23:59:59+09:00". */
json_t *json_second(int64_t time);

#endif
