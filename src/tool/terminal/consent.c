/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/consent.h"

#include "tool/terminal/prompt.h"
#include "tool/terminal/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One character of UTF-8: EF BC 81 to EF BD 9E are ！ to ～, E3 80 80 is the wide space. How many bytes
 * it took. */
static size_t
fold_char(const char *text, size_t len, char *c)
{
	const unsigned char *at = (const unsigned char *)text;

	*c = text[0];
	if (len >= 3 && memcmp(text, "\xE3\x80\x80", 3) == 0) {
		*c = ' ';
		return 3;
	}
	if (len < 3 || at[0] != 0xEF || (at[1] != 0xBC && at[1] != 0xBD) || at[2] < 0x80 || at[2] > 0xBF ||
	    (at[1] == 0xBC && at[2] == 0x80) || (at[1] == 0xBD && at[2] > 0x9E))
		return 1;
	*c = (char)((at[1] == 0xBC ? at[2] - 0x80 : at[2] - 0x80 + 0x40) + 0x20);
	return 3;
}

size_t
consent_fold(char *text, size_t len)
{
	size_t out = 0;

	for (size_t at = 0; at < len; out++) {
		char c;

		at += fold_char(text + at, len - at, &c);
		text[out] = c;
	}
	explicit_bzero(text + out, len - out);
	return out;
}

/* Blanks around it are no part of an answer. */
static const char *
trimmed(char *answer)
{
	size_t len = strlen(answer);

	while (len > 0 && strchr(" \t", answer[len - 1]))
		answer[--len] = '\0';
	return answer + strspn(answer, " \t");
}

enum tool_exit
consent_ask(const char *question, const char *option, const char *declined)
{
	char answer[32] = "", *prompt;
	const char *word;
	int result;

	(void)fflush(stdout);
	if (asprintf(&prompt, "%s %s: ", question, _("Type \"yes\" to go on")) < 0)
		return TOOL_FAILED;
	result = terminal_ask(prompt, true, answer, sizeof answer);
	free(prompt);
	if (result == TERMINAL_NONE) {
		complain(_("there is no terminal to ask on: %s answers the question"), option);
		return TOOL_USAGE;
	}
	answer[result > 0 ? consent_fold(answer, (size_t)result) : 0] = '\0';
	word = trimmed(answer);
	if (result >= 0 && (strcasecmp(word, "yes") == 0 || strcmp(word, "はい") == 0))
		return TOOL_OK;
	complain("%s", declined);
	return TOOL_CANCELLED;
}
