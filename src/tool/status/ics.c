/* SPDX-License-Identifier: BSD-2-Clause */
/* status --ics: whole-day events, which are the same day in every calendar. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tool/status/status.h"
#include "tool/terminal/text.h"

static void
put_day(FILE *out, const char *name, struct day day)
{
	(void)fprintf(out, "%s;VALUE=DATE:%04d%02d%02d\r\n", name, day.year, day.month, day.day);
}

/*
 * A line's length is counted in bytes and may be 75 (RFC 5545, 3.1); longer ones go on in the
 * next one after a space, and never in the middle of a character.
 */
static void
put_summary(FILE *out, const char *text)
{
	size_t column = 8;

	(void)fputs("SUMMARY:", out);
	for (; *text; text++) {
		if (column >= 70 && ((unsigned char)*text & 0xC0) != 0x80) {
			(void)fputs("\r\n ", out);
			column = 1;
		}
		if (strchr(",;\\", *text)) {
			(void)fputc('\\', out);
			column++;
		}
		(void)fputc(*text, out);
		column++;
	}
	(void)fputs("\r\n", out);
}

/* `what` also tells the events of one certificate apart: a new file replaces the old events. */
static void
put_event(FILE *out, const struct holdings *holdings, const char *card, const char *what,
	  struct day day, const char *summary)
{
	time_t now = (time_t)holdings->now;
	struct tm tm;
	char stamp[32] = "";

	if (gmtime_r(&now, &tm))
		(void)strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm);
	(void)fprintf(out, "BEGIN:VEVENT\r\nUID:%s-%s@jpki-tool.invalid\r\nDTSTAMP:%s\r\n", card,
		      what, stamp);
	put_day(out, "DTSTART", day);
	put_day(out, "DTEND", day_next(day));
	put_summary(out, summary);
	(void)fputs("TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n", out);
}

static void
put_events(FILE *out, const struct holdings *holdings, const struct holding *holding, enum key key)
{
	const struct validity *v = &holding->validity[key];
	bool auth = key == KEY_AUTH;
	char card[SERIAL_LENGTH + 1 + sizeof v->id];

	if (!v->known)
		return;
	/* Phones may have one serial number; their certificates differ. */
	(void)snprintf(card, sizeof card, "%s%s%s", holding->reader->serial,
		       holding->shares_serial ? "-" : "", holding->shares_serial ? v->id : "");
	put_event(out, holdings, card, auth ? "auth-renewal" : "sign-renewal",
		  day_renewal_opens(day_at(v->to)),
		  auth ? _("My Number card: the user authentication certificate can be renewed "
			   "from today on")
		       : _("My Number card: the digital signature certificate can be renewed from "
			   "today on"));
	put_event(out, holdings, card, auth ? "auth-end" : "sign-end", day_at(v->to),
		  auth ? _("My Number card: last day of the user authentication certificate")
		       : _("My Number card: last day of the digital signature certificate"));
}

char *
status_ics(const struct holdings *holdings)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	(void)fputs("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//jpki-pkcs11//jpki-tool//EN\r\n",
		    out);
	for (size_t i = 0; i < holdings->count; i++)
		for (enum key key = KEY_AUTH; key < KEYS; key++)
			put_events(out, holdings, &holdings->items[i], key);
	(void)fputs("END:VCALENDAR\r\n", out);
	return fclose(out) == 0 ? text : NULL;
}
