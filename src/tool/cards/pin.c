/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/cards/pin.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/words.h"
#include "holder/module.h"
#include "holder/text.h"
#include "tool/cards/words.h"
#include "tool/terminal/exit.h"
#include "tool/terminal/pinentry.h"
#include "tool/terminal/progress.h"
#include "tool/terminal/prompt.h"
#include "tool/terminal/text.h"

/* ---- words ---- */

const char *
pin_question_text(enum key key, enum pin_question question)
{
	static const enum step steps[] = {
		[PIN_NOW] = STEP_NOW, [PIN_NEW] = STEP_NEW, [PIN_AGAIN] = STEP_AGAIN};

	return words_field(key, steps[question]);
}

/* ---- where it comes from ---- */

/* A byte at a time: what follows the line is the answer to the next question. */
static int
read_fd(int fd, struct pin *pin)
{
	char c;
	ssize_t n;

	pin->len = 0;
	for (;;) {
		n = TEMP_FAILURE_RETRY(read(fd, &c, 1));
		if (n < 0 || (n == 0 && pin->len == 0))
			return PROMPT_END;
		if (n == 0 || c == '\n')
			break;
		if (pin->len + 1 >= sizeof pin->text)
			return PROMPT_LONG;
		pin->text[pin->len++] = c;
	}
	if (pin->len > 0 && pin->text[pin->len - 1] == '\r')
		pin->len--;
	pin->text[pin->len] = '\0';
	return (int)pin->len;
}

/* `fd`: a terminal, or -1 for the one that controls us. */
static int
ask_terminal(int fd, const char *card, const char *question, struct pin *pin)
{
	char *prompt = text_made("%s%s%s: ", card ? card : "", card ? "\n" : "", question);
	int len;

	if (!prompt)
		return PROMPT_NONE;
	len = fd >= 0 ? prompt_ask_on(fd, prompt, false, pin->text, sizeof pin->text)
		      : prompt_ask(prompt, false, pin->text, sizeof pin->text);
	free(prompt);
	pin->len = len > 0 ? (size_t)len : 0;
	return len;
}

/* --pin-fd goes before --pinentry. */
static bool
uses_pinentry(const struct options *options)
{
	return options->pinentry && options->pin_fd < 0;
}

static int
get(const struct options *options, const char *card, const char *question, const char *error,
    struct pin *pin)
{
	(void)fflush(stdout);
	if (options->pin_fd >= 0 && !isatty(options->pin_fd))
		return read_fd(options->pin_fd, pin);
	if (!uses_pinentry(options))
		return ask_terminal(options->pin_fd, card, question, pin);
	return pinentry_ask(options->pinentry, card, question, error, pin->text, sizeof pin->text,
			    &pin->len);
}

/* The exit status for an answer that is none, after a message. */
static enum tool_exit
no_answer(const struct options *options, int result)
{
	if (result == PINENTRY_FAILED)
		return give_up(TOOL_FAILED, _("the pinentry program %s does not work"),
			       options->pinentry);
	if (result == PINENTRY_CANCELLED)
		return give_up(TOOL_CANCELLED, "%s", _("cancelled; nothing was sent to the card"));
	if (result == PROMPT_NONE)
		return give_up(TOOL_USAGE, "%s",
			       _("there is no terminal to ask for the PIN on: use --pin-fd or "
				 "--pinentry"));
	if (options->pin_fd >= 0)
		complain(_("file descriptor %d gave no PIN"), options->pin_fd);
	else
		complain("%s", _("no PIN was typed; nothing was sent to the card"));
	return options->pin_fd >= 0 ? TOOL_USAGE : TOOL_CANCELLED;
}

/* ---- asking ---- */

#define ENTRIES                                                                                    \
	3 /* that a pinentry program is asked for: one that repeats itself would go on for ever */

/*
 * What is wrong with the entry before, in words that a pinentry program shows and the caller frees;
 * elsewhere it is said at once. Nothing was sent, so nothing is lost.
 */
static enum tool_exit
say_fault(const struct options *options, const struct pin_request *request, char **words)
{
	*words = text_made(request->question == PIN_NOW ? _("%s; no try was lost") : "%s",
			   words_fault(request->fault, request->key));
	if (!*words)
		return out_of_memory();
	if (!uses_pinentry(options) || request->entry == ENTRIES)
		complain("%s", *words);
	if (options->pin_fd >= 0 && !isatty(options->pin_fd))
		return TOOL_PIN_WRONG;
	return uses_pinentry(options) && request->entry == ENTRIES ? TOOL_PIN_WRONG : TOOL_OK;
}

static enum tool_exit
say_before(const struct options *options, const struct pin_request *request, char **words)
{
	if (request->fault == PIN_DIFFERS) {
		complain("%s", _("the two are not the same; once again, please"));
		return uses_pinentry(options) && request->round == ENTRIES ? TOOL_FAILED : TOOL_OK;
	}
	if (request->fault != PIN_FINE)
		return say_fault(options, request, words);
	if (request->question != PIN_NOW || request->tries_left != 1 || options->last_try)
		return TOOL_OK;
	complain(_("only one try is left for the PIN of the %s: if it is wrong, the PIN is locked "
		   "and has to be set anew (see \"jpki-tool help locked\")"),
		 key_text(request->key));
	return prompt_consent(_("Use the last try?"), "--last-try",
			      _("not done; nothing was sent to the card"));
}

static int
ask_pin(void *context, const struct pin_request *request, struct pin *pin)
{
	const struct options *options = context;
	char *words = NULL, *card;
	enum tool_exit status = say_before(options, request, &words);
	int result = 0;

	if (status == TOOL_OK) {
		card = request->question == PIN_NOW
			       ? text_made(_("%s, card %s"), request->reader->name,
					   request->reader->serial)
			       : NULL;
		result = get(options, card, pin_question_text(request->key, request->question),
			     words, pin);
		free(card);
	}
	free(words);
	if (result == PROMPT_LONG)
		return PIN_TOO_LONG;
	return result < 0 ? (int)no_answer(options, result) : (int)status;
}

static void
busy(void *context, enum busy what)
{
	(void)context;
	if (what == BUSY_CHECKING_PIN)
		progress_show(_("The card is checking the PIN ..."));
	else if (what == BUSY_SIGNING)
		progress_show(_("The card is signing ..."));
	else if (what == BUSY_PROBING)
		progress_show(_("The card is being asked ..."));
	else
		progress_clear();
}

struct person
pin_prompt(const struct options *options)
{
	return (struct person){ask_pin, busy, (void *)(uintptr_t)options, options->pin_fd >= 0};
}
