/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the programs that should use the card know the module. */
#include <stdlib.h>
#include <string.h>

#include "holder/text.h"
#include "tool/browsers/browser.h"
#include "tool/browsers/p11kit.h"
#include "tool/doctor/parts.h"
#include "tool/system/shell.h"
#include "tool/terminal/text.h"

#define OPENSC "opensc-pkcs11.so"

/* ---- p11-kit ---- */

/* Whether p11-kit has it. */
static bool
look_at_p11kit(struct report *report, const char *folder)
{
	char *known = p11kit_find("jpki-tool", BROWSER_LOGIN_MODULE), *line, *word = NULL;

	report_on(report, AREA_P11KIT, known);
	if (known) {
		report_add(report, MARK_OK, "known", _("it knows the module: %s"), known);
		free(known);
		return true;
	}
	report_add(report, MARK_PROBLEM, "unknown", "%s",
		   _("it does not know the module: programs that ask p11-kit, such as those with "
		     "GnuTLS, do not find the card"));
	line = text_made("module: %s/" BROWSER_LOGIN_MODULE, folder);
	if (line)
		word = shell_quote(line);
	free(line);
	if (word)
		report_command(report,
			       "sudo mkdir -p /etc/pkcs11/modules && echo %s | sudo tee "
			       "/etc/pkcs11/modules/jpki-auth.module",
			       word);
	free(word);
	return false;
}

static void
look_at_opensc(struct report *report)
{
	char *opensc = p11kit_find("jpki-tool", OPENSC);

	if (!opensc)
		return;
	report_on(report, AREA_P11KIT, opensc);
	report_add(report, MARK_CAUTION, "opensc-too", "%s",
		   _("OpenSC's module shows the same card a second time and leaves it logged in "
		     "after use; with programs that try what was typed on both, one typo costs two "
		     "tries; if you have no other card for it, switch it off"));
	report_command(report, "sudo mkdir -p /etc/pkcs11/modules && echo module: | sudo tee "
			       "/etc/pkcs11/modules/opensc-pkcs11.module");
	free(opensc);
}

/* ---- browsers ---- */

static const enum area areas[] = {
	[BROWSER_FIREFOX] = AREA_FIREFOX,
	[BROWSER_THUNDERBIRD] = AREA_THUNDERBIRD,
	[BROWSER_CHROMIUM] = AREA_CHROMIUM,
};

/* What setup is for. */
static void
propose_setup(struct report *report, enum browser browser)
{
	report_command(report, "jpki-tool setup %s", browsers[browser].word);
}

/* It may come from elsewhere. */
static void
not_in_its_list(struct report *report, const struct place *place, bool p11kit)
{
	const char *colon = *place->name ? ": " : "";

	if (place->elsewhere && strstr(place->elsewhere, "policies.json")) {
		report_on(report, areas[place->browser], place->elsewhere);
		report_add(report, MARK_OK, "set-up",
			   _("%s%sthe administrator brings the module: %s"), place->name, colon,
			   place->elsewhere);
	} else if (p11kit && (place->db.state == NSSDB_PROXY || place->elsewhere)) {
		report_add(report, MARK_OK, "set-up", _("%s%sthe module comes through p11-kit"),
			   place->name, colon);
	} else if (!browsers[place->browser].mail) { /* most sign no mail with a card */
		report_add(report, MARK_CAUTION, "not-set-up", _("%s%sit does not have the module"),
			   place->name, colon);
		propose_setup(report, place->browser);
	}
}

static void
judge(struct report *report, const struct place *place, bool p11kit)
{
	const char *colon = *place->name ? ": " : "";

	report_on(report, areas[place->browser], place->folder);
	if (place->sandbox != SANDBOX_NONE) {
		report_add(report, MARK_CAUTION,
			   place->sandbox == SANDBOX_SNAP ? "snap" : "flatpak", "%s",
			   browser_sandbox_text(place->sandbox));
		return;
	}
	switch (place->db.state) {
	case NSSDB_OURS:
	case NSSDB_BY_HAND:
		if (place->db.readable) {
			report_add(report, MARK_OK, "set-up", _("%s%sit has the module: %s"),
				   place->name, colon, place->db.library);
			return;
		}
		report_add(report, MARK_PROBLEM, "module-gone",
			   _("%s%sthe module it has is not there any more: %s"), place->name, colon,
			   place->db.library);
		propose_setup(report, place->browser);
		return;
	case NSSDB_UNREADABLE:
		report_add(report, MARK_PROBLEM, "unreadable", _("%s/pkcs11.txt cannot be read"),
			   place->folder);
		return;
	case NSSDB_NONE:
	case NSSDB_WITHOUT:
	case NSSDB_PROXY:
		break;
	}
	not_in_its_list(report, place, p11kit);
}

static void
look_at_browser(struct report *report, enum browser browser, bool p11kit)
{
	struct places places;

	if (!browser_find(browser, &places)) {
		report->failed = true;
	} else if (browser_is_here(browser, &places)) {
		for (size_t i = 0; i < places.count; i++) {
			const struct place *place = &places.items[i];
			/* With Chromium in a sandbox only, the list that it would have outside
			 * means nothing. */
			bool elsewhere = browser == BROWSER_CHROMIUM && places.count > 1 &&
					 place->sandbox == SANDBOX_NONE &&
					 place->db.state == NSSDB_NONE;

			if (!elsewhere && !browser_is_idle(&places, place))
				judge(report, place, p11kit);
		}
		if (places.count == 0 && !browsers[browser].mail) {
			report_on(report, areas[browser], "");
			report_add(report, MARK_CAUTION, "never-used", "%s",
				   _("it was never started: do that, close it, and set it up"));
			propose_setup(report, browser);
		}
	}
	browser_free(&places);
}

void
doctor_programs(struct report *report, const char *folder)
{
	bool p11kit = look_at_p11kit(report, folder);

	look_at_opensc(report);
	for (enum browser browser = 0; browser < BROWSERS; browser++)
		look_at_browser(report, browser, p11kit);
}
