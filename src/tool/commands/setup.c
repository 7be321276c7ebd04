/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool setup: a browser, the agent that asks for PINs, or reminders. */
#include "tool/browsers/setup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "holder/text.h"
#include "tool/browsers/browser.h"
#include "tool/cards/cards.h"
#include "tool/commands/commands.h"
#include "tool/system/child.h"
#include "tool/system/conf.h"
#include "tool/system/file.h"
#include "tool/system/reminders.h"
#include "tool/terminal/prompt.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

/* What is set up by a file of the user's and a unit of systemd's. */
struct setup {
	const char *word;
	char *(*path)(void);	    /* of the file that it changes */
	const char *unit, *started; /* what systemd starts then, NULL: that ends with it */
	bool is_written_over;	    /* the file, where it is there */
	const char *no_systemd;	    /* N_(); one %s may stand for the file */
	const char *on[2], *off[2]; /* N_(): the steps; unit and file, file and unit, one %s each */
	enum tool_exit (*switch_on)(const struct setup *setup, const struct options *options,
				    const char *path);
	enum tool_exit (*switch_off)(const struct setup *setup, const char *path);
};

/* systemd is told; where it does not do it, its own words are shown. */
static enum tool_exit
tell_systemd(const char *verb, const struct setup *setup)
{
	const char *const arguments[] = {"systemctl", "--user",
					 verb,	      "--now",
					 setup->unit, *verb == 'd' ? setup->started : NULL,
					 NULL};
	char said[512];

	if (child_run(arguments, said, sizeof said) == 0)
		return TOOL_OK;
	return give_up(TOOL_FAILED,
		       *verb == 'd' ? _("\"systemctl --user disable\" did not work: %s")
				    : _("\"systemctl --user enable\" did not work: %s"),
		       said);
}

/* A step, about a file or a unit. */
static void
show_step(const char *format, const char *what)
{
	char *line = text_made(format, what);

	screen_text(2, line ? line : "?");
	free(line);
}

/* ---- the agent ---- */

static enum tool_exit
use_agent(const struct setup *setup, const struct options *options, const char *path)
{
	enum tool_exit status = tell_systemd("enable", setup);

	(void)options;
	if (status != TOOL_OK)
		return give_up(status,
			       _("nothing was changed. Without systemd: start \"jpki-tool agent\" "
				 "when you log in, and write the line \"ask-pin = agent\" into %s"),
			       path);
	status = conf_ask_pin(path, "agent");
	if (status == TOOL_OK)
		screen_text(0, _("Done. Programs that are started from now on use it; \"jpki-tool "
				 "doctor\" tells which do not."));
	return status;
}

/* The setting first: no program is to look for an agent that is gone. */
static enum tool_exit
leave_agent(const struct setup *setup, const char *path)
{
	enum tool_exit status = conf_ask_pin(path, NULL);

	if (status == TOOL_OK)
		status = tell_systemd("disable", setup);
	if (status == TOOL_OK)
		screen_text(0, _("Done: each program asks for PINs itself again."));
	return status;
}

/* ---- reminders ---- */

static enum tool_exit
keep_dates(struct module *module, const struct options *options, void *unused)
{
	struct holdings holdings;
	enum tool_exit status = cards_tell(module, validity_find(module, false, &holdings));

	(void)options;
	(void)unused;
	if (status == TOOL_OK)
		reminders_keep(&holdings);
	free(holdings.items);
	return status;
}

/* What is kept; the dates that are kept for the first time are those of the cards here now. */
static enum tool_exit
show_kept(const struct options *options, const char *path)
{
	struct reminder kept[REMINDERS];
	enum tool_exit status = cards_run(options, keep_dates, NULL);
	const size_t count = reminders_read(kept);
	char day[DAY_TEXT];

	show_step(_("Done. %s keeps:"), path);
	for (size_t i = 0; i < count; i++) {
		day_format(kept[i].day, day);
		screen_text(2, day);
	}
	if (count == 0)
		screen_text(0, _("No card was seen yet: the dates of the next one are kept."));
	return status;
}

/* What was told before is not told again. */
static bool
write_kept(void)
{
	struct reminder kept[REMINDERS];

	return reminders_write(kept, reminders_read(kept));
}

