/* SPDX-License-Identifier: BSD-2-Clause */
/* Help: what the tool has, topic by topic, and what doctor finds. */
#include "desktop/pages.h"
#include "desktop/reminders.h"
#include "desktop/rows.h"
#include "tool/commands/commands.h"
#include "tool/terminal/text.h"

static void
add_line(GtkBox *box, const struct line *line)
{
	char *both;

	if (line->kind == LINE_TEXT)
		gtk_box_append(box, rows_paragraph(line->text));
	if (line->kind != LINE_ROW)
		return;
	both = g_strdup_printf("%s %s", line->label, line->text);
	gtk_box_append(box, rows_paragraph(both));
	g_free(both);
}

static void
add_topic(AdwPreferencesGroup *group, const char *name)
{
	const struct options options = {.pin_fd = -1};
	char *topic = g_strdup(name), *arguments[] = {topic, NULL};
	GtkWidget *row = adw_expander_row_new();
	GtkBox *box = GTK_BOX(gtk_box_new(GTK_ORIENTATION_VERTICAL, 12));
	struct sheet sheet = {0};

	sheet_collect(&sheet);
	(void)help_run(&options, arguments);
	sheet_collect(NULL);
	for (size_t i = 0; i < sheet.count; i++)
		if (sheet.lines[i].kind == LINE_HEADING)
			adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row),
						      sheet.lines[i].text);
		else
			add_line(box, &sheet.lines[i]);
	gtk_widget_set_margin_top(GTK_WIDGET(box), 12);
	gtk_widget_set_margin_bottom(GTK_WIDGET(box), 12);
	gtk_widget_set_margin_start(GTK_WIDGET(box), 12);
	gtk_widget_set_margin_end(GTK_WIDGET(box), 12);
	adw_expander_row_add_row(ADW_EXPANDER_ROW(row), GTK_WIDGET(box));
	adw_preferences_group_add(group, row);
	sheet_free(&sheet);
	g_free(topic);
}

GtkWidget *
help_new(void)
{
	GtkBox *box;
	GtkWidget *page = rows_page(&box);
	AdwPreferencesGroup *group = rows_group(box, _("What to do"));
	const char *name;

	for (size_t i = 0; (name = help_choice(i)); i++)
		add_topic(group, name);
	group = rows_group(box, _("It does not work"));
	rows_end_with(rows_add(group, _("Why does it not work?"), MARK_NONE,
			       _("Looks at readers, cards and programs, and changes nothing.")),
		      rows_button(_("Look for the cause"), NULL, "win.doctor", NULL));
	reminders_add(box);
	gtk_box_append(box, rows_paragraph(_("Not made or endorsed by J-LIS or the Digital "
					     "Agency.")));
	return page;
}
