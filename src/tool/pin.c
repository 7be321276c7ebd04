/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/pin.h"

#include "tool/hold.h"
#include "tool/pinentry.h"
#include "tool/progress.h"
#include "tool/terminal.h"
#include "tool/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

void
pin_forget(struct pin *pin)
{
	OPENSSL_cleanse(pin, sizeof *pin);
}

/* ---- the shape ---- */

static const struct {
	size_t least, most;
	bool letters;
} shapes[KEYS] = {
	[KEY_AUTH] = {4, 4, false},
	[KEY_SIGN] = {6, 16, true},
};

/* Full-width ！ to ～ are U+FF01 to U+FF5E: EF BC 81 to EF BD 9E. */
static size_t
fold_char(const char *text, char *c)
{
	const unsigned char *at = (const unsigned char *)text;

	*c = text[0];
	if (at[0] != 0xEF || (at[1] != 0xBC && at[1] != 0xBD) || at[2] < 0x80 || at[2] > 0xBF)
		return 1;
	*c = (char)((at[1] == 0xBC ? at[2] - 0x80 : at[2] - 0x80 + 0x40) + 0x20);
	return 3;
}

static void
fold(struct pin *pin)
{
	size_t out = 0;

	for (size_t at = 0; at < pin->len;) {
		char c;

		at += fold_char(pin->text + at, &c);
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		pin->text[out++] = c;
	}
	OPENSSL_cleanse(pin->text + out, sizeof pin->text - out);
	pin->len = out;
}

enum pin_fault
pin_fold(struct pin *pin, enum key key, bool is_new)
{
	size_t letters = 0, digits = 0;

	fold(pin);
	for (size_t i = 0; i < pin->len; i++) {
		digits += pin->text[i] >= '0' && pin->text[i] <= '9';
		letters += pin->text[i] >= 'A' && pin->text[i] <= 'Z';
	}
	if (pin->len == 0)
		return PIN_EMPTY;
	if (digits + (shapes[key].letters ? letters : 0) != pin->len)
		return PIN_CHARACTER;
	if (pin->len < shapes[key].least || pin->len > shapes[key].most)
		return PIN_LENGTH;
	if (is_new && shapes[key].letters && (letters == 0 || digits == 0))
		return PIN_NEEDS_BOTH;
	return PIN_FINE;
}

const char *
pin_fault_text(enum pin_fault fault, enum key key)
{
	if (fault == PIN_NEEDS_BOTH)
		return _("the new password needs at least one letter and one digit");
	if (key == KEY_AUTH)
		return _("this PIN has exactly 4 digits");
	return _("this password has 6 to 16 characters, only letters and digits");
}

/* ---- the words of the question ---- */

static const char *
question_text(enum key key, enum pin_question question)
{
	switch (question) {
	case PIN_NOW:
		return key == KEY_AUTH ? _("4-digit PIN for user authentication")
				       : _("password for digital signature (6 to 16 characters)");
	case PIN_NEW:
		return key == KEY_AUTH ? _("New 4-digit PIN for user authentication")
				       : _("New password for digital signature (6 to 16 characters)");
	case PIN_AGAIN:
		return _("The same once more");
	}
	return "";
}

/* "Reader X, card 0123…" */
static char *
card_name(const struct reader *reader)
{
	char *text;

	if (asprintf(&text, _("%s, card %s"), reader->name, reader->serial) < 0)
		return NULL;
	return text;
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
		n = read(fd, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (n == 0 && pin->len == 0))
			return TERMINAL_END;
		if (n == 0 || c == '\n')
			break;
		if (pin->len + 1 >= sizeof pin->text)
			return TERMINAL_LONG;
		pin->text[pin->len++] = c;
	}
	if (pin->len > 0 && pin->text[pin->len - 1] == '\r')
		pin->len--;
	pin->text[pin->len] = '\0';
	return (int)pin->len;
}

static int
ask_terminal(const char *card, const char *question, struct pin *pin)
{
	char *prompt;
	int len;

	if (asprintf(&prompt, "%s%s%s: ", card ? card : "", card ? "\n" : "", question) < 0)
		return TERMINAL_NONE;
	len = terminal_ask(prompt, false, pin->text, sizeof pin->text);
	free(prompt);
	pin->len = len > 0 ? (size_t)len : 0;
	return len;
}

static int
get(const struct options *options, const char *card, const char *question, const char *error,
    struct pin *pin)
{
	(void)fflush(stdout);
	if (options->pin_fd >= 0)
		return read_fd(options->pin_fd, pin);
	if (!options->pinentry)
		return ask_terminal(card, question, pin);
	return pinentry_ask(options->pinentry, card, question, error, pin->text, sizeof pin->text,
			    &pin->len);
}

