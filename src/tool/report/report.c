/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/report/report.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "holder/certificate.h"
#include "holder/pin.h"
#include "holder/text.h"
#include "tool/cards/cards.h"
#include "tool/system/child.h"
#include "tool/system/file.h"
#include "tool/terminal/prompt.h"
#include "tool/terminal/text.h"

struct job {
	struct card_report report;
	char *json_path, *text_path; /* NULL: not written */
};

/* ---- before the card is asked ---- */

static enum tool_exit
name_files(const struct options *options, struct job *job)
{
	enum tool_exit status;

	if (!options->output)
		return TOOL_OK;
	if (!*basename(options->output))
		return give_up(TOOL_FAILED, _("cannot write %s: %s"), options->output,
			       strerror(EISDIR));
	job->json_path = text_made("%s.json", options->output);
	job->text_path = text_made("%s.txt", options->output);
	if (!job->json_path || !job->text_path)
		return out_of_memory();
	status = file_may_write(job->json_path, options->force);
	return status == TOOL_OK ? file_may_write(job->text_path, options->force) : status;
}

/* The one card there is; one without a log-in certificate will do where no PIN is to be sent. */
static enum tool_exit
choose(struct module *module, bool with_pin, struct reader **reader, CK_SLOT_ID *slot)
{
	struct outcome outcome = module_choose(module, KEY_AUTH, reader);
	const struct token *tokens;

	if ((outcome.what == OUTCOME_NO_TOKEN || outcome.what == OUTCOME_NOT_SHOWN) && !with_pin)
		outcome = outcome_just(OUTCOME_OK);
	if (outcome.what != OUTCOME_OK)
		return cards_tell(module, outcome);
	tokens = (*reader)->tokens;
	*slot = tokens[KEY_AUTH].listed ? tokens[KEY_AUTH].slot : tokens[KEY_SIGN].slot;
	return TOOL_OK;
}

/* Nothing is risked: a PIN is only taken where a typing error would be the first one. */
static enum tool_exit
check_tries(const struct module *module, const struct reader *reader)
{
	const struct jpki_slot_status *status = &reader->tokens[KEY_AUTH].status;

	if (status->tries_left == 0)
		return cards_tell(module, outcome_just(OUTCOME_PIN_LOCKED));
	if (status->tries_left == status->tries_allowed)
		return TOOL_OK;
	return give_up(TOOL_FAILED, "%s",
		       _("with a PIN only where all its tries are left: log in with it once, in "
			 "any program, and they are; nothing was sent to the card"));
}

/* What else is sent, and what it does: src/token/probe.c, work.c and look.c. */
static const char *const beside = N_(
	"Those that look for the end of a file, or read the log-in certificate, are sent several\n"
	"times, for one place of the file after the other. For xx stands what goes with the\n"
	"card: a place in a file, or how it takes a PIN. Other applications of the card are\n"
	"selected. The signature command is sent without a PIN too, with what no card signs.\n"
	"Of three files that should refuse (the document key's certificate, 0009, and the key\n"
	"for logging in) four bytes are asked for, to see that they do; what comes is thrown\n"
	"away, but for whether a certificate begins so.\n"
	"Before and afterwards comes what every look at a card sends: the free files are read,\n"
	"the log-in certificate among them, the tries left are asked for, and the card is logged\n"
	"out by selecting another application, or else by taking its power.\n"
	"Unless another program is connected to the card, it gets power anew first.");
static const char *const without_pin =
	N_("None of it takes a PIN, spends a try, or changes anything on the card.\n"
	   "Ask the card?");
static const char *const with_pin = N_(
	"Your PIN is sent once: a wrong one costs a try. With it the card signs a sentence that\n"
	"says nothing, and zeros; the signatures are thrown away. Before one of the sentence\n"
	"the key is selected, and after it the log-in certificate is read, to check it. Unless\n"
	"another program is connected to the card, it is reset once if it is contactless, and\n"
	"gets power anew where nothing else has ended the login. Nothing on the card is changed.\n"
	"Ask the card?");

