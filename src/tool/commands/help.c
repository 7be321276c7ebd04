/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool help: what municipalities tell card holders, each with its source. */
#include "tool/commands/commands.h"

#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PARAGRAPHS 6

/* Where it comes from: sites of J-LIS, which issues the certificates. */
#define SOURCE_CARD "https://www.kojinbango-card.go.jp/"
#define SOURCE_JPKI "https://www.jpki.go.jp/"

static const struct topic {
	const char *name;
	const char *title;
	const char *paragraphs[PARAGRAPHS];
	const char *source;
} topics[] = {
	{"locked", N_("A PIN is locked"),
	 {N_("Three wrong PINs for user authentication, or five wrong passwords for digital "
	     "signature, lock it. A lock never goes away by itself, and no software can take it "
	     "off. The other PIN goes on working."),
	  N_("Go in person to the municipal office where you are registered as a resident, and ask "
	     "for the PIN to be reset (暗証番号の初期化・再設定). Ask first whether you need an "
	     "appointment."),
	  N_("Bring the My Number card and another identity document, such as a driving licence "
	     "or passport."),
	  N_("Somebody who goes for you as a rule has to come twice: after the first visit the "
	     "office sends you a letter of inquiry, and your answer to it has to be brought along."),
	  N_("The password for digital signature alone can also be reset with the official "
	     "smartphone app and the kiosk of a convenience store, as long as the 4-digit PIN for "
	     "user authentication works.")},
	 SOURCE_JPKI},
	{"forgotten", N_("You do not remember a PIN"),
	 {N_("Do not guess: \"jpki-tool status\" says how many tries are left. Every wrong PIN "
	     "costs one, and only the right one brings them back."),
	  N_("\"jpki-tool pin help\" says which PIN is which; perhaps you think of another one. "
	     "Capital and small letters make no difference to jpki-tool."),
	  N_("If you cannot remember it, it has to be set anew just like a locked one: see "
	     "\"jpki-tool help locked\".")},
	 SOURCE_JPKI},
	{"expired", N_("A certificate has ended or ends soon"),
	 {N_("The certificates end on your fifth birthday after their issue, at the latest with "
	     "the card itself. The date printed on the card is not theirs: \"jpki-tool status\" "
	     "shows theirs."),
	  N_("They can be renewed free of charge from three months before their end, and after it, "
	     "at the municipal office where you are registered as a resident. If renewed within the "
	     "three months, they run until your sixth birthday."),
	  N_("Bring the My Number card; you will be asked for its PINs. A letter reminds you before "
	     "the end."),
	  N_("Renewing makes new certificates: services that know the old ones may want you to "
	     "register again.")},
	 SOURCE_CARD},
	{"moved", N_("You move house, or your name changes"),
	 {N_("Tell the municipal office, and bring the My Number card: the new data is written on it. "
	     "After a move to another municipality this goes with the notice of moving in, within 14 "
	     "days."),
	  N_("The digital signature certificate holds name, address, birth date and sex, and is void "
	     "as soon as one of them changes, whatever its dates say. Ask at the same visit for a new "
	     "one to be issued; it is free."),
	  N_("The user authentication certificate holds none of these and goes on.")},
	 SOURCE_CARD},
	{"lost", N_("The card is lost or stolen"),
	 {N_("Call 0120-95-0178 (My Number general helpline), day and night, every day of the year, "
	     "to have the card suspended."),
	  N_("Then report it to the police, note the number of the report, and tell the municipal "
	     "office where you are registered as a resident: it issues a new card."),
	  N_("If it turns up again, the suspension is lifted at the municipal office.")},
	 SOURCE_CARD},
};

#define TOPICS (sizeof topics / sizeof topics[0])

static void
print_topic(const struct topic *topic)
{
	screen_heading(_(topic->title));
	for (size_t i = 0; i < PARAGRAPHS && topic->paragraphs[i]; i++) {
		screen_blank();
		screen_text(2, _(topic->paragraphs[i]));
	}
	screen_blank();
	screen_text(2, _("Procedures and what to bring vary by municipality: its own page decides."));
	screen_row(_("More:"), screen_columns(_("More:")) + 1, MARK_NONE, topic->source);
}

static void
print_topics(void)
{
	screen_heading(_("jpki-tool help TOPIC"));
	for (size_t i = 0; i < TOPICS; i++)
		screen_row(topics[i].name, 11, MARK_NONE, _(topics[i].title));
	screen_blank();
	screen_text(0, _("\"jpki-tool --help\" lists the commands."));
}

const char *
help_choice(size_t i)
{
	return i < TOPICS ? topics[i].name : NULL;
}

enum tool_exit
help_run(const struct options *options, char *arguments[])
{
	(void)options;
	if (!arguments[0]) {
		print_topics();
		return TOOL_OK;
	}
	for (size_t i = 0; i < TOPICS; i++)
		if (strcasecmp(topics[i].name, arguments[0]) == 0) {
			print_topic(&topics[i]);
			return TOOL_OK;
		}
	complain(_("there is no help on \"%s\" (jpki-tool help lists the topics)"), arguments[0]);
	return TOOL_USAGE;
}
