/* SPDX-License-Identifier: BSD-2-Clause */
/* The report as text and as JSON: both say the same. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "holder/text.h"
#include "tool/report/report.h"
#include "tool/terminal/text.h"

#define SHOWN 24UL /* bytes of a command; what is longer is five and zeros */

static const struct {
	const char *name; /* in JSON */
	const char *text;
} verdicts[] = {
	[FACT_EXPECTED] = {"as-expected", N_("as expected")},
	[FACT_PROBLEM] = {"problem", N_("PROBLEM")},
	[FACT_DIFFERS] = {"differs", N_("differs")},
	[FACT_NEW] = {"new", N_("new")},
	[FACT_LOST] = {"not-answered", N_("not answered")},
	[FACT_NOT_TOLD] = {"not-told", N_("not told")},
};

static bool
is_told(enum fact_verdict verdict)
{
	return verdict != FACT_LOST && verdict != FACT_NOT_TOLD;
}

/* What it means to the holder; or why there is nothing to mean anything. */
static const char *
meaning(const struct card_report *report, const struct fact *fact, enum fact_verdict verdict,
	const char *value)
{
	if (verdict == FACT_NOT_TOLD && report->incomplete && fact->judge)
		return _("not known: this report is incomplete");
	return _(fact_means(fact, &report->input, verdict, value));
}

/* ---- commands ---- */

/* A byte that goes with the card: a place in a file, or by which reference it takes the PIN. */
static bool
is_open(const struct jpki_probe *p, CK_ULONG i)
{
	static const char *const offsets[] = {"-filler", "certificate-end", "ca-end",
					      "certificate-key"};

	for (size_t k = 0; k < sizeof offsets / sizeof offsets[0]; k++)
		if (strstr(p->name, offsets[k]))
			return i == 2 || i == 3;
	return i == 3 && strcmp(p->name, "pin") == 0;
}

static void
put_command(FILE *out, const struct jpki_probe *p)
{
	const CK_ULONG shown = p->command_len <= SHOWN ? p->command_len : 5;

	(void)fprintf(out, "  %-24s ", p->name);
	if (!p->command) {
		(void)fputs(strcmp(p->name, "pin-power") == 0 ? _("power off and on") : _("reset"),
			    out);
		return;
	}
	for (CK_ULONG i = 0; i < shown; i++)
		if (is_open(p, i))
			(void)fputs("xx", out);
		else
			(void)fprintf(out, "%02X", p->command[i]);
	if (p->command_len > shown)
		(void)fprintf(out, " 00 x %lu", p->command_len - shown);
	/* What follows is the PIN, or the hash of a sentence. */
	if (strcmp(p->name, "pin") == 0 || (p->command_len == 4 && p->command[1] == 0x2a))
		(void)fputs(" ...", out);
}

void
report_print_plan(FILE *out, const struct card_report *report)
{
	for (CK_ULONG i = 0; i < report->probes.count; i++) {
		const struct jpki_probe *p = &report->probes.probes[i];

		if (p->needs_pin && !report->with_pin)
			continue;
		put_command(out, p);
		(void)fprintf(out, "  (%s)\n", p->facts);
	}
}

/* ---- the text ---- */

static void
put_facts(FILE *out, const struct card_report *report)
{
	char value[FACT_TEXT];

	for (size_t i = 0; i < fact_count; i++) {
		const struct fact *fact = &facts[i];
		const enum fact_verdict verdict = fact_judge(fact, &report->input, value);

		(void)fprintf(out, "%s: %s\n", _(fact->what), _(verdicts[verdict].text));
		if (is_told(verdict))
			(void)fprintf(out, "  %s = %s (%s): ", fact->name, value, fact->facts);
		else
			(void)fprintf(out, "  %s (%s): ", fact->name, fact->facts);
		(void)fprintf(out, "%s\n", meaning(report, fact, verdict, value));
	}
}

