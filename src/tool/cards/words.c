/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/cards/words.h"

#include <string.h>
#include <strings.h>

#include "tool/system/paths.h"
#include "tool/terminal/text.h"

/* clang-format off */
static const struct {
	const char *name; /* in JSON */
	enum tool_exit status;
	const char *text;
} reasons[] = {
	[JPKI_REASON_NONE] = {"none", TOOL_OK, ""},
	[JPKI_REASON_NO_SERVICE] = {"no-service", TOOL_NO_READER,
		N_("the reader service pcscd is not running, or cannot be talked to: "
		   "\"jpki-tool doctor\" says why")},
	[JPKI_REASON_REFUSED] = {"refused", TOOL_NO_READER,
		N_("the reader service pcscd turns this program away: it does not let this session in "
		   "(one over ssh, perhaps), or serves as many programs as it can; \"jpki-tool doctor\" "
		   "says more")},
	[JPKI_REASON_NO_READER] = {"no-reader", TOOL_NO_READER, N_("no card reader: plug it in")},
	[JPKI_REASON_NO_CARD] = {"no-card", TOOL_NO_CARD, N_("no card in the reader")},
	[JPKI_REASON_BUSY] = {"busy", TOOL_FAILED,
		N_("another program holds the reader for itself: end it, then try again")},
	[JPKI_REASON_NO_ANSWER] = {"no-answer", TOOL_NO_CARD,
		N_("the card does not answer: lay it flat on the middle of the reader, or push it "
		   "in again, chip first")},
	[JPKI_REASON_FOREIGN_CARD] = {"foreign-card", TOOL_NO_CARD, N_("this is not a My Number card")},
	[JPKI_REASON_JUKI_CARD] = {"juki-card", TOOL_NO_CARD,
		N_("an old Juki card: its certificates have all expired")},
	[JPKI_REASON_NO_CERTIFICATE] = {"no-certificate", TOOL_NO_CERTIFICATE,
		N_("the card was issued without this certificate; the municipal office can add it")},
	[JPKI_REASON_STRANGE_CARD] = {"strange-card", TOOL_NO_CARD,
		N_("the card answers, but not as a My Number card: is it another card?")},
	[JPKI_REASON_BAD_CERTIFICATE] = {"bad-certificate", TOOL_FAILED,
		N_("the card holds something that this software does not know as a certificate")},
};

static const struct {
	const char *name; /* in JSON */
	const char *text;
} cards[] = {
	[JPKI_CARD_NONE] = {"none", N_("none")},
	[JPKI_CARD_UNKNOWN] = {"unknown", N_("not known yet")},
	[JPKI_CARD_FOREIGN] = {"foreign", N_("not a My Number card")},
	[JPKI_CARD_JUKI] = {"juki", N_("old Juki card")},
	[JPKI_CARD_MYNUMBER] = {"mynumber", N_("My Number card")},
	[JPKI_CARD_ANDROID] = {"android", N_("Android phone with certificates")},
	[JPKI_CARD_IPHONE] = {"iphone", N_("iPhone with certificates")},
};
/* clang-format on */

const char *
reason_text(enum jpki_reason reason)
{
	if ((size_t)reason >= ROWS(reasons) || reason == JPKI_REASON_NONE)
		return _("it could not be asked");
	return _(reasons[reason].text);
}

const char *
reason_name(enum jpki_reason reason)
{
	return (size_t)reason < ROWS(reasons) ? reasons[reason].name : "unknown";
}

enum tool_exit
reason_exit(enum jpki_reason reason)
{
	return (size_t)reason < ROWS(reasons) ? reasons[reason].status : TOOL_FAILED;
}

const char *
card_text(enum jpki_card_kind card)
{
	return _(cards[(size_t)card < ROWS(cards) ? card : JPKI_CARD_UNKNOWN].text);
}

const char *
card_name(enum jpki_card_kind card)
{
	return cards[(size_t)card < ROWS(cards) ? card : JPKI_CARD_UNKNOWN].name;
}

const char *
key_text(enum key key)
{
	return key == KEY_AUTH ? _("user authentication certificate")
			       : _("digital signature certificate");
}

const char *
key_name(enum key key)
{
	return key == KEY_AUTH ? "auth" : "sign";
}

const char *
help_name(enum help help)
{
	static const char *const names[HELPS] = {
		[HELP_LOCKED] = "locked",   [HELP_FORGOTTEN] = "forgotten",
		[HELP_EXPIRED] = "expired", [HELP_MOVED] = "moved",
		[HELP_LOST] = "lost",
	};

	return names[help];
}

bool
key_read(const char *text, enum key *key)
{
	for (*key = KEY_AUTH; *key < KEYS; (*key)++)
		if (strcasecmp(text, key_name(*key)) == 0)
			return true;
	return complain(_("say auth (user authentication) or sign (digital signature), not \"%s\""),
			text);
}

/* ---- authorities ---- */

const char *
authority_list(void)
{
	static char path[PATH_BYTES];

	return path_find(path, "share/authorities.txt", PKGDATADIR "/authorities.txt");
}

/* clang-format off */
static const struct {
	const char *name; /* in JSON */
	enum mark mark;
	const char *text;
} answers[] = {
	[AUTHORITY_PUBLISHED] = {"published", MARK_OK,
		N_("issued by JPKI's authority of %s, whose key is published")},
	[AUTHORITY_SIMULATED] = {"simulated", MARK_CAUTION,
		N_("SIMULATED: issued by jpki-card-sim for tests%s; it means nothing to anybody")},
	[AUTHORITY_KNOWN_SERIAL] = {"known-serial", MARK_CAUTION,
		N_("known serial number (authority of %s), not verifiable here: its key is not published "
		   "where this software could take it from")},
	[AUTHORITY_UNKNOWN] = {"unknown", MARK_CAUTION,
		N_("not issued by an authority that this software knows%s")},
	[AUTHORITY_FORGED] = {"forged", MARK_PROBLEM,
		N_("the signature of the authority on it is wrong%s")},
	[AUTHORITY_NO_LIST] = {"no-list", MARK_CAUTION,
		N_("the list of authorities of this software cannot be read%s")},
};
/* clang-format on */

/* The texts have one %s for the generation, so that they can be a table. */
void
authority_row(const char *label, enum authority_answer answer, const char *year)
{
	const char *text = _(answers[answer].text), *at = strstr(text, "%s");

	if (at)
		screen_rowf(label, answers[answer].mark, "%.*s%s%s", (int)(at - text), text, year,
			    at + 2);
}

const char *
authority_name(enum authority_answer answer)
{
	return answers[answer].name;
}

enum mark
authority_mark(enum authority_answer answer)
{
	return answers[answer].mark;
}

enum tool_exit
verdict_exit(enum verdict verdict)
{
	static const enum tool_exit exits[] = {
		[VERDICT_INTACT] = TOOL_OK,
		[VERDICT_SIMULATED] = TOOL_SIMULATED,
		[VERDICT_NOT_VERIFIABLE] = TOOL_NOT_VERIFIABLE,
		[VERDICT_NOT_VALID] = TOOL_NOT_VALID,
	};

	return exits[verdict];
}
