/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/doctor/report.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "holder/text.h"

void
report_on(struct report *report, enum area area, const char *about)
{
	report->area = area;
	report->about = about ? about : "";
}

void
report_add(struct report *report, enum mark mark, const char *word, const char *format, ...)
{
	struct finding *items = realloc(report->items, (report->count + 1) * sizeof *items);
	struct finding finding = {report->area, mark, word, strdup(report->about), NULL, NULL};
	va_list args;

	if (items)
		report->items = items;
	va_start(args, format);
	finding.text = text_vmade(format, args);
	va_end(args);
	if (items && finding.text && finding.about) {
		items[report->count++] = finding;
		return;
	}
	free(finding.text);
	free(finding.about);
	report->failed = true;
}

void
report_command(struct report *report, const char *format, ...)
{
	va_list args;

	if (report->failed)
		return;
	va_start(args, format);
	report->items[report->count - 1].command = text_vmade(format, args);
	va_end(args);
	report->failed = !report->items[report->count - 1].command;
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
