/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_DOCTOR_H
#define JPKI_TOOL_DOCTOR_H

#include "tool/terminal/options.h"

/*
 * jpki-tool doctor: what is wrong, from the reader service up to the browsers. All of it only
 * reads, and what concerns the card is asked through the module.
 */
enum tool_exit doctor_run(const struct options *options, char *arguments[]);

#endif
