/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/store/like.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/error.h"
#include "sim/base/memory.h"

#define FORMAT "jpki-pkcs11 card report 1"
#define LARGEST 262144 /* bytes; a report has some twenty thousand */
#define FINDINGS_MAX 200
#define WORD_MAX 256

/* ---- the file ---- */

static json_t *
load(const char *path, char **error)
{
	struct stat about;
	json_error_t mistake;
	json_t *report = NULL;
	size_t len = 0;
	FILE *file;
	char *text;

	/* A pipe may have nobody at its other end for ever. */
	if (stat(path, &about) == 0 && !S_ISREG(about.st_mode)) {
		sim_error_set(error, "%s is no ordinary file", path);
		return NULL;
	}
	file = fopen(path, "re");
	text = sim_alloc(LARGEST + 1);
	if (file)
		len = fread(text, 1, LARGEST + 1, file);
	if (!file || ferror(file))
		sim_error_set(error, "cannot read %s: %s", path, strerror(errno));
	else if (len > LARGEST)
		sim_error_set(error, "%s is no report: it has more than %d bytes", path, LARGEST);
	else {
		report = json_loadb(text, len, JSON_REJECT_DUPLICATES, &mistake);
		if (!report)
			sim_error_set(error, "%s is no report: line %d %s", path, mistake.line,
				      json_error_code(&mistake) == json_error_numeric_overflow
					      ? "has a number that is too large"
					      : "is not JSON");
	}
	if (file)
		(void)fclose(file);
	free(text);
	return report;
}

/* What is short, printable and plain, so that it can be said on a terminal. */
static bool
is_word(const json_t *value)
{
	const char *text = json_string_value(value);
	const size_t len = text ? json_string_length(value) : 0;

	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return len > 0 && len <= WORD_MAX;
}

/* A list of { "name", "value" }, each name once, the value a word or null. */
static bool
check(const char *path, const json_t *report, char **error)
{
	const json_t *findings = json_object_get(report, "findings");
	const char *format = json_string_value(json_object_get(report, "format"));
	const json_t *one;
	json_t *seen = json_object();
	bool ok = true;
	size_t i;

	if (!format || strcmp(format, FORMAT) != 0)
		ok = sim_error_set(error, "%s is no report: its format is not \"%s\"", path,
				   FORMAT);
	else if (!json_is_array(findings) || json_array_size(findings) > FINDINGS_MAX)
		ok = sim_error_set(error, "%s is no report: it has no list of up to %d findings",
				   path, FINDINGS_MAX);
	json_array_foreach(findings, i, one)
	{
		const json_t *name = json_object_get(one, "name");
		const json_t *value = json_object_get(one, "value");

		if (ok && (!is_word(name) || (!is_word(value) && !json_is_null(value)) ||
			   json_object_get(seen, json_string_value(name)) ||
			   json_object_set_new(seen, json_string_value(name), json_true()) != 0))
			ok = sim_error_set(error, "%s is no report: finding %zu is unsound", path,
					   i + 1);
	}
	json_decref(seen);
	return ok;
}

/* A checked report's word on something; NULL: not told. */
static const char *
told(const json_t *report, const char *name)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(report, "findings"), i, one)
	{
		if (strcmp(json_string_value(json_object_get(one, "name")), name) == 0)
			return json_string_value(json_object_get(one, "value"));
	}
	return NULL;
}

/* ---- the card ---- */

static void
note(FILE *notes, const char *name, const char *value, const char *instead)
{
	if (value)
		(void)fprintf(notes, "%s: no simulated card does \"%s\"; it is %s\n", name, value,
			      instead);
	else
		(void)fprintf(notes, "%s: not told; it is %s\n", name, instead);
}

static void
take_switches(const json_t *report, struct sim_like *like, FILE *notes)
{
	struct sim_switches tried = {0}, plain = {0};
	char text[SIM_SWITCH_TEXT];
	char *why = NULL;
	size_t n = 0;

	for (int i = 0; i < SIM_SWITCH_COUNT; i++) {
		const char *name = sim_switch_table[i].name;
		const char *value = told(report, name);

		if (value && sim_switches_set(&tried, name, value, &why)) {
			like->pairs[n++] = sim_text("%s=%s", name, value);
			continue;
		}
		sim_switches_get_text(&plain, (enum sim_switch)i, text);
		note(notes, name, value, text);
	}
	free(why);
}

