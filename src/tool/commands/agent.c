/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool agent: asks for PINs in the place of programs, until it is ended. */
#include "agent/agent.h"

#include <errno.h>
#include <string.h>

#include "agent/listener.h"
#include "jpki-agent.h"
#include "tool/commands/commands.h"
#include "tool/terminal/text.h"

#define PINENTRY "pinentry" /* by PATH: whichever the desktop has */
#define IDLE_MS 60000	    /* systemd starts it again, with the screen of the day */

static void
say_no_prompt(const char *pinentry)
{
	complain(_("%s cannot ask: it is not installed, or finds neither a screen nor the terminal "
		   "of the program that wants the PIN"),
		 pinentry);
}

static enum tool_exit
no_listener(enum listener_trouble trouble, const char *path)
{
	switch (trouble) {
	case LISTENER_FINE:
		return TOOL_OK;
	case LISTENER_NO_PLACE:
		complain("%s", _("XDG_RUNTIME_DIR does not name this user's folder of sockets: log "
				 "in as this user (not with su or sudo), or set it"));
		break;
	case LISTENER_FOREIGN:
		complain(_("%s is another user's, a link, or something else than it should be: "
			   "nothing was touched"),
			 path);
		break;
	case LISTENER_RUNNING:
		complain(_("an agent is there already: %s"), path);
		break;
	case LISTENER_FAILED:
		complain(_("cannot listen on %s: %s"), path, strerror(errno));
		break;
	}
	return TOOL_FAILED;
}

enum tool_exit
agent_run(const struct options *options, char *arguments[])
{
	struct listener listener;
	struct agent_rules rules = {
		.pinentry = options->pinentry ? options->pinentry : PINENTRY,
		.beat_ms = JPKI_AGENT_BEAT_S * 1000,
		.deadline_ms = JPKI_AGENT_DEADLINE_S * 1000,
		.no_prompt = say_no_prompt,
	};
	enum tool_exit status;

	(void)arguments;
	agent_hold_signals();
	status = no_listener(listener_open(&listener), listener.path);
	if (listener.path[0] == '\0')
		rules.idle_ms = IDLE_MS;
	else if (status == TOOL_OK)
		complain(_("asking for PINs on %s; Ctrl-C ends it"), listener.path);
	if (status == TOOL_OK && !agent_serve(listener.socket, &rules)) {
		complain(_("cannot serve %s: %s"), listener.path, strerror(errno));
		status = TOOL_FAILED;
	}
	listener_close(&listener);
	return status;
}
