/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_AUTHORITY_H
#define JPKI_TOOL_AUTHORITY_H

#include "holder/authority.h"
#include "tool/terminal/exit.h"
#include "tool/terminal/screen.h"

/* The list of authorities that came with the program. */
const char *authority_list(void);

/* The answer as a sentence, which the caller frees (NULL without memory); its name in JSON. */
char *authority_text(enum authority_answer answer, const char *year);
const char *authority_name(enum authority_answer answer);
enum mark authority_mark(enum authority_answer answer);

/* How a command ends that has come to it. */
enum tool_exit verdict_exit(enum verdict verdict);

#endif
