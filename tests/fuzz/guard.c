/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fuzz/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIN_BYTES 64

enum { INS_VERIFY = 0x20, INS_CHANGE = 0x24, INS_SELECT = 0xa4, INS_READ = 0xb0 };

static const uint8_t jpki[] = {0xd3, 0x92, 0xf0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};

/* All PINs typed since the last logout, each once. */
struct typed {
	size_t count;
	struct pin {
		size_t len;
		uint8_t bytes[PIN_BYTES];
	} *pins;
};

static struct watched {
	struct typed typed[GUARD_KEYS];
	unsigned int verifies[GUARD_KEYS]; /* in this call of the program */
	bool in_transaction;
	bool first_command;
	bool jpki_selected; /* in this transaction */
	bool exposed;	    /* a PIN was presented and the card not logged out since */
	bool logout_first;
	unsigned int file; /* selected last, 0: unknown */
} readers[GUARD_READERS];

void
guard_fail(const char *what)
{
	(void)fprintf(stderr, "broken promise: %s\n", what);
	abort();
}

void
guard_start(void)
{
	for (size_t i = 0; i < GUARD_READERS; i++)
		for (int k = 0; k < GUARD_KEYS; k++)
			guard_logged_out(i, k);
	memset(readers, 0, sizeof readers);
}

void
guard_call(void)
{
	for (size_t i = 0; i < GUARD_READERS; i++) {
		if (readers[i].in_transaction)
			guard_fail("a transaction outlasts the call that began it");
		memset(readers[i].verifies, 0, sizeof readers[i].verifies);
	}
}

/* Full-width forms and small letters as the card wants them (design.md's rule, in own words). */
static size_t
plain(const uint8_t *typed, size_t len, uint8_t out[PIN_BYTES])
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < PIN_BYTES; i++) {
		unsigned int c = typed[i];

		if (c == 0xef && len - i >= 3 && typed[i + 1] == 0xbc && typed[i + 2] >= 0x81 &&
		    typed[i + 2] <= 0xbf) {
			c = typed[i + 2] - 0x81U + '!';
			i += 2;
		} else if (c == 0xef && len - i >= 3 && typed[i + 1] == 0xbd &&
			   typed[i + 2] >= 0x80 && typed[i + 2] <= 0x9e) {
			c = typed[i + 2] - 0x80U + '`';
			i += 2;
		}
		out[n++] = (uint8_t)(c >= 'a' && c <= 'z' ? c - 32 : c);
	}
	return n;
}

static bool
was_typed(const struct typed *t, const uint8_t *pin, size_t len)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->pins[i].len == len && memcmp(t->pins[i].bytes, pin, len) == 0)
			return true;
	return false;
}

void
guard_typed(size_t reader, int key, const uint8_t *pin, size_t len)
{
	struct typed *t = &readers[reader].typed[key];
	struct pin new, *pins;

	new.len = plain(pin, len, new.bytes);
	if (was_typed(t, new.bytes, new.len))
		return;
	pins = realloc(t->pins, (t->count + 1) * sizeof *pins);
	if (!pins)
		guard_fail("no memory for the guard");
	pins[t->count] = new;
	t->pins = pins;
	t->count++;
}

void
guard_logged_out(size_t reader, int key)
{
	struct typed *t = &readers[reader].typed[key];

	free(t->pins);
	*t = (struct typed){0};
}

void
guard_new_card(size_t reader)
{
	struct watched *w = &readers[reader];

	for (int k = 0; k < GUARD_KEYS; k++)
		guard_logged_out(reader, k);
	w->exposed = false;
	w->logout_first = true;
	w->jpki_selected = false;
	w->file = 0;
}

void
guard_may_be_open(size_t reader)
{
	readers[reader].logout_first = true;
}

void
guard_begin(size_t reader)
{
	struct watched *w = &readers[reader];

	if (w->in_transaction)
		guard_fail("a transaction inside a transaction");
	w->in_transaction = w->first_command = true;
	w->exposed =
		false; /* what an earlier one left open is to be logged out first: logout_first */
	w->jpki_selected = false;
}

