/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "tool/cards/cards.h"
#include "tool/doctor/parts.h"
#include "tool/terminal/json.h"
#include "tool/terminal/text.h"

static const struct {
	const char *word;
	const char *label;
} areas[] = {
	[AREA_MODULE] = {"module", N_("Module")},
	[AREA_SERVICE] = {"service", N_("Reader service")},
	[AREA_READER] = {"reader", N_("Reader")},
	[AREA_CARD] = {"card", N_("Card")},
	[AREA_AGENT] = {"agent", N_("PIN agent")},
	[AREA_P11KIT] = {"p11-kit", "p11-kit"},
	[AREA_FIREFOX] = {"firefox", "Firefox"},
	[AREA_THUNDERBIRD] = {"thunderbird", "Thunderbird"},
	[AREA_CHROMIUM] = {"chromium", "Chromium"},
};

static const char *const states[] = {
	[MARK_NONE] = "note",
	[MARK_OK] = "ok",
	[MARK_CAUTION] = "caution",
	[MARK_PROBLEM] = "problem",
};

/* ---- telling ---- */

static void
show(const struct report *report)
{
	const char *labels[ROWS(areas)];

	for (size_t i = 0; i < ROWS(areas); i++)
		labels[i] = _(areas[i].label);
	screen_labels(labels, ROWS(areas));
	for (size_t i = 0; i < report->count; i++) {
		const struct finding *finding = &report->items[i];
		bool same = i > 0 && report->items[i - 1].area == finding->area;

		screen_row(same ? "" : labels[finding->area], finding->mark, finding->text);
		if (finding->command)
			screen_command(finding->command);
	}
	screen_blank();
	screen_text(0, report_has_problem(report)
			       ? _("Begin with the first PROBLEM: those after it may come from it.")
			       : _("Nothing is wrong."));
}

static enum tool_exit
print_json(const struct report *report)
{
	json_t *findings = json_array();

	for (size_t i = 0; i < report->count; i++) {
		const struct finding *f = &report->items[i];

		(void)json_array_append_new(findings, json_pack("{s:s, s:s, s:s, s:o, s:o}", "area",
								areas[f->area].word, "state",
								states[f->mark], "finding", f->word,
								"about", json_text(f->about),
								"command", json_text(f->command)));
	}
	return json_array_size(findings) == report->count
		       ? json_print(json_pack("{s:b, s:o}", "wrong", report_has_problem(report),
					      "findings", findings))
		       : out_of_memory();
}

/* ---- the command ---- */

static void
judge_hidden(struct report *report, const struct module *module)
{
	const enum mark mark = module_has_any_card(module) ? MARK_NONE
			       : module_shows_any(module)  ? MARK_CAUTION
							   : MARK_PROBLEM;
	char *text = hidden_text(module);

	report_on(report, AREA_READER, module->all.source);
	if (text)
		report_add(report, mark, "hidden", "%s", text);
	free(text);
}

static void
look_below(struct report *report, struct module *module)
{
	const struct reader *first = module->readers;
	/* What the module says of the service: where that cannot be used, all slots say so. With
	 * a name the service was there, and what is wrong is this reader's. */
	enum jpki_reason reason = first->name[0] ? JPKI_REASON_NONE : module_reader_reason(first);

	doctor_service(report, reason);
	if (reason == JPKI_REASON_NO_SERVICE || reason == JPKI_REASON_REFUSED)
		return;
	doctor_usb(report, module->all.count);
	judge_hidden(report, module);
	doctor_cards(report, module);
}

/* The folder of the module, for the one that browsers get. NULL without memory. */
static char *
module_folder(const struct options *options)
{
	const char *path = options->module ? options->module : PKCS11DIR "/";
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, (size_t)(slash - path)) : strdup("."), *real;

	real = folder ? realpath(folder, NULL) : NULL;
	if (!real)
		return folder;
	free(folder);
	return real;
}

enum tool_exit
doctor_run(const struct options *options, char *arguments[])
{
	struct report report = {0};
	struct module module;
	enum tool_exit status = cards_open(&module, options);
	char *folder = module_folder(options);

	(void)arguments;
	report_on(&report, AREA_MODULE, options->module);
	if (!module.f)
		report_add(&report, MARK_PROBLEM, "not-loaded", "%s",
			   _("the module cannot be loaded: install the package jpki-pkcs11 again"));
	else if (status != TOOL_OK)
		goto out;
	else
		look_below(&report, &module);
	if (module.f)
		doctor_agent(&report, &module);
	if (folder)
		doctor_programs(&report, folder);
	if (report.failed || !folder) {
		status = out_of_memory();
		goto out;
	}
	status = TOOL_OK;
	if (options->json)
		status = print_json(&report);
	else
		show(&report);
	if (status == TOOL_OK && report_has_problem(&report))
		status = TOOL_WRONG;
out:
	module_close(&module);
	report_free(&report);
	free(folder);
	return status;
}
