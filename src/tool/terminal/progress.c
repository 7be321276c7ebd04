/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "holder/text.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/sheet.h"

static char *shown; /* what stands on the line now */

void
progress_clear(void)
{
	if (!shown)
		return;
	(void)fprintf(stderr, "\r%*s\r", screen_columns(shown), "");
	(void)fflush(stderr);
	free(shown);
	shown = NULL;
}

void
progress_show(const char *text)
{
	if (sheet_is_collected() || !isatty(STDERR_FILENO) || (shown && strcmp(shown, text) == 0))
		return;
	(void)fflush(stdout);
	progress_clear();
	shown = strdup(text);
	(void)fputs(text, stderr);
	(void)fflush(stderr);
}

void
progress_share(const char *text, uint64_t done, uint64_t total)
{
	const uint64_t percent = done < total ? done / (total / 100 + 1) : 100;
	char *whole = text_made("%s %3u%%", text, (unsigned int)percent);

	progress_show(whole ? whole : text);
	free(whole);
}
