/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/reader/trace.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/memory.h"

#define LINES_MAX 1000
#define NAMES_MAX 128
#define LINE_MAX_LENGTH 512
#define SHOWN_MAX 24 /* bytes of a body that are written out */

struct trace {
	FILE *file;
	json_t *lines;	/* the last LINES_MAX */
	json_t *counts; /* by name */
	unsigned long total;
};

struct trace *
trace_new(void)
{
	struct trace *trace = sim_alloc(sizeof *trace);

	trace->lines = json_array();
	trace->counts = json_object();
	return trace;
}

void
trace_free(struct trace *trace)
{
	json_decref(trace->lines);
	json_decref(trace->counts);
	if (trace->file && trace->file != stderr)
		(void)fclose(trace->file);
	free(trace);
}

bool
trace_to_file(struct trace *trace, const char *path, char **error)
{
	trace->file = strcmp(path, "-") == 0 ? stderr : fopen(path, "ae");
	if (!trace->file)
		return sim_error_set(error, "cannot write the trace to %s: %s", path,
				     strerror(errno));
	if (trace->file != stderr)
		setvbuf(trace->file, NULL, _IOLBF, 0);
	return true;
}

static void
keep_line(struct trace *trace, const char *line)
{
	if (trace->file)
		(void)fprintf(trace->file, "%s\n", line);
	if (json_array_size(trace->lines) == LINES_MAX)
		json_array_remove(trace->lines, 0);
	json_array_append_new(trace->lines, json_string(line));
}

void
trace_note(struct trace *trace, unsigned int reader, const char *format, ...)
{
	char line[LINE_MAX_LENGTH];
	int start = snprintf(line, sizeof line, "%u  -- ", reader);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line + start, sizeof line - (size_t)start, format, args);
	va_end(args);
	keep_line(trace, line);
}

static void
count_name(struct trace *trace, const char *name)
{
	json_t *count = json_object_get(trace->counts, name);

	trace->total++;
	if (count)
		json_integer_set(count, json_integer_value(count) + 1);
	else if (json_object_size(trace->counts) < NAMES_MAX)
		json_object_set_new(trace->counts, name, json_integer(1));
}

/* A body as hexadecimal digits, or how much there was that is not shown. */
static void
print_body(FILE *line, const uint8_t *data, size_t len, bool show)
{
	size_t shown = len < SHOWN_MAX ? len : SHOWN_MAX;

	if (len == 0)
		return;
	if (!show) {
		(void)fprintf(line, " [%zu masked]", len);
		return;
	}
	(void)fputc(' ', line);
	for (size_t i = 0; i < shown; i++)
		(void)fprintf(line, "%02X", (unsigned int)data[i]);
	if (shown < len)
		(void)fputs("...", line);
}

static void
print_exchange(FILE *line, const struct sim_reading *reading, const uint8_t *response, size_t len)
{
	const struct sim_command *command = &reading->command;

	(void)fprintf(line, "> %-28s %02X %02X %02X %02X", reading->name,
		      (unsigned int)command->cla, (unsigned int)command->ins,
		      (unsigned int)command->p1, (unsigned int)command->p2);
	if (command->data_len > 0)
		(void)fprintf(line, " Lc=%zu", command->data_len);
	if (command->le > 0 && !command->extended)
		(void)fprintf(line, " Le=%zu", command->le);
	print_body(line, command->data, command->data_len, reading->show_command);
	(void)fprintf(line, "  < %02X%02X %zu", (unsigned int)response[len],
		      (unsigned int)response[len + 1], len);
	print_body(line, response, len, reading->show_response);
}

void
trace_exchange(struct trace *trace, unsigned int reader, const struct sim_reading *reading,
	       const uint8_t *response, size_t response_len)
{
	char text[LINE_MAX_LENGTH] = "";
	FILE *line = fmemopen(text, sizeof text, "w");

	count_name(trace, reading->name);
	if (!line)
		return;
	(void)fprintf(line, "%u  ", reader);
	print_exchange(line, reading, response, response_len - 2);
	(void)fclose(line);
	keep_line(trace, text);
}

json_t *
trace_counts(const struct trace *trace)
{
	return json_pack("{s:I, s:o}", "total", (json_int_t)trace->total, "by_name",
			 json_deep_copy(trace->counts));
}

unsigned long
trace_total(const struct trace *trace)
{
	return trace->total;
}

void
trace_reset_counts(struct trace *trace)
{
	trace->total = 0;
	json_object_clear(trace->counts);
}

json_t *
trace_take_lines(struct trace *trace)
{
	json_t *lines = json_copy(trace->lines);

	json_array_clear(trace->lines);
	return lines;
}
