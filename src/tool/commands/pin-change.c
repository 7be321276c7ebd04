/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool pin change auth|sign. */
#include "tool/commands/commands.h"
#include "holder/hold.h"
#include "tool/cards/pin.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

#include <string.h>

#include <openssl/crypto.h>

static bool
is_same(const struct pin *a, const struct pin *b)
{
	return a->len == b->len && CRYPTO_memcmp(a->text, b->text, a->len) == 0;
}

#define ENTRIES 3 /* that a pinentry program is asked for */

/* Typed once more: *same says whether it was the same. */
static enum tool_exit
ask_again(const struct options *options, const struct reader *reader, enum key key,
	  const struct pin *new, bool *same)
{
	struct pin *again = pin_new();
	enum tool_exit status =
		again ? pin_ask(options, reader, key, PIN_AGAIN, again) : TOOL_FAILED;

	*same = status == TOOL_OK && is_same(new, again);
	pin_free(again);
	return status;
}

/* The new PIN, typed twice; from a script once is enough. */
static enum tool_exit
ask_new(const struct options *options, const struct reader *reader, enum key key,
	const struct pin *old, struct pin *new)
{
	enum tool_exit status = TOOL_OK;
	bool same = false;

	for (int entries = 0; status == TOOL_OK && !same; entries++) {
		if (entries > 0)
			complain("%s", _("the two are not the same; once again, please"));
		if (options->pinentry && entries == ENTRIES)
			return TOOL_FAILED;
		status = pin_ask(options, reader, key, PIN_NEW, new);
		if (status == TOOL_OK && is_same(old, new)) {
			complain("%s", _("the new one is the same as the old one; nothing was changed"));
			return TOOL_FAILED;
		}
		if (status == TOOL_OK && options->pin_fd >= 0)
			return TOOL_OK;
		if (status == TOOL_OK)
			status = ask_again(options, reader, key, new, &same);
	}
	return status;
}

static void
say_changed(enum key key)
{
	if (key == KEY_AUTH)
		screen_text(0, _("The PIN for user authentication was changed."));
	else
		screen_text(0, _("The password for digital signature was changed. The card keeps it in "
				 "capital letters: type it so in other programs."));
}

static enum tool_exit
change(struct module *module, struct reader *reader, enum key key, struct pin *old,
       struct pin *new)
{
	struct token *token = &reader->tokens[key];
	CK_SESSION_HANDLE session;
	sigset_t before;
	CK_RV rv = module_begin(module, token, true, &session);

	if (rv != CKR_OK)
		return module_failed(rv);
	hold_begin(&before);
	rv = module->f->C_SetPIN(session, (CK_UTF8CHAR *)old->text, old->len,
				 (CK_UTF8CHAR *)new->text, new->len);
	hold_end(&before);
	(void)module->f->C_CloseSession(session);
	if (rv == CKR_OK) {
		say_changed(key);
		return TOOL_OK;
	}
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED)
		return pin_was_wrong(module, token);
	complain("%s", _("it is not certain that the PIN was changed: if the new one is refused, "
			 "the old one is still in force"));
	return module_failed(rv);
}

enum tool_exit
pin_change_run(const struct options *options, char *arguments[])
{
	struct module module;
	struct reader *reader = NULL;
	struct pin *old = NULL, *new = NULL;
	enum tool_exit status;
	enum key key;

	if (!key_read(arguments[0], &key))
		return TOOL_USAGE;
	status = module_open(&module, options);
	if (status == TOOL_OK)
		status = module_choose(&module, key, &reader);
	if (status == TOOL_OK)
		status = pin_may_try(options, &reader->tokens[key], key);
	if (status == TOOL_OK && (!(old = pin_new()) || !(new = pin_new())))
		status = TOOL_FAILED;
	if (status == TOOL_OK)
		status = pin_ask(options, reader, key, PIN_NOW, old);
	if (status == TOOL_OK)
		status = ask_new(options, reader, key, old, new);
	if (status == TOOL_OK)
		status = change(&module, reader, key, old, new);
	pin_free(old);
	pin_free(new);
	module_close(&module);
	return status;
}