static enum tool_exit
agree(const struct options *options, struct job *job, struct module *module)
{
	struct jpki_probe_report *probes = &job->report.probes;
	FILE *plan;
	CK_RV rv;

	*probes = (struct jpki_probe_report){.size = sizeof *probes};
	rv = module->jpki->list_probes(probes);
	if (rv != CKR_OK)
		return cards_tell(module, outcome_of(rv));
	if (options->yes)
		return TOOL_OK;
	/* JSON alone goes where programs read. */
	plan = options->json ? stderr : stdout;
	(void)fprintf(plan, "%s\n", _("This will be sent to the card:"));
	report_print_plan(plan, &job->report);
	(void)fprintf(plan, "\n%s\n", _(beside));
	(void)fflush(plan);
	return prompt_consent(_(job->report.with_pin ? with_pin : without_pin), "--yes",
			      _("not done; nothing of this was sent to the card"));
}

/* ---- around the card ---- */

/* A reader's name without what is in brackets, however deep: it may be a serial number. */
static void
clean_reader(char text[FACT_TEXT], const char *name)
{
	char kept[FACT_TEXT];
	size_t n = 0, depth = 0;

	for (; *name && n + 1 < sizeof kept; name++) {
		depth += *name == '(';
		if (!depth)
			kept[n++] = *name;
		depth -= depth && *name == ')';
	}
	fact_clean(text, kept, n);
}

static void
read_version(char text[FACT_TEXT], const char *package)
{
	const char *const arguments[] = {"dpkg-query", "-W", "-f=${Version}", package, NULL};
	char said[FACT_TEXT];

	/* Of a package that is known and not installed it says nothing. */
	if (child_run(arguments, said, sizeof said) == 0 && said[0])
		fact_clean(text, said, strlen(said));
	else
		(void)snprintf(text, FACT_TEXT, "?");
}

/* Where the card was taken away, what lies there now may be somebody else's. */
static X509 *
read_certificate(struct module *module, struct reader *reader, enum object_id id, bool is_there)
{
	return is_there ? certificate_without_pin(module, reader, id) : NULL;
}

static void
look_around(struct card_report *report, struct module *module, struct reader *reader, bool is_there)
{
	X509 *auth = read_certificate(module, reader, ID_AUTH, is_there);

	clean_reader(report->reader, reader->name);
	read_version(report->service, "pcscd");
	read_version(report->driver, "libccid");
	report->input = (struct fact_input){
		.report = &report->probes,
		.auth = auth,
		.auth_ca = read_certificate(module, reader, ID_AUTH_CA, is_there),
	};
	report->simulated =
		(auth && certificate_is_simulated(auth)) ||
		(report->input.auth_ca && certificate_is_simulated(report->input.auth_ca));
}

/* ---- the report ---- */

static enum tool_exit
write_files(const struct options *options, const struct job *job, const char *text,
	    const char *json)
{
	enum tool_exit status = TOOL_OK;

	if (!job->json_path)
		return TOOL_OK;
	if (!options->yes)
		status = prompt_consent(_("Write this to files?"), "--yes",
					_("not written; the card is logged out"));
	if (status != TOOL_OK)
		return status;
	status = file_write(job->json_path, json, strlen(json), options->force);
	if (status != TOOL_OK)
		return status;
	status = file_write(job->text_path, text, strlen(text), options->force);
	/* One without the other would only stand in the way of the next try. */
	if (status != TOOL_OK && !options->force && file_is_ordinary(job->json_path))
		(void)unlink(job->json_path);
	return status;
}

/* Shown first, and written as it was shown: also the file that is not in the form asked for. */
static enum tool_exit
show_and_write(const struct options *options, const struct job *job, const char *text,
	       const char *json)
{
	if (job->json_path)
		(void)fprintf(stderr, "%s:\n%s", options->json ? job->text_path : job->json_path,
			      options->json ? text : json);
	(void)fflush(stderr);
	(void)fputs(options->json ? json : text, stdout);
	(void)fflush(stdout);
	return write_files(options, job, text, json);
}

