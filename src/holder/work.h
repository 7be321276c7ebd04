/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_HOLDER_WORK_H
#define JPKI_HOLDER_WORK_H

#include "holder/module.h"
#include "holder/signals.h"

/* What must not be left in the middle: signals are held, and the module's person is told. */

static inline void
work_begin(const struct module *module, enum busy what, sigset_t *before)
{
	signals_hold(before);
	if (module->person.busy)
		module->person.busy(module->person.context, what);
}

static inline void
work_end(const struct module *module, const sigset_t *before)
{
	if (module->person.busy)
		module->person.busy(module->person.context, BUSY_NOT);
	signals_release(before);
}

#endif
