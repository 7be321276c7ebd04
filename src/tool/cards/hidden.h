/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_HIDDEN_H
#define JPKI_TOOL_HIDDEN_H

#include "holder/module.h"
#include "tool/terminal/exit.h"

/* Readers that are not there because a setting of the module hides them. */

/* A sentence: which ones are hidden by what. The caller frees it; NULL where none are. */
char *hidden_text(const struct module *module);

/* Why there is no token: reason_text, or that the reader is hidden. The caller frees it. */
char *absence_text(const struct module *module, enum jpki_reason reason);

/* Complains of that; reason_exit. */
enum tool_exit absence_tell(const struct module *module, enum jpki_reason reason);

/* Complains that the reader or card that is wanted is not among those that are there. */
enum tool_exit unwanted_tell(const struct module *module);

#endif
