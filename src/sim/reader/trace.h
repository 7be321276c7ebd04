/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_READER_TRACE_H
#define JPKI_SIM_READER_TRACE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/card/reading.h"

/*
 * What is exchanged with the cards: named, counted, and written as one masked line each.
 *
 *     Reader 0  > VERIFY auth PIN            00 20 00 98 Lc=4 [4 masked]  < 9000  0 bytes
 *
 * Never in a line: what VERIFY and CHANGE carry, and what is read from the signing certificate.
 * Masking is the rule and showing the exception: only commands and files known to be harmless
 * are shown, so a command nobody thought of shows nothing.
 */

struct trace;

struct trace *trace_new(void);
void trace_free(struct trace *trace);

/* Also writes each line to a file ("-": standard error). To be called once. */
bool trace_to_file(struct trace *trace, const char *path, char **error);

/* Counts and writes one exchange: a command that was read, and the card's response to it. */
void trace_exchange(struct trace *trace, unsigned int reader, const struct sim_reading *reading,
		    const uint8_t *response, size_t response_len);

/* A remark between the exchanges: power, insertion, a fault that struck. */
void trace_note(struct trace *trace, unsigned int reader, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Exchanges so far: {"total": n, "by_name": {name: n}}. A new reference. */
json_t *trace_counts(const struct trace *trace);
unsigned long trace_total(const struct trace *trace);
void trace_reset_counts(struct trace *trace);

/* The last lines (at most 1000), oldest first, and forgets them. A new reference to an array. */
json_t *trace_take_lines(struct trace *trace);

#endif
