/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool help: what municipalities tell card holders, each with its source. */
#include <string.h>
#include <strings.h>

#include "tool/cards/words.h"
#include "tool/commands/commands.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

#define PARAGRAPHS 6

/* clang-format off */
static const struct topic {
	const char *title;
	const char *paragraphs[PARAGRAPHS];
	const char *page; /* it says most of this; a public copy of it was read on that day */
	const char *read_on;
} topics[HELPS] = {
	[HELP_LOCKED] = {N_("A PIN is locked"), {
		N_("Three wrong PINs for user authentication, or five wrong passwords for "
		   "digital signature, lock it. A lock never goes away by itself, and no software "
		   "can take it off. The other PIN goes on working."),
		N_("If you know the other PIN, set this one anew at a convenience store, free "
		   "of charge: with the official smartphone app JPKI暗証番号リセット, which asks "
		   "for the other PIN and takes a photograph of your face, and then, within 24 "
		   "hours and between 6:30 and 23:00, at the kiosk of the store, with the card."),
		N_("The password for digital signature: 7-Eleven, Lawson, FamilyMart, Ministop, "
		   "Aeon and others. The PIN for user authentication: only 7-Eleven, Aeon and "
		   "some others."),
		N_("Otherwise, and always when you know neither, go in person to the municipal "
		   "office where you are registered as a resident, and ask for a reset "
		   "(暗証番号の初期化・再設定). Ask first whether you need an appointment."),
		N_("Bring the My Number card and another identity document, such as a driving "
		   "licence or passport."),
		N_("Somebody who goes for you as a rule has to come twice: after the first "
		   "visit the office sends you a letter of inquiry, and your answer to it has to "
		   "be brought along."),
		}, "https://www2.jpki.go.jp/jpkiidreset/riyoukiyaku/riyoukiyaku_web.html", "2026-11-28"},
	[HELP_FORGOTTEN] = {N_("You do not remember a PIN"), {
		N_("Do not guess: \"jpki-tool status\" says how many tries are left. Every "
		   "wrong PIN costs one, and only the right one brings them back."),
		N_("\"jpki-tool pin help\" says which PIN is which; perhaps you think of "
		   "another one. Capital and small letters make no difference to this software."),
		N_("If you cannot remember it, it has to be set anew just like a locked one: "
		   "see \"jpki-tool help locked\"."),
		}, "https://www2.jpki.go.jp/procedure/password.html", "2026-11-28"},
	[HELP_EXPIRED] = {N_("A certificate has ended or ends soon"), {
		N_("The certificates end on your fifth birthday after their issue, at the "
		   "latest with the card itself. The date printed on the card is not theirs: "
		   "\"jpki-tool status\" shows theirs."),
		N_("They can be renewed free of charge from three months before their end, and "
		   "after it, at the municipal office where you are registered as a resident. If "
		   "renewed within the three months, they run until your sixth birthday."),
		N_("Bring the My Number card; you will be asked for its PINs. A letter reminds "
		   "you before the end."),
		N_("Renewing makes new certificates: services that know the old ones may want "
		   "you to register again."),
		}, "https://www.jpki.go.jp/procedure/period.html", "2026-11-28"},
	[HELP_MOVED] = {N_("You move house, or your name changes"), {
		N_("Tell the municipal office, and bring the My Number card: the new data is "
		   "written on it. After a move to another municipality this goes with the notice "
		   "of moving in, within 14 days."),
		N_("The digital signature certificate holds name, address, birth date and sex, "
		   "and is void as soon as one of them changes, whatever its dates say. Ask at "
		   "the same visit for a new one to be issued; it is free."),
		N_("The user authentication certificate holds none of these and goes on."),
		}, "https://www.city.sasebo.lg.jp/siminseikatu/koseki/kezokuriyo.html", "2026-11-28"},
	[HELP_LOST] = {N_("The card is lost or stolen"), {
		N_("Call 0120-95-0178 (My Number general helpline), day and night, every day of "
		   "the year, to have the card suspended."),
		N_("Then report it to the police, note the number of the report, and tell the "
		   "municipal office where you are registered as a resident: it issues a new "
		   "card."),
		N_("If it turns up again, the suspension is lifted at the municipal office."),
		}, "https://www.tomiya-city.miyagi.jp/kurashi/koseki/mynumber/mnc-lost.html", "2026-11-28"},
};
/* clang-format on */

static void
print_topic(const struct topic *topic)
{
	screen_heading(_(topic->title));
	for (size_t i = 0; i < PARAGRAPHS && topic->paragraphs[i]; i++) {
		screen_blank();
		screen_text(2, _(topic->paragraphs[i]));
	}
	screen_blank();
	screen_text(2,
		    _("Procedures and what to bring vary by municipality: its own page decides."));
	screen_width(screen_columns(_("More:")) + 1);
	screen_row(_("More:"), MARK_NONE, topic->page);
	screen_width(screen_columns(_("Last read:")) + 1);
	screen_row(_("Last read:"), MARK_NONE, topic->read_on);
}

static void
print_topics(void)
{
	screen_heading(_("jpki-tool help TOPIC"));
	screen_width(11);
	for (enum help i = 0; i < HELPS; i++)
		screen_row(help_name(i), MARK_NONE, _(topics[i].title));
	screen_blank();
	screen_text(0, _("\"jpki-tool --help\" lists the commands."));
}

const char *
help_choice(size_t i)
{
	return i < HELPS ? help_name((enum help)i) : NULL;
}

enum tool_exit
help_run(const struct options *options, char *arguments[])
{
	(void)options;
	if (!arguments[0]) {
		print_topics();
		return TOOL_OK;
	}
	for (enum help i = 0; i < HELPS; i++)
		if (strcasecmp(help_name(i), arguments[0]) == 0) {
			print_topic(&topics[i]);
			return TOOL_OK;
		}
	return give_up(TOOL_USAGE,
		       _("there is no help on \"%s\" (jpki-tool help lists the topics)"),
		       arguments[0]);
}