/* Whose card is of that kind, or has such certificates. */
static void
take_person(const json_t *report, struct sim_like *like, FILE *notes)
{
	static const struct {
		const char *fact, *value, *person, *certificates;
	} rows[] = {
		{"kind", "phone", "phone", "both"},
		{"kind", "iphone", "iphone", "both"},
		{"certificates", "both", "adult", "both"},
		{"certificates", "auth", "child", "auth"},
		{"certificates", "none", "opted-out", "none"},
	};
	const char *kind = told(report, "kind"), *certificates = told(report, "certificates");
	const char *has = "both";

	for (size_t i = 0; i < sizeof rows / sizeof rows[0] && !like->person; i++) {
		const char *value = told(report, rows[i].fact);

		if (value && strcmp(value, rows[i].value) == 0) {
			like->person = rows[i].person;
			has = rows[i].certificates;
		}
	}
	if (!like->person)
		like->person = "adult";
	if (!kind || (strcmp(kind, "card") != 0 && strcmp(kind, like->person) != 0))
		note(notes, "kind", kind, "card");
	if (!certificates || strcmp(certificates, has) != 0)
		note(notes, "certificates", certificates, has);
}

static void
take_locked(const json_t *report, struct sim_like *like, FILE *notes)
{
	static const char *const names[] = {"none", "auth", "sign", "both"};
	const char *value = told(report, "pins-locked");

	for (unsigned int i = 0; value && i < 4; i++)
		if (strcmp(value, names[i]) == 0) {
			like->locked = i;
			return;
		}
	note(notes, "pins-locked", value, names[0]);
}

static bool
is_taken(const char *name)
{
	static const char *const names[] = {"kind", "certificates", "pins-locked"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	for (int i = 0; i < SIM_SWITCH_COUNT; i++)
		if (strcmp(sim_switch_table[i].name, name) == 0)
			return true;
	return false;
}

/* The first of the values that are expected is what a simulated card does. */
static bool
is_first(const char *expected, const char *value)
{
	const size_t len = strlen(value);

	return expected && strncmp(expected, value, len) == 0 &&
	       (expected[len] == '|' || expected[len] == '\0');
}

/* Another one comes with what was taken over. */
static bool
is_implied(const json_t *report, const char *name, const char *value)
{
	static const struct {
		const char *name, *value, *by, *told;
	} rows[] = {
		{"label", "JPKIAPGPSETOKEN", "kind", "phone"},
		{"label", "JPKIAPIOSTOKEN", "kind", "iphone"},
		{"availability", "008F00", "certificates", "auth"},
		{"availability", "000000", "certificates", "none"},
		{"pss-signature", "6A86", "pss", "off"},
		{"other-signatures", "none", "pss", "off"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *by = told(report, rows[i].by);

		if (strcmp(rows[i].name, name) == 0 && strcmp(rows[i].value, value) == 0)
			return by && strcmp(by, rows[i].told) == 0;
	}
	return false;
}

/* Whether a finding is what a simulated card does anyway: of what is not as expected nothing is,
 * whatever the report calls expected. */
static bool
is_done_anyway(const json_t *report, const json_t *finding)
{
	const char *name = json_string_value(json_object_get(finding, "name"));
	const char *value = json_string_value(json_object_get(finding, "value"));
	const char *expected = json_string_value(json_object_get(finding, "expected"));
	const char *verdict = json_string_value(json_object_get(finding, "verdict"));

	return verdict && strcmp(verdict, "as-expected") == 0 &&
	       (is_first(expected, value) || is_implied(report, name, value));
}

/* What ends a login and is no switch: what a simulated card does (section 4 of the facts on the
 * card) is said where the report does not tell. */
static const char *
login_by_default(const char *name)
{
	static const char *const rows[][2] = {{"login-after-file", "kept"},
					      {"login-after-select", "kept"},
					      {"login-after-isd", "dropped"}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i][0], name) == 0)
			return rows[i][1];
	return NULL;
}

/* Whatever no part of the card was made of, and it does not do anyway. */
static void
note_rest(const json_t *report, FILE *notes)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(report, "findings"), i, one)
	{
		const char *name = json_string_value(json_object_get(one, "name"));
		const char *value = json_string_value(json_object_get(one, "value"));

		if (!value && login_by_default(name))
			note(notes, name, value, login_by_default(name));
		if (value && !is_taken(name) && !is_done_anyway(report, one))
			(void)fprintf(notes, "%s: \"%s\" is not taken over\n", name, value);
	}
}

bool
sim_like_read(const char *path, struct sim_like *like, char **error)
{
	json_t *report = load(path, error);
	bool ok = report && check(path, report, error);
	size_t size = 0;
	FILE *notes;

	*like = (struct sim_like){.person = NULL};
	notes = ok ? open_memstream(&like->notes, &size) : NULL;
	if (notes) {
		take_person(report, like, notes);
		take_locked(report, like, notes);
		take_switches(report, like, notes);
		note_rest(report, notes);
	}
	if (ok && (!notes || fclose(notes) != 0)) {
		ok = sim_error_set(error, "out of memory");
		sim_like_free(like);
	}
	json_decref(report);
	return ok;
}

void
sim_like_free(struct sim_like *like)
{
	for (size_t i = 0; like->pairs[i]; i++)
		free(like->pairs[i]);
	free(like->notes);
	*like = (struct sim_like){.person = NULL};
}
