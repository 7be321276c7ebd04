/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "holder/text.h"

static _Thread_local struct sheet *collected;

void
sheet_collect(struct sheet *sheet)
{
	collected = sheet;
}

bool
sheet_is_collected(void)
{
	return collected != NULL;
}

static void
wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

bool
sheet_take(enum line_kind kind, enum mark mark, const char *label, const char *text)
{
	struct line line = {.kind = kind, .mark = mark}, *lines;

	if (!collected)
		return false;
	line.label = text_safe(label, strlen(label));
	line.text = text_safe(text, strlen(text));
	lines = realloc(collected->lines, (collected->count + 1) * sizeof *lines);
	if (lines)
		collected->lines = lines;
	if (lines && line.label && line.text) {
		lines[collected->count++] = line;
		return true;
	}
	wipe(line.label);
	wipe(line.text);
	return true;
}

void
sheet_free(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++) {
		wipe(sheet->lines[i].label);
		wipe(sheet->lines[i].text);
	}
	free(sheet->lines);
	*sheet = (struct sheet){0};
}
