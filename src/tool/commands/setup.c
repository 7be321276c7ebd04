/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool setup: a browser, or the agent that asks for PINs. */
#include "holder/text.h"
#include "tool/browsers/setup.h"
#include "tool/commands/commands.h"
#include "tool/system/child.h"
#include "tool/system/conf.h"
#include "tool/system/file.h"
#include "tool/terminal/prompt.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#define SOCKET_UNIT "jpki-agent.socket"
#define SERVICE_UNIT "jpki-agent.service"
#define SETTING "ask-pin"
#define VALUE "agent"

/* systemd is told; where it does not do it, its own words are shown. */
static enum tool_exit
tell_systemd(char *const arguments[])
{
	char said[512];

	if (child_run(arguments, said, sizeof said) == 0)
		return TOOL_OK;
	return give_up(TOOL_FAILED, _("\"systemctl --user %s\" did not work: %s"), arguments[2],
		       said);
}

static enum tool_exit
switch_on(const char *path)
{
	char *const enable[] = {"systemctl", "--user", "enable", "--now", SOCKET_UNIT, NULL};
	enum tool_exit status = tell_systemd(enable);

	if (status == TOOL_OK)
		status = conf_set(path, SETTING, VALUE);
	if (status == TOOL_OK)
		screen_text(0, _("Done. Programs that are started from now on use it; \"jpki-tool "
				 "doctor\" tells which do not."));
	return status;
}

/* The setting first: no program is to look for an agent that is gone. */
static enum tool_exit
switch_off(const char *path)
{
	char *const disable[] = {"systemctl", "--user",	    "disable", "--now",
				 SOCKET_UNIT, SERVICE_UNIT, NULL};
	enum tool_exit status = conf_set(path, SETTING, NULL);

	if (status == TOOL_OK)
		status = tell_systemd(disable);
	if (status == TOOL_OK)
		screen_text(0, _("Done: each program asks for PINs itself again."));
	return status;
}

/* A step, about a file or a unit. */
static void
show_step(const char *format, const char *what)
{
	char *line = text_made(format, what);

	screen_text(2, line ? line : "?");
	free(line);
}

static void
show_plan(const char *path, bool remove)
{
	if (remove) {
		show_step(_("%s loses the line \"ask-pin = agent\""), path);
		show_step(_("\"systemctl --user disable --now\" switches off %s"), SOCKET_UNIT);
	} else {
		show_step(_("\"systemctl --user enable --now\" switches on %s: the agent is "
			    "started when a program wants a PIN"),
			  SOCKET_UNIT);
		show_step(_("%s gets the line \"ask-pin = agent\""), path);
	}
	screen_blank();
}

static enum tool_exit
setup_agent(const struct options *options, const char *path)
{
	enum tool_exit status = TOOL_OK;

	if (!child_exists("systemctl"))
		return give_up(
			TOOL_FAILED,
			_("this system has no systemd: start \"jpki-tool agent\" when you log in, "
			  "and write the line \"ask-pin = agent\" into %s; nothing was changed"),
			path);
	show_plan(path, options->remove);
	if (access(path, F_OK) == 0)
		status = file_may_write(path, true);
	if (status == TOOL_OK && !options->yes)
		status = prompt_consent(_("Do this?"), "--yes", _("nothing was changed"));
	if (status != TOOL_OK)
		return status;
	return options->remove ? switch_off(path) : switch_on(path);
}

enum tool_exit
setup_any_run(const struct options *options, char *arguments[])
{
	enum tool_exit status = TOOL_FAILED;
	char *path;

	if (strcasecmp(arguments[0], "agent") != 0)
		return setup_run(options, arguments);
	path = conf_path();
	if (!path)
		complain("%s", _("HOME does not name a folder"));
	else if (!setup_is_anothers_home() && !setup_is_anothers(path))
		status = setup_agent(options, path);
	free(path);
	return status;
}