static enum tool_exit
tell(const struct options *options, const struct job *job)
{
	char *text = report_text(&job->report);
	char *json = report_json(&job->report);
	enum tool_exit status =
		text && json ? show_and_write(options, job, text, json) : out_of_memory();

	free(json);
	free(text);
	return status;
}

/* A card or reader that failed, or a PIN that was not taken, has told something before. */
static bool
is_worth_telling(const struct card_report *report, const struct outcome *outcome)
{
	if (outcome->what != OUTCOME_NO_ANSWER && outcome->what != OUTCOME_REMOVED &&
	    outcome->what != OUTCOME_PIN_WRONG && outcome->what != OUTCOME_PIN_LOCKED)
		return outcome->what == OUTCOME_OK;
	for (CK_ULONG i = 0; i < report->probes.count; i++)
		if (report->probes.probes[i].state == JPKI_PROBE_ANSWERED)
			return true;
	return false;
}

static bool
has_problem(const struct card_report *report)
{
	char value[FACT_TEXT];

	for (size_t i = 0; i < fact_count; i++)
		if (fact_judge(&facts[i], &report->input, value) == FACT_PROBLEM)
			return true;
	return false;
}

static enum tool_exit
tell_incomplete(const struct module *module, const struct card_report *report,
		struct outcome outcome)
{
	if (outcome.what != OUTCOME_OK)
		return cards_tell(module, outcome);
	if (!report->incomplete)
		return TOOL_OK;
	return give_up(TOOL_FAILED, "%s",
		       _("the reader lost an answer of the card: the report is incomplete"));
}

/* What the report did not come to is told after it. A PROBLEM on the screen outdoes whatever
 * else there is to say: that it was not written, or is incomplete. */
static enum tool_exit
tell_all(const struct options *options, struct module *module, struct reader *reader,
	 struct job *job, struct outcome outcome)
{
	struct card_report *report = &job->report;
	enum tool_exit status, end;

	report->incomplete = outcome.what != OUTCOME_OK || report->probes.lost > 0;
	look_around(report, module, reader, outcome.what != OUTCOME_REMOVED);
	status = tell(options, job);
	end = tell_incomplete(module, report, outcome);
	if (has_problem(report))
		status = TOOL_WRONG;
	X509_free((X509 *)(uintptr_t)report->input.auth);
	X509_free((X509 *)(uintptr_t)report->input.auth_ca);
	return status != TOOL_OK ? status : end;
}

static enum tool_exit
ask(struct module *module, const struct options *options, void *context)
{
	struct job *job = context;
	struct card_report *report = &job->report;
	struct reader *reader;
	CK_SLOT_ID slot = 0;
	struct outcome outcome;
	enum tool_exit status = choose(module, report->with_pin, &reader, &slot);

	if (status == TOOL_OK && report->with_pin)
		status = check_tries(module, reader);
	if (status == TOOL_OK)
		status = agree(options, job, module);
	if (status != TOOL_OK)
		return status;
	outcome = pin_probe(module, reader, slot, report->with_pin, &report->probes);
	if (!is_worth_telling(report, &outcome))
		return cards_tell(module, outcome);
	return tell_all(options, module, reader, job, outcome);
}

enum tool_exit
report_run(const struct options *options, char *arguments[])
{
	struct job *job = calloc(1, sizeof *job);
	enum tool_exit status;

	if (!job)
		return out_of_memory();
	job->report.with_pin = options->pin;
	if (options->pin != (arguments[0] != NULL) ||
	    (arguments[0] && strcmp(arguments[0], "auth") != 0))
		status = give_up(TOOL_USAGE, "%s",
				 _("a PIN is asked with --pin auth; no other is taken"));
	else
		status = name_files(options, job);
	if (status == TOOL_OK)
		status = cards_run(options, ask, job);
	free(job->json_path);
	free(job->text_path);
	free(job);
	return status;
}
