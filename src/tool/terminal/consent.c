/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/consent.h"

#include "holder/text.h"
#include "tool/terminal/prompt.h"
#include "tool/terminal/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
	result = prompt_ask(prompt, true, answer, sizeof answer);
	free(prompt);
	if (result == PROMPT_NONE) {
		complain(_("there is no terminal to ask on: %s answers the question"), option);
		return TOOL_USAGE;
	}
	answer[result > 0 ? text_fold(answer, (size_t)result) : 0] = '\0';
	word = trimmed(answer);
	if (result >= 0 && (strcasecmp(word, "yes") == 0 || strcmp(word, "はい") == 0))
		return TOOL_OK;
	complain("%s", declined);
	return TOOL_CANCELLED;
}