/* The exit status for an answer that is none, after a message. */
static enum tool_exit
no_answer(const struct options *options, int result)
{
	if (result == PINENTRY_FAILED) {
		complain(_("the pinentry program %s does not work"), options->pinentry);
		return TOOL_FAILED;
	}
	if (result == PINENTRY_CANCELLED) {
		complain("%s", _("cancelled; nothing was sent to the card"));
		return TOOL_CANCELLED;
	}
	if (result == TERMINAL_NONE) {
		complain("%s", _("there is no terminal to ask for the PIN on: use --pin-fd or "
				 "--pinentry"));
		return TOOL_USAGE;
	}
	if (options->pin_fd >= 0)
		complain(_("file descriptor %d gave no PIN"), options->pin_fd);
	else
		complain("%s", _("no PIN was typed; nothing was sent to the card"));
	return options->pin_fd >= 0 ? TOOL_USAGE : TOOL_CANCELLED;
}

enum tool_exit
pin_ask(const struct options *options, const struct reader *reader, enum key key,
	enum pin_question question, struct pin *pin)
{
	char *card = question == PIN_NOW ? card_name(reader) : NULL;
	const char *error = NULL;
	enum tool_exit status = TOOL_OK;

	for (;;) {
		int result = get(options, card, question_text(key, question), error, pin);
		enum pin_fault fault;

		if (result < 0 && result != TERMINAL_LONG) {
			status = no_answer(options, result);
			break;
		}
		fault = result == TERMINAL_LONG ? PIN_LENGTH
						: pin_fold(pin, key, question == PIN_NEW);
		if (fault == PIN_FINE || (question == PIN_AGAIN && result >= 0))
			break;
		error = pin_fault_text(fault, key);
		if (!options->pinentry)
			complain("%s", error);
		if (options->pin_fd >= 0) {
			status = TOOL_PIN_WRONG;
			break;
		}
	}
	free(card);
	if (status != TOOL_OK)
		pin_forget(pin);
	return status;
}

/* ---- before and after ---- */

enum tool_exit
pin_ask_yes(const char *question, const char *option)
{
	char answer[32], *prompt;
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
	if (result >= 0 && (strcmp(answer, "yes") == 0 || strcmp(answer, "はい") == 0))
		return TOOL_OK;
	complain("%s", _("not done; nothing was sent to the card"));
	return TOOL_CANCELLED;
}

enum tool_exit
pin_may_try(const struct options *options, const struct token *token, enum key key)
{
	if (token->status.tries_left == 0)
		return module_failed(CKR_PIN_LOCKED);
	if (token->status.tries_left != 1 || options->last_try)
		return TOOL_OK;
	complain(_("only one try is left for the PIN of the %s: if it is wrong, the PIN is locked "
		   "and has to be reset at the municipal office"),
		 key_text(key));
	return pin_ask_yes(_("Use the last try?"), "--last-try");
}

enum tool_exit
pin_was_wrong(struct module *module, struct token *token, enum key key)
{
	int left;

	(void)key;
	module_look(module, token);
	left = token->status.tries_left;
	if (left == 0) {
		complain("%s", _("the PIN was wrong and is locked now: see \"jpki-tool help "
				 "locked\""));
		return TOOL_PIN_LOCKED;
	}
	if (left > 0)
		complain(P_("the PIN was wrong: %d try left", "the PIN was wrong: %d tries left",
			    left),
			 left);
	else
		complain("%s", _("the PIN was wrong"));
	return TOOL_PIN_WRONG;
}

enum tool_exit
pin_login(struct module *module, const struct options *options, struct reader *reader,
	  enum key key, CK_SESSION_HANDLE session)
{
	struct token *token = &reader->tokens[key];
	struct pin pin = {0};
	enum tool_exit status = pin_may_try(options, token, key);
	sigset_t before;
	CK_RV rv;

	if (status == TOOL_OK)
		status = pin_ask(options, reader, key, PIN_NOW, &pin);
	if (status != TOOL_OK)
		return status;
	progress_show(_("The card is checking the PIN ..."));
	hold_begin(&before);
	rv = module->f->C_Login(session, CKU_USER, (CK_UTF8CHAR *)pin.text, pin.len);
	hold_end(&before);
	progress_clear();
	pin_forget(&pin);
	if (rv == CKR_OK)
		return TOOL_OK;
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED)
		return pin_was_wrong(module, token, key);
	return module_token_failed(module, token, rv);
}
