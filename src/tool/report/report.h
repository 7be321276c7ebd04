/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_REPORT_REPORT_H
#define JPKI_TOOL_REPORT_REPORT_H

#include <stdio.h>

#include "tool/report/facts.h"
#include "tool/terminal/options.h"

/* jpki-tool report: what a card does with what is not certain of cards, for others to read. */

struct card_report {
	struct jpki_probe_report probes;
	struct fact_input input;
	char reader[FACT_TEXT], service[FACT_TEXT], driver[FACT_TEXT]; /* cleaned */
	bool with_pin, simulated;
	bool incomplete; /* an answer was lost, the card taken away, or the PIN not taken */
};

/* show.c: prints what will be sent. */
void report_print_plan(FILE *out, const struct card_report *report);

/* The report in the user's language, and for programs (JSON). The caller frees it; NULL without
 * memory. */
char *report_text(const struct card_report *report);
char *report_json(const struct card_report *report);

/* The command. */
command_run report_run;

#endif