/*
 * A short command: header, Lc and data, Le, and nothing else (ISO 7816-4 5.1). Only reading is
 * tried with an extended Le too.
 */
static void
check_form(const uint8_t *command, size_t len)
{
	const bool extended_read = len == 7 && command[1] == INS_READ && command[4] == 0;
	const bool no_data = len == 4 || len == 5 || extended_read;

	if (len < 4 || len > 261)
		guard_fail("a command of an impossible length");
	if (!no_data && (command[4] == 0 || (len != 5U + command[4] && len != 6U + command[4])))
		guard_fail("a command whose Lc is not the length of its data");
	if (command[1] == INS_VERIFY && len == 5)
		guard_fail("a query of the tries with a fifth byte");
}

static int
key_of_pin_file(unsigned int file)
{
	return file == 0x18 ? 0 : file == 0x1b ? 1 : -1;
}

static void
check_verify(struct watched *w, const uint8_t *command, size_t len)
{
	const unsigned int file = command[3] == 0x80 ? w->file : command[3] & 0x1fU;
	const int key = key_of_pin_file(file);

	if (!w->jpki_selected)
		guard_fail("a PIN presented to what need not be the JPKI application");
	if (key < 0)
		guard_fail("a PIN presented to something else than a PIN");
	if (!was_typed(&w->typed[key], command + 5, len - 5))
		guard_fail("a PIN presented that was not typed for this key of this card");
	if (++w->verifies[key] > 1)
		guard_fail("a PIN presented twice in one call");
	w->exposed = true;
}

static bool
is_application(const uint8_t *command, size_t len, bool *is_jpki)
{
	*is_jpki = len >= 5 + sizeof jpki && memcmp(command + 5, jpki, sizeof jpki) == 0;
	return command[1] == INS_SELECT && command[2] == 0x04;
}

static void
note_selection(struct watched *w, const uint8_t *command, size_t len, bool ok)
{
	bool is_jpki;

	if (is_application(command, len, &is_jpki)) {
		w->file = 0;
		w->jpki_selected = is_jpki && ok;
		if (!is_jpki && ok)
			w->exposed = false;
	} else if (command[1] == INS_SELECT) {
		w->file = ok && len == 7 ? (unsigned int)command[5] << 8 | command[6] : 0;
	} else if (command[1] == INS_READ && (command[2] & 0x80)) {
		w->file = ok ? command[2] & 0x1fU : 0;
	}
}

void
guard_exchange(size_t reader, const uint8_t *command, size_t len, const uint8_t *response,
	       size_t response_len)
{
	struct watched *w = &readers[reader];
	const bool ok = response && response_len >= 2 && response[response_len - 2] == 0x90 &&
			response[response_len - 1] == 0x00;
	bool is_jpki;

	if (!w->in_transaction)
		guard_fail("an exchange outside a transaction");
	check_form(command, len);
	if (w->first_command && w->logout_first &&
	    (!is_application(command, len, &is_jpki) || is_jpki))
		guard_fail("a card that may be open is not logged out first");
	w->first_command = w->logout_first = false;
	if (command[1] == INS_VERIFY && len > 5)
		check_verify(w, command, len);
	if (command[1] == INS_CHANGE && len > 5 && !w->jpki_selected)
		guard_fail("a new PIN presented to what need not be the JPKI application");
	if (command[1] == INS_CHANGE && len > 5 &&
	    !was_typed(&w->typed[key_of_pin_file(w->file) == 1], command + 5, len - 5))
		guard_fail("a new PIN that was not typed");
	note_selection(w, command, len, ok);
}

void
guard_end(size_t reader, bool power_off, bool done)
{
	struct watched *w = &readers[reader];

	if (w->exposed && !power_off)
		guard_fail("the card is left open at the end of a transaction");
	if (power_off && done)
		w->exposed = w->logout_first = false;
	if (done)
		w->in_transaction = false;
}

void
guard_lost(size_t reader)
{
	struct watched *w = &readers[reader];

	w->logout_first |= w->exposed;
	w->in_transaction = false;
}
