/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_CARDS_CARDS_H
#define JPKI_TOOL_CARDS_CARDS_H

#include "holder/module.h"
#include "tool/terminal/exit.h"
#include "tool/terminal/options.h"

/* The cards that the command line means, and what to say when something comes of them. */

/*
 * Opens the module with what the options want, and with their prompt. A message and the exit status
 * if it cannot. module_close goes with it in either case.
 */
enum tool_exit cards_open(struct module *module, const struct options *options);

/*
 * What a command does in between, with a context of its own: the exit status of the work, or of
 * what went wrong before it.
 */
typedef enum tool_exit cards_work(struct module *module, const struct options *options,
				  void *context);
enum tool_exit cards_run(const struct options *options, cards_work *work, void *context);

/* Says what went wrong, if anything did; the exit status that goes with it. */
enum tool_exit cards_tell(const struct module *module, struct outcome outcome);

/* A sentence: which ones are hidden by what. The caller frees it; NULL where none are. */
char *hidden_text(const struct module *module);

/* Why there is no token: reason_text, or that the reader is hidden. The caller frees it. */
char *absence_text(const struct module *module, enum jpki_reason reason);

/* Complains of that; reason_exit. */
enum tool_exit absence_tell(const struct module *module, enum jpki_reason reason);

#endif
