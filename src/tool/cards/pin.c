/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/cards/pin.h"

#include "tool/terminal/consent.h"
#include "holder/hold.h"
#include "tool/terminal/pinentry.h"
#include "tool/terminal/progress.h"
#include "holder/secret.h"
#include "tool/terminal/prompt.h"
#include "tool/terminal/text.h"
#include "holder/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

struct pin *
pin_new(void)
{
	struct pin *pin = secret_new(sizeof *pin);

	if (!pin)
		(void)module_failed(CKR_HOST_MEMORY);
	return pin;
}

void
pin_free(struct pin *pin)
{
	secret_free(pin, sizeof *pin);
}

/* ---- the shape ---- */

static const struct {
	size_t least, most;
	bool letters;
} shapes[KEYS] = {
	[KEY_AUTH] = {4, 4, false},
	[KEY_SIGN] = {6, 16, true},
};

static void
fold(struct pin *pin)
{
	pin->len = text_fold(pin->text, pin->len);
	for (size_t i = 0; i < pin->len; i++)
		if (pin->text[i] >= 'a' && pin->text[i] <= 'z')
			pin->text[i] = (char)(pin->text[i] - 'a' + 'A');
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

/* `fd`: a terminal, or -1 for the one that controls us. */
static int
ask_terminal(int fd, const char *card, const char *question, struct pin *pin)
{
	char *prompt;
	int len;

	if (asprintf(&prompt, "%s%s%s: ", card ? card : "", card ? "\n" : "", question) < 0)
		return TERMINAL_NONE;
	len = fd >= 0 ? terminal_ask_on(fd, prompt, false, pin->text, sizeof pin->text)
		      : terminal_ask(prompt, false, pin->text, sizeof pin->text);
	free(prompt);
	pin->len = len > 0 ? (size_t)len : 0;
	return len;
}

static int
get(const struct options *options, const char *card, const char *question, const char *error,
    struct pin *pin)
{
	(void)fflush(stdout);
	if (options->pin_fd >= 0 && !isatty(options->pin_fd))
		return read_fd(options->pin_fd, pin);
	if (options->pin_fd >= 0 || !options->pinentry)
		return ask_terminal(options->pin_fd, card, question, pin);
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

/* What is wrong with an entry, in words that the caller frees. Nothing was sent, so nothing is lost. */
static char *
fault_words(enum pin_fault fault, enum key key, enum pin_question question)
{
	const char *text = pin_fault_text(fault, key);
	char *words;

	if (asprintf(&words, question == PIN_NOW ? _("%s; no try was lost") : "%s", text) < 0)
		return NULL;
	return words;
}

#define ENTRIES 3 /* that a pinentry program is asked for */

/* One entry: TOOL_OK if it is a PIN, with *error NULL, or if it may be asked again, with *error set. */
static enum tool_exit
ask_once(const struct options *options, const char *card, enum key key, enum pin_question question,
	 struct pin *pin, char **error)
{
	int result = get(options, card, question_text(key, question), *error, pin);
	enum pin_fault fault;

	free(*error);
	*error = NULL;
	if (result < 0 && result != TERMINAL_LONG)
		return no_answer(options, result);
	fault = result == TERMINAL_LONG ? PIN_LENGTH : pin_fold(pin, key, question == PIN_NEW);
	if (fault == PIN_FINE || (question == PIN_AGAIN && result >= 0))
		return TOOL_OK;
	*error = fault_words(fault, key, question);
	if (!*error)
		return module_failed(CKR_HOST_MEMORY);
	if (!options->pinentry)
		complain("%s", *error);
	return options->pin_fd >= 0 && !isatty(options->pin_fd) ? TOOL_PIN_WRONG : TOOL_OK;
}

enum tool_exit
pin_ask(const struct options *options, const struct reader *reader, enum key key,
	enum pin_question question, struct pin *pin)
{
	char *card = question == PIN_NOW ? card_name(reader) : NULL, *error = NULL;
	enum tool_exit status;
	int entries = 0;

	do {
		status = ask_once(options, card, key, question, pin, &error);
		if (status == TOOL_OK && error && options->pinentry && ++entries == ENTRIES) {
			complain("%s", error);
			status = TOOL_PIN_WRONG;
		}
	} while (status == TOOL_OK && error);
	free(error);
	free(card);
	if (status != TOOL_OK)
		explicit_bzero(pin, sizeof *pin);
	return status;
}

/* ---- before and after ---- */

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
	return consent_ask(_("Use the last try?"), "--last-try",
			   _("not done; nothing was sent to the card"));
}

enum tool_exit
pin_was_wrong(struct module *module, struct token *token)
{
	const int before = token->status.tries_left;
	int left;

	module_look(module, token);
	left = token->status.tries_left;
	if (left == 0) {
		complain("%s", _("the PIN was wrong and is locked now: see \"jpki-tool help "
				 "locked\""));
		return TOOL_PIN_LOCKED;
	}
	if (left > 0 && left == before)
		complain(P_("the PIN was refused before it was sent: no try was lost, %d is left",
			    "the PIN was refused before it was sent: no try was lost, %d are left", left),
			 left);
	else if (left > 0)
		complain(P_("the PIN was wrong: %d try left", "the PIN was wrong: %d tries left",
			    left),
			 left);
	else
		complain("%s", _("the PIN was wrong"));
	if (left == 1)
		complain("%s", _("THE NEXT WRONG ONE LOCKS IT. Unless you are sure, stop here and see "
				 "\"jpki-tool help forgotten\""));
	return TOOL_PIN_WRONG;
}

static CK_RV
login(struct module *module, CK_SESSION_HANDLE session, struct pin *pin)
{
	sigset_t before;
	CK_RV rv;

	hold_begin(&before);
	progress_show(_("The card is checking the PIN ..."));
	rv = module->f->C_Login(session, CKU_USER, (CK_UTF8CHAR *)pin->text, pin->len);
	progress_clear();
	hold_end(&before);
	return rv;
}

enum tool_exit
pin_login(struct module *module, const struct options *options, struct reader *reader,
	  enum key key, CK_SESSION_HANDLE session)
{
	struct token *token = &reader->tokens[key];
	enum tool_exit status = pin_may_try(options, token, key);
	struct pin *pin = status == TOOL_OK ? pin_new() : NULL;
	CK_RV rv = CKR_OK;

	if (status == TOOL_OK)
		status = pin ? pin_ask(options, reader, key, PIN_NOW, pin) : TOOL_FAILED;
	if (status == TOOL_OK)
		rv = login(module, session, pin);
	pin_free(pin);
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LOCKED)
		return pin_was_wrong(module, token);
	return rv == CKR_OK ? status : module_token_failed(module, token, rv);
}
