/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/exit.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "holder/text.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/sheet.h"
#include "tool/terminal/text.h"

static const struct {
	enum tool_exit status;
	const char *meaning;
} table[] = {
	{TOOL_OK, N_("done; nothing to worry about")},
	{TOOL_FAILED, N_("it could not be done; a message says why")},
	{TOOL_USAGE, N_("the command line is wrong, or there is no terminal to ask on")},
	{TOOL_NO_READER, N_("no card reader, or the reader service cannot be used")},
	{TOOL_NO_CARD, N_("no My Number card in the reader, or it was taken away")},
	{TOOL_NO_CERTIFICATE, N_("the card does not have this certificate")},
	{TOOL_PIN_WRONG,
	 N_("the PIN was wrong, or was not sent since others had spent tries of it")},
	{TOOL_PIN_LOCKED, N_("the PIN is locked")},
	{TOOL_CANCELLED, N_("you said no")},
	{TOOL_AMBIGUOUS, N_("several cards: say which with --reader or --serial")},
	{TOOL_ENDS_SOON, N_("status --warn: a certificate has ended or ends soon")},
	{TOOL_NOT_VALID,
	 N_("validity, verify: not valid; status, sign: a certificate is not within its dates")},
	{TOOL_NOT_VERIFIABLE, N_("validity, verify: the issuer cannot be verified here")},
	{TOOL_SIMULATED, N_("validity, verify: only a simulated card")},
	{TOOL_WRONG, N_("doctor, report: something is wrong")},
};

void
exit_print_table(void)
{
	char number[8];

	screen_width(5);
	for (size_t i = 0; i < ROWS(table); i++) {
		(void)snprintf(number, sizeof number, "%3d", table[i].status);
		screen_row(number, MARK_NONE, _(table[i].meaning));
	}
	screen_row("130", MARK_NONE, _("ended with Ctrl-C (128 and the number of the signal)"));
}

static void
complain_args(const char *format, va_list args)
{
	char *text = text_vmade(format, args), *safe = NULL;

	/* A file's name may have anything in it, and a terminal obeys control characters. */
	if (text)
		safe = text_safe(text, strlen(text));
	if (!sheet_take(LINE_COMPLAINT, MARK_NONE, "", safe ? safe : "?")) {
		(void)fflush(stdout);
		(void)fprintf(stderr, "jpki-tool: %s\n", safe ? safe : "?");
	}
	free(safe);
	free(text);
}

bool
complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_args(format, args);
	va_end(args);
	return false;
}

enum tool_exit
give_up(enum tool_exit status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_args(format, args);
	va_end(args);
	return status;
}

enum tool_exit
out_of_memory(void)
{
	return give_up(TOOL_FAILED, "%s", _("out of memory"));
}
