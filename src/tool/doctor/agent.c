/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the module gets PINs from the user's agent, as it says itself. */
#include "tool/doctor/parts.h"
#include "tool/system/child.h"
#include "tool/system/packages.h"
#include "tool/terminal/text.h"

void
doctor_agent(struct report *report, const struct module *module)
{
	struct jpki_asking asking = {.size = sizeof asking};

	report_on(report, AREA_AGENT, NULL);
	if (module->jpki->get_asking(&asking) != CKR_OK)
		return;
	if (!asking.by_agent) {
		report_add(report, MARK_NONE, asking.is_there ? "not-asked" : "not-used", "%s",
			   _("not in use: each program asks for PINs itself"));
		report_command(report, "jpki-tool setup agent");
	} else if (!asking.is_there) {
		report_add(report, MARK_CAUTION, "not-running", "%s",
			   _("the setting ask-pin wants it, but none is running: each program asks "
			     "for PINs itself"));
		report_command(report, "systemctl --user start jpki-agent.socket");
	} else if (!child_exists("pinentry")) {
		report_add(
			report, MARK_CAUTION, "no-pinentry", "%s",
			_("the setting ask-pin wants it, but no pinentry is installed with which "
			  "it could ask"));
		report_command(report, "%s", package_command(PACKAGE_PINENTRY));
	} else {
		report_on(report, AREA_AGENT, asking.excepts);
		report_add(report, MARK_OK, "in-use",
			   _("in use, but not by these programs, which ask themselves: %s"),
			   asking.excepts[0] ? asking.excepts : "-");
	}
}