/*
 * Systemd first: the file says that they are on, and whoever waits for systemd may leave. A timer
 * without dates tells nothing.
 */
static enum tool_exit
remind(const struct setup *setup, const struct options *options, const char *path)
{
	const bool was_on = reminders_are_on();
	enum tool_exit status;

	if (!reminders_may_write())
		return TOOL_FAILED;
	status = tell_systemd("enable", setup);
	if (status != TOOL_OK) {
		if (!child_exists("jpki-desktop"))
			complain("%s", _("the timer comes with jpki-desktop, which is not "
					 "installed"));
		return status;
	}
	if (write_kept())
		return show_kept(options, path);
	if (!was_on)
		(void)tell_systemd("disable", setup);
	return TOOL_FAILED;
}

/* The dates are gone whatever systemd says. */
static enum tool_exit
forget(const struct setup *setup, const char *path)
{
	enum tool_exit status;

	if (!reminders_forget())
		return give_up(TOOL_FAILED, _("cannot write %s: %s"), path, strerror(errno));
	status = tell_systemd("disable", setup);
	if (status == TOOL_OK)
		screen_text(0, _("Done: nothing is kept, and nobody is reminded."));
	return status;
}

/* ---- which ---- */

/* clang-format off */
static const struct setup others[] = {
	{"agent", conf_path, "jpki-agent.socket", "jpki-agent.service", true,
		N_("this system has no systemd: start \"jpki-tool agent\" when you log in, and write the "
		   "line \"ask-pin = agent\" into %s; nothing was changed"),
		{N_("\"systemctl --user enable --now\" switches on %s: the agent is started when a "
		    "program looks at the card"),
		 N_("%s gets the line \"ask-pin = agent\"")},
		{N_("%s loses the line \"ask-pin = agent\""),
		 N_("\"systemctl --user disable --now\" switches off %s")},
		use_agent, leave_agent},
	{"reminders", reminders_path, "jpki-reminders.timer", NULL, false,
		N_("this system has no systemd: nobody would look at the dates; nothing was changed"),
		{N_("\"systemctl --user enable --now\" switches on %s: once a day it looks at the "
		    "dates, and reminds you 90, 30 and 7 days before"),
		 N_("%s keeps the dates on which the certificates end, and nothing else")},
		{N_("%s, with the dates, is deleted"),
		 N_("\"systemctl --user disable --now\" switches off %s")},
		remind, forget},
};
/* clang-format on */

#define OTHERS ROWS(others)

static enum tool_exit
set_up(const struct setup *setup, const struct options *options, const char *path)
{
	const bool remove = options->remove;
	enum tool_exit status = TOOL_OK;

	if (!child_exists("systemctl"))
		return give_up(TOOL_FAILED, _(setup->no_systemd), path);
	show_step(_(remove ? setup->off[0] : setup->on[0]), remove ? path : setup->unit);
	show_step(_(remove ? setup->off[1] : setup->on[1]), remove ? setup->unit : path);
	screen_blank();
	if (setup->is_written_over && access(path, F_OK) == 0)
		status = file_may_write(path, true);
	if (status == TOOL_OK && !options->yes)
		status = prompt_consent(_("Do this?"), "--yes", _("nothing was changed"));
	if (status != TOOL_OK)
		return status;
	return remove ? setup->switch_off(setup, path) : setup->switch_on(setup, options, path);
}

const char *
setup_choice(size_t i)
{
	if (i < BROWSERS)
		return browsers[i].word;
	return i - BROWSERS < OTHERS ? others[i - BROWSERS].word : NULL;
}

enum tool_exit
setup_any_run(const struct options *options, char *arguments[])
{
	enum tool_exit status = TOOL_FAILED;
	size_t i = 0;
	char *path;

	while (i < OTHERS && strcasecmp(arguments[0], others[i].word) != 0)
		i++;
	if (i == OTHERS)
		return setup_run(options, arguments);
	path = others[i].path();
	if (!path)
		complain("%s", _("HOME does not name a folder"));
	else if (!setup_is_anothers_home() && !setup_is_anothers(path))
		status = set_up(&others[i], options, path);
	free(path);
	return status;
}
