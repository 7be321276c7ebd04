/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool pin change auth|sign, and pin help. */
#include "holder/pin.h"

#include "tool/cards/cards.h"
#include "tool/cards/words.h"
#include "tool/commands/commands.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

/* ---- pin change ---- */

static void
say_changed(enum key key)
{
	if (key == KEY_AUTH)
		screen_text(0, _("The PIN for user authentication was changed."));
	else
		screen_text(0, _("The password for digital signature was changed. The card keeps "
				 "it in capital letters: type it so in other programs."));
}

static enum tool_exit
change(struct module *module, const struct options *options, void *context)
{
	const enum key *key = context;
	struct reader *reader;
	struct outcome outcome = module_choose(module, *key, &reader);

	(void)options;
	if (outcome.what == OUTCOME_OK)
		outcome = pin_change(module, reader, *key);
	if (outcome.what == OUTCOME_OK)
		say_changed(*key);
	return cards_tell(module, outcome);
}

enum tool_exit
pin_change_run(const struct options *options, char *arguments[])
{
	enum key key;

	return key_read(arguments[0], &key) ? cards_run(options, change, &key) : TOOL_USAGE;
}

/* ---- pin help ---- */

static const struct {
	const char *name;
	const char *shape;
	const char *purpose;
} pins[] = {
	{N_("User authentication (利用者証明用電子証明書)"), N_("4 digits, 3 tries"),
	 N_("for logging in. \"jpki-tool pin change auth\" changes it.")},
	{N_("Digital signature (署名用電子証明書)"),
	 N_("6 to 16 letters and digits, at least one of each, 5 tries"),
	 N_("for signing. \"jpki-tool pin change sign\" changes it.")},
	{N_("Input of the card's text (券面事項入力補助用)"), N_("4 digits, 3 tries"),
	 N_("lets programs read number, name and address. This software does not use it.")},
	{N_("Resident register (住民基本台帳用)"), N_("4 digits, 3 tries"),
	 N_("used at the municipal office, when you move. This software does not use it.")},
};

enum tool_exit
pin_help_run(const struct options *options, char *arguments[])
{
	(void)options;
	(void)arguments;
	for (size_t i = 0; i < ROWS(pins); i++) {
		if (i > 0)
			screen_blank();
		screen_heading(_(pins[i].name));
		screen_text(2, _(pins[i].shape));
		screen_text(2, _(pins[i].purpose));
	}
	screen_blank();
	screen_text(
		0,
		_("When the card was handed out, the 4-digit PINs may have been set to the same "
		  "number; they are separate all the same, and each has tries of its own. Either "
		  "of the first two can be set anew at a convenience store by whoever knows the "
		  "other (\"jpki-tool help locked\"), and all of them at the municipal office "
		  "where you are registered; nobody can read them, not even the office."));
	return TOOL_OK;
}
