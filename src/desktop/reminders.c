/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/reminders.h"

#include "desktop/rows.h"
#include "tool/system/child.h"
#include "tool/terminal/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TIMER "jpki-reminders.timer"
#define KEPT 16 /* dates */

/* A certificate's last day, and for how many days before it was told; 0: not yet. */
struct kept {
	struct day day;
	int told;
};

static AdwActionRow *row;

/* ---- the file ---- */

static char *
path_new(void)
{
	return g_build_filename(g_get_user_data_dir(), "jpki-pkcs11", "dates", NULL);
}

static bool
is_on(void)
{
	char *path = path_new();
	const bool there = g_file_test(path, G_FILE_TEST_IS_REGULAR);

	g_free(path);
	return there;
}

/* And past what follows it. */
static int
next_number(const char **at)
{
	char *end;
	const long number = strtol(*at, &end, 10);

	*at = *end ? end + 1 : end;
	return number >= 0 && number <= 9999 ? (int)number : 0;
}

/* Lines "2031-03-02 90"; what is none is left out. */
static size_t
read_dates(struct kept kept[KEPT])
{
	char *path = path_new(), *text = NULL, **lines;
	size_t count = 0;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		text = g_strdup("");
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line && count < KEPT; line++) {
		const char *at = *line;
		struct kept one;

		one.day.year = next_number(&at);
		one.day.month = next_number(&at);
		one.day.day = next_number(&at);
		one.told = next_number(&at);
		if (day_exists(one.day))
			kept[count++] = one;
	}
	g_strfreev(lines);
	g_free(text);
	g_free(path);
	return count;
}

static bool
write_dates(const struct kept kept[], size_t count)
{
	GString *text = g_string_new("");
	char *path = path_new(), *folder = g_path_get_dirname(path), day[DAY_TEXT];
	bool good;

	for (size_t i = 0; i < count; i++) {
		day_format(kept[i].day, day);
		g_string_append_printf(text, "%s %d\n", day, kept[i].told);
	}
	good = g_mkdir_with_parents(folder, 0700) == 0 &&
	       g_file_set_contents_full(path, text->str, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
					NULL);
	(void)g_string_free(text, TRUE);
	g_free(folder);
	g_free(path);
	return good;
}

static void
delete_dates(void)
{
	char *path = path_new();

	(void)unlink(path);
	g_free(path);
}

/* ---- what is kept ---- */

static void
show_kept(void)
{
	struct kept kept[KEPT];
	const size_t count = read_dates(kept);
	GString *text = g_string_new(_("90, 30 and 7 days before. Only the dates are kept."));
	char day[DAY_TEXT];

	for (size_t i = 0; i < count; i++) {
		day_format(kept[i].day, day);
		g_string_append_printf(text, " %s", day);
	}
	adw_action_row_set_subtitle(row, text->str);
	(void)g_string_free(text, TRUE);
}

static int
told_before(const struct kept kept[], size_t count, const char *day)
{
	char other[DAY_TEXT];

	for (size_t i = 0; i < count; i++) {
		day_format(kept[i].day, other);
		if (strcmp(day, other) == 0)
			return kept[i].told;
	}
	return 0;
}

void
reminders_keep(const struct look *look)
{
	struct kept old[KEPT], new[KEPT];
	const size_t had = read_dates(old);
	size_t count = 0;
	char day[DAY_TEXT];

	if (!is_on())
		return;
	for (size_t i = 0; i < look->count; i++)
		for (enum key key = KEY_AUTH; key < KEYS; key++) {
			const struct validity *v = &look->readers[i].tokens[key].validity;

			if (!v->known || count == KEPT)
				continue;
			day_format(day_at(v->to), day);
			new[count] = (struct kept){day_at(v->to), told_before(old, had, day)};
			count++;
		}
	if (count > 0)
		(void)write_dates(new, count);
	show_kept();
}

/* ---- on and off ---- */

static bool
tell_systemd(bool on)
{
	char enable[] = "enable", disable[] = "disable", said[256];
	char *arguments[] = {(char[]){"systemctl"}, (char[]){"--user"}, on ? enable : disable,
			     (char[]){"--now"},	    (char[]){TIMER},	NULL};

	if (child_run(arguments, said, sizeof said) == 0)
		return true;
	adw_action_row_set_subtitle(row, *said ? said : _("this system has no systemd"));
	return false;
}

static void
name_button(GtkWidget *button)
{
	const char *name = is_on() ? _("Switch off") : _("Switch on");

	gtk_button_set_label(GTK_BUTTON(button), name);
	rows_name(button, name);
}

/* Off, the dates are gone whatever systemd says. */
static void
on_press(GtkButton *button, void *unused)
{
	const bool on = !is_on();

	(void)unused;
	if (!on)
		delete_dates();
	if (tell_systemd(on) && (!on || write_dates(NULL, 0)))
		show_kept();
	if (is_on())
		(void)gtk_widget_activate_action(GTK_WIDGET(button), "win.look", NULL);
	name_button(GTK_WIDGET(button));
}

void
reminders_add(GtkBox *box)
{
	GtkWidget *button = rows_button("", NULL, NULL, NULL, NULL);

	name_button(button);
	row = rows_add(rows_group(box, _("Reminders")), _("Remind me before a certificate ends"),
		       MARK_NONE, "");
	g_signal_connect(button, "clicked", G_CALLBACK(on_press), NULL);
	rows_end_with(row, button);
	show_kept();
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

/* The nearest of 7, 30 and 90 days that has come; 0: none, or the certificate has ended. */
static int
due(int64_t days_left)
{
	static const int days[] = {7, 30, 90};

	for (size_t i = 0; days_left >= 0 && i < G_N_ELEMENTS(days); i++)
		if (days_left <= days[i])
			return days[i];
	return 0;
}

int
reminders_tell(void)
{
	struct kept kept[KEPT];
	const size_t count = read_dates(kept);
	bool told = false;

	for (size_t i = 0; i < count; i++) {
		const int64_t left = day_count(day_at(time(NULL)), kept[i].day);
		char day[DAY_TEXT], *text;

		if (!due(left) || due(left) == kept[i].told)
			continue;
		day_format(kept[i].day, day);
		text = g_strdup_printf(P_("A certificate of your card ends on %s, in %d day. The "
					  "municipal office renews it.",
					  "A certificate of your card ends on %s, in %d days. The "
					  "municipal office renews it.",
					  left),
				       day, (int)left);
		if (notify(text)) {
			kept[i].told = due(left);
			told = true;
		}
		g_free(text);
	}
	return told && !write_dates(kept, count) ? EXIT_FAILURE : EXIT_SUCCESS;
}
