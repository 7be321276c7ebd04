/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_VERIFY_VERIFY_H
#define JPKI_TOOL_VERIFY_VERIFY_H

#include "holder/signature.h"
#include "tool/terminal/exit.h"
#include "tool/terminal/options.h"

/* jpki-tool verify: what was found out, and the two forms it is told in (show.c). */

struct verification {
	struct signature signature;
	const char *name;    /* of the file with the signature */
	const char *content; /* the name of the file that was signed; NULL if it is enclosed */
	int64_t now;
	enum verdict verdict;
};

void verify_show(const struct verification *verification);
/* The verdict alone, on standard error. */
void verify_say(const struct verification *verification);
enum tool_exit verify_print_json(const struct verification *verification);

/* The command. */
command_run verify_run;

#endif
