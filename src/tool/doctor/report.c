/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/doctor/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct finding *
report_add(struct report *report, enum area area, enum mark mark, const char *word,
	   const char *about, const char *format, ...)
{
	struct finding *items = realloc(report->items, (report->count + 1) * sizeof *items);
	struct finding finding = {.area = area, .mark = mark, .word = word};
	va_list args;

	if (items)
		report->items = items;
	va_start(args, format);
	if (vasprintf(&finding.text, format, args) < 0)
		finding.text = NULL;
	va_end(args);
	finding.about = strdup(about ? about : "");
	if (!items || !finding.text || !finding.about) {
		free(finding.text);
		free(finding.about);
		report->failed = true;
		return NULL;
	}
	items[report->count] = finding;
	return &items[report->count++];
}

void
report_command(struct finding *finding, const char *format, ...)
{
	va_list args;

	if (!finding)
		return;
	va_start(args, format);
	if (vasprintf(&finding->command, format, args) < 0)
		finding->command = NULL;
	va_end(args);
}

void
report_free(struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->items[i].about);
		free(report->items[i].text);
		free(report->items[i].command);
	}
	free(report->items);
}

bool
report_has_problem(const struct report *report)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->items[i].mark == MARK_PROBLEM)
			return true;
	return false;
}