static void
put_probes(FILE *out, const struct jpki_probe_report *report)
{
	for (CK_ULONG i = 0; i < report->count; i++) {
		const struct jpki_probe *p = &report->probes[i];

		if (p->state == JPKI_PROBE_NOT_SENT)
			continue;
		put_command(out, p);
		if (p->state == JPKI_PROBE_ANSWERED)
			(void)fprintf(out, "  %04lX, %lu, %.1f ms\n", p->sw, p->length,
				      (double)p->microseconds / 1000);
		else
			(void)fprintf(out, "  %s\n", _("no answer"));
	}
}

char *
report_text(const struct card_report *report)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	(void)fprintf(out, "%s\n\n",
		      report->simulated ? _("What a SIMULATED card does") : _("What a card does"));
	if (report->incomplete)
		(void)fprintf(
			out, "%s\n\n",
			_("INCOMPLETE: an answer of the card was lost, the card was taken away, "
			  "or the PIN was wrong or answered otherwise than known.\n"
			  "After that no PIN was sent, and the rest not, or not all of it."));
	(void)fprintf(out, "%s: %s\npcscd: %s\nlibccid: %s\n%s\n\n", _("Reader"), report->reader,
		      report->service, report->driver, PACKAGE_STRING);
	(void)fprintf(out, "%s\n\n",
		      _("The numbers in brackets are the sections of the facts on the card\n"
			"(doc/REAL-CARDS.md)."));
	put_facts(out, report);
	(void)fprintf(out, "\n%s\n",
		      _("What was sent; status word, length, and time of the answer:"));
	put_probes(out, &report->probes);
	return fclose(out) == 0 ? text : NULL;
}

/* ---- JSON ---- */

static json_t *
findings_json(const struct card_report *report)
{
	json_t *all = json_array();
	char value[FACT_TEXT];

	for (size_t i = 0; i < fact_count; i++) {
		const struct fact *fact = &facts[i];
		const enum fact_verdict verdict = fact_judge(fact, &report->input, value);

		(void)json_array_append_new(
			all, json_pack("{s:s, s:s, s:o, s:s?, s:s, s:s}", "name", fact->name,
				       "facts", fact->facts, "value",
				       is_told(verdict) ? json_string(value) : json_null(),
				       "expected", fact_expected(fact, &report->input), "verdict",
				       verdicts[verdict].name, "means",
				       meaning(report, fact, verdict, value)));
	}
	return all;
}

static json_t *
probes_json(const struct jpki_probe_report *report)
{
	json_t *all = json_array();
	char word[17];

	for (CK_ULONG i = 0; i < report->count; i++) {
		const struct jpki_probe *p = &report->probes[i];

		if (p->state == JPKI_PROBE_NOT_SENT)
			continue;
		(void)snprintf(word, sizeof word, "%04lX", p->sw);
		(void)json_array_append_new(all,
					    json_pack("{s:s, s:s, s:s?, s:I, s:I}", "name", p->name,
						      "facts", p->facts, "sw",
						      p->state == JPKI_PROBE_ANSWERED ? word : NULL,
						      "length", (json_int_t)p->length,
						      "microseconds", (json_int_t)p->microseconds));
	}
	return all;
}

char *
report_json(const struct card_report *report)
{
	json_t *json = json_pack("{s:s, s:s, s:b, s:b, s:b, s:b, s:{s:s, s:s, s:s}, s:o, s:o}",
				 "format", "jpki-pkcs11 card report 1", "program", PACKAGE_STRING,
				 "simulated", report->simulated, "pin", report->with_pin, "alone",
				 report->probes.alone == CK_TRUE, "incomplete", report->incomplete,
				 "reader", "name", report->reader, "pcscd", report->service,
				 "libccid", report->driver, "findings", findings_json(report),
				 "probes", probes_json(&report->probes));
	char *dump = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	char *text = dump ? text_made("%s\n", dump) : NULL;

	free(dump);
	json_decref(json);
	return text;
}
