/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_CARDS_H
#define JPKI_TOOL_CARDS_H

#include "holder/module.h"
#include "tool/terminal/exit.h"
#include "tool/terminal/options.h"

/* The cards that the command line means, and what to say when something comes of them. */

/*
 * Opens the module with what the options want, and with their prompt. A message and the exit status if
 * it cannot. module_close goes with it in either case.
 */
enum tool_exit cards_open(struct module *module, const struct options *options);

/*
 * What a command does in between, with a context of its own: the exit status of the work, or of what
 * went wrong before it.
 */
enum tool_exit cards_run(const struct options *options,
			 enum tool_exit (*work)(struct module *module,
						const struct options *options, void *context),
			 void *context);

/* Says what went wrong, if anything did; the exit status that goes with it. */
enum tool_exit cards_tell(const struct module *module, struct outcome outcome);

#endif
