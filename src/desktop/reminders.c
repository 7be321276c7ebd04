/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/reminders.h"

#include <stdlib.h>
#include <time.h>

#include "desktop/rows.h"
#include "tool/system/reminders.h"
#include "tool/terminal/text.h"

static AdwActionRow *row;
static GtkWidget *button;
static bool offers_off; /* what the button says */

/* What is done, and with which dates. */
static char *
kept_text(void)
{
	struct reminder kept[REMINDERS];
	const size_t count = reminders_read(kept);
	const char *rule = _("90, 30 and 7 days before. Only the dates are kept.");
	GString *days = g_string_new("");
	char *text, day[DAY_TEXT];

	for (size_t i = 0; i < count; i++) {
		day_format(kept[i].day, day);
		g_string_append_printf(days, "%s%s", i ? _(", ") : "", day);
	}
	text = count ? g_strdup_printf(_("%s %s"), rule, days->str) : g_strdup(rule);
	(void)g_string_free(days, TRUE);
	return text;
}

void
reminders_show(void)
{
	char *text = kept_text();
	const char *name;

	offers_off = reminders_are_on();
	name = offers_off ? _("Switch off") : _("Switch on");
	rows_say(row, MARK_NONE, text);
	g_free(text);
	gtk_button_set_label(GTK_BUTTON(button), name);
	rows_name(button, name);
}

bool
reminders_offer_off(void)
{
	return offers_off;
}

void
reminders_add(GtkBox *box)
{
	row = rows_add(rows_group(box, _("Reminders")), _("Remind me before a certificate ends"),
		       MARK_NONE, "");
	button = rows_button("", NULL, "win.reminders", NULL);
	rows_end_with(row, button);
	reminders_show();
}

/* ---- telling ---- */

/* Asks the desktop; false where it has nobody who shows such things. */
static bool
notify(const char *text)
{
	GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, NULL);
	GVariant *answer = NULL;

	if (bus)
		answer = g_dbus_connection_call_sync(
			bus, "org.freedesktop.Notifications", "/org/freedesktop/Notifications",
			"org.freedesktop.Notifications", "Notify",
			g_variant_new("(susssasa{sv}i)", "jpki-desktop", 0,
				      "invalid.jpki_pkcs11.Desktop", _("My Number card"), text,
				      NULL, NULL, -1),
			NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
	g_clear_object(&bus);
	if (!answer)
		return false;
	g_variant_unref(answer);
	return true;
}

/* For g_free. */
static char *
reminder_text(struct day end, int64_t left)
{
	char day[DAY_TEXT];

	day_format(end, day);
	if (!left)
		return g_strdup_printf(_("A certificate of your card ends today, %s. The municipal "
					 "office renews it."),
				       day);
	return g_strdup_printf(P_("A certificate of your card ends on %s, in %d day. The "
				  "municipal office renews it.",
				  "A certificate of your card ends on %s, in %d days. The "
				  "municipal office renews it.",
				  left),
			       day, (int)left);
}

/* What was told of the dates that are still kept: whoever shows it may take long. */
static bool
keep_told(const struct reminder *told, size_t count)
{
	struct reminder kept[REMINDERS];
	const size_t now = reminders_read(kept);

	for (size_t i = 0; i < now; i++)
		for (size_t j = 0; j < count; j++)
			if (day_count(kept[i].day, told[j].day) == 0)
				kept[i].told = told[j].told;
	return reminders_write(kept, now);
}

int
reminders_tell(void)
{
	struct reminder kept[REMINDERS];
	const size_t count = reminders_read(kept);
	bool told = false;

	for (size_t i = 0; i < count; i++) {
		const int64_t left = day_count(day_at(time(NULL)), kept[i].day);
		char *text;

		if (!reminder_due(left) || reminder_due(left) == kept[i].told)
			continue;
		text = reminder_text(kept[i].day, left);
		if (notify(text)) {
			kept[i].told = reminder_due(left);
			told = true;
		}
		g_free(text);
	}
	/* not where they were switched off meanwhile */
	return told && reminders_are_on() && !keep_told(kept, count) ? EXIT_FAILURE : EXIT_SUCCESS;
}
