/* SPDX-License-Identifier: BSD-2-Clause */
/* My certificates: what lies in the readers, and what can be done with it. */
#include "desktop/bar.h"
#include "desktop/pages.h"
#include "desktop/rows.h"
#include "tool/cards/words.h"
#include "tool/terminal/text.h"

static GtkBox *box;

GtkWidget *
certificates_new(void)
{
	GtkWidget *page = rows_page(&box);

	gtk_box_append(box, rows_paragraph(_("Looking at the readers ...")));
	return page;
}

static void
add_bar(AdwPreferencesGroup *group, const struct validity *validity, int64_t now)
{
	GtkWidget *bar;

	if (!validity->known || validity->standing == STANDING_ENDED)
		return;
	bar = bar_new(validity, now);
	gtk_widget_set_margin_top(bar, 6);
	adw_preferences_group_add(group, bar);
}

/* The words of the holders' own software in Japan. */
static void
add_buttons(AdwPreferencesGroup *group, const struct look_reader *reader, enum key key)
{
	static const struct {
		const char *label, *action;
	} buttons[] = {
		{N_("Show the certificate"), "win.certificate"},
		{N_("Check validity"), "win.validity"},
		{N_("Save a copy"), "win.export"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(buttons); i++) {
		GtkWidget *button = rows_button(_(buttons[i].label), reader->tokens[key].name,
						buttons[i].action, look_target(reader, key));

		gtk_widget_set_margin_top(button, 6);
		adw_preferences_group_add(group, button);
	}
}

/* Both keys side by side. */
static void
show_token(const struct look *look, const struct look_reader *reader, enum key key, GtkBox *both)
{
	const struct look_token *token = &reader->tokens[key];
	GtkBox *one = GTK_BOX(gtk_box_new(GTK_ORIENTATION_VERTICAL, 12));
	AdwPreferencesGroup *group = rows_fill(one, &token->sheet);

	gtk_box_append(both, GTK_WIDGET(one));
	if (!group || !token->is_there)
		return;
	add_bar(group, &token->validity, look->now);
	add_buttons(group, reader, key);
}

/* What it is, on one line: what is wrong with it has rows below. */
static void
show_name(const struct sheet *sheet)
{
	GString *text = g_string_new("");

	for (size_t i = 0; i < sheet->count; i++)
		g_string_append_printf(text, "%s%s: %s", i ? _(", ") : "", sheet->lines[i].label,
				       sheet->lines[i].text);
	gtk_box_append(box, rows_paragraph(text->str));
	(void)g_string_free(text, TRUE);
}

static void
show_reader(const struct look *look, const struct look_reader *reader)
{
	GtkBox *both;

	if (!reader->tokens[KEY_AUTH].sheet.count && !reader->tokens[KEY_SIGN].sheet.count) {
		(void)rows_fill(box, &reader->sheet);
		return;
	}
	show_name(&reader->sheet);
	both = GTK_BOX(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 24));
	gtk_box_set_homogeneous(both, TRUE);
	gtk_box_append(box, GTK_WIDGET(both));
	for (enum key key = KEY_AUTH; key < KEYS; key++)
		show_token(look, reader, key, both);
}

void
certificates_show(const struct look *look)
{
	rows_clear(box);
	for (size_t i = 0; i < look->count; i++)
		show_reader(look, &look->readers[i]);
	(void)rows_fill(box, &look->end);
}
