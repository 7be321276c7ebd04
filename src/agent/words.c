/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/words.h"

#include <libintl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "holder/text.h"

#define _(text) gettext(text)
#define N_(text) (text)

#define NAME_BYTES 120

/* What the first dialog of a request says that it is for. */
/* clang-format off */
static const char *const purposes[][KEYS] = {
	[JPKI_AGENT_LOGIN] = {
		[KEY_AUTH] = N_("A program wants to log in somewhere with your My Number card."),
		[KEY_SIGN] = N_("A program wants to SIGN with your My Number card, in your "
					"name.\nWhoever gets a signature can read your name, "
					"address, birth date and sex."),
	},
	[JPKI_AGENT_SIGNATURE] = {
		[KEY_AUTH] = N_("A program wants ONE use of your My Number card's key for user "
			"authentication."),
		[KEY_SIGN] = N_("A program wants ONE SIGNATURE with your My Number card, in your "
				"name.\nWhoever gets it can read your name, address, birth date "
				"and sex."),
	},
	[JPKI_AGENT_CHANGE] = {
		[KEY_AUTH] = N_("A program wants to change the PIN for user authentication of "
			"your My Number card."),
		[KEY_SIGN] = N_("A program wants to change the password for digital signature "
			"of your My Number card."),
	},
};
/* clang-format on */

static const char *const fields[][KEYS] = {
	[STEP_NOW] = {N_("4-digit PIN for user authentication"),
		      N_("password for digital signature (6 to 16 characters)")},
	[STEP_NEW] = {N_("New 4-digit PIN for user authentication"),
		      N_("New password for digital signature (6 to 16 characters)")},
	[STEP_AGAIN] = {N_("The same once more"), N_("The same once more")},
};

/*
 * The end of a name that others gave, as it may be shown: it tells things of one kind apart. Qt's
 * pinentry takes what looks like HTML for it. The caller frees it; NULL without memory.
 */
static char *
shown(const char *name)
{
	const size_t len = strlen(name);
	const char *from = len <= NAME_BYTES ? name : name + len - NAME_BYTES;
	char *safe;

	while (((unsigned char)*from & 0xc0) == 0x80)
		from++;
	safe = text_safe(from, strlen(from));
	for (char *at = safe; at && (at = strpbrk(at, "<>&")); at++)
		*at = '?';
	return safe;
}

/* "Asked by: /usr/bin/ssh (process 123)". */
static char *
who_asks(const struct peer *peer)
{
	const char *format = peer->relays
				     ? _("Asked by: %s (process %d), for another machine perhaps")
				     : _("Asked by: %s (process %d)");
	char *program = shown(peer->program);
	char *text =
		text_made(format, program && *program ? program : _("unknown"), (int)peer->pid);

	free(program);
	return text;
}

static char *
which_card(const struct jpki_agent_request *request)
{
	char *serial = shown(request->serial), *reader = shown(request->reader);
	char *text = serial && reader ? text_made(_("Card: %s in %s"), serial, reader) : NULL;

	free(serial);
	free(reader);
	return text;
}

static char *
tries(const struct jpki_agent_request *request)
{
	return text_made(_("%d of %d tries left"), (int)request->tries_left,
			 (int)request->tries_allowed);
}

static const char *
last_try(enum key key)
{
	return key == KEY_AUTH
		       ? _("THE LAST TRY: if the PIN is wrong now, it is locked and has to be set "
			   "anew (smartphone and kiosk, or municipal office).")
		       : _("THE LAST TRY: if the password is wrong now, it is locked and has to be "
			   "set anew (smartphone and kiosk, or municipal office).");
}

char *
words_about(const struct jpki_agent_request *request, const struct peer *peer, enum step step)
{
	const enum key key = request->key == JPKI_AGENT_KEY_SIGN ? KEY_SIGN : KEY_AUTH;
	char *who = who_asks(peer), *card = which_card(request), *left = tries(request),
	     *text = NULL;

	if (who && card && left)
		text = text_made("%s\n\n%s\n%s\n%s",
				 step == STEP_LAST_TRY ? last_try(key)
						       : _(purposes[request->purpose][key]),
				 who, card, left);
	free(who);
	free(card);
	free(left);
	return text;
}

const char *
words_field(enum key key, enum step step)
{
	return _(fields[step][key]);
}

const char *
words_refused(enum jpki_agent_fault fault, enum key key)
{
	switch (fault) {
	case JPKI_AGENT_FAULT_NONE:
		break;
	case JPKI_AGENT_FAULT_WRONG:
		return key == KEY_AUTH ? _("the PIN was wrong: a try is gone")
				       : _("the password was wrong: a try is gone");
	case JPKI_AGENT_FAULT_SHAPE:
		return words_fault(PIN_LENGTH, key);
	case JPKI_AGENT_FAULT_REPEATED:
		return _("this one was refused before: it was not sent to the card again, and no "
			 "try is gone");
	case JPKI_AGENT_FAULT_NEW_LENGTH:
	case JPKI_AGENT_FAULT_NEW:
		return _("the card does not take this new one; nothing was changed");
	case JPKI_AGENT_FAULT_FEWER:
		return _("another program has spent tries meanwhile: nothing was sent; once again, "
			 "please");
	}
	return NULL;
}

const char *
words_fault(enum pin_fault fault, enum key key)
{
	switch (fault) {
	case PIN_FINE:
		return NULL;
	case PIN_NEEDS_BOTH:
		return _("the new password needs at least one letter and one digit");
	case PIN_DIFFERS:
		return _("the two are not the same; once again, please");
	case PIN_EMPTY:
	case PIN_LENGTH:
	case PIN_CHARACTER:
		break;
	}
	return key == KEY_AUTH ? _("this PIN has exactly 4 digits")
			       : _("this password has 6 to 16 characters, only letters and digits");
}

const char *
words_ok(enum step step)
{
	return step == STEP_LAST_TRY ? _("Yes, use the last try")
				     : "OK"; /* _() would find the word for a state */
}

const char *
words_cancel(void)
{
	return _("Cancel");
}
