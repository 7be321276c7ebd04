/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/rows.h"

#include <string.h>

#include "tool/terminal/text.h"

#define MARGIN 12
#define PLACE "place" /* of what may have the keyboard: what it is called */

/* ---- words ---- */

/* Longer ones first. */
static const struct {
	const char *command;
	const char *here;
} names[] = {
	{"jpki-tool help locked", N_("A PIN is locked")},
	{"jpki-tool help forgotten", N_("You do not remember a PIN")},
	{"jpki-tool help expired", N_("A certificate has ended or ends soon")},
	{"jpki-tool pin change auth", N_("Change a PIN")},
	{"jpki-tool pin change sign", N_("Change a PIN")},
	{"jpki-tool pin help", N_("Change a PIN")},
	{"jpki-tool status --pin", N_("Show the certificate")},
	{"jpki-tool status", N_("My certificates")},
	{"jpki-tool doctor", N_("It does not work")},
	{"systemctl --user enable --now", N_("Switch on")},
	{"systemctl --user enable", N_("Switch on")},
	{"systemctl --user disable --now", N_("Switch off")},
	{"systemctl --user disable", N_("Switch off")},
	{"--enclosed", N_("the switch \"Put the file itself into the signature (FILE.p7m)\"")},
	{"--content", N_("\"The file that was signed\"")},
	{"--force", N_("the switch \"Overwrite a file that is there already\"")},
};

/* Japanese has blanks beside a command, but none beside words of its own. */
static void
close_up(GString *words)
{
	for (gsize i = 1; i + 1 < words->len; i++)
		if (words->str[i] == ' ' && (words->str[i - 1] & 0x80) &&
		    (words->str[i + 1] & 0x80))
			(void)g_string_erase(words, (gssize)i, 1);
}

const char *
rows_words(const char *text)
{
	GString *words = g_string_new(text);
	const char *known = text;
	unsigned changed = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		changed += g_string_replace(words, names[i].command, gettext(names[i].here), 0);
	if (changed) {
		close_up(words);
		known = g_intern_string(words->str);
	}
	(void)g_string_free(words, TRUE);
	return known;
}

/* One of these is a thing of the window's; of any other no word is changed. */
static const char *
command_words(const char *command)
{
	size_t i = 0;

	while (i < G_N_ELEMENTS(names) && strcmp(names[i].command, command) != 0)
		i++;
	return i < G_N_ELEMENTS(names) ? gettext(names[i].here) : command;
}

/* ---- windows and pages ---- */

static GtkBox *
new_box(void)
{
	GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, MARGIN);

	gtk_widget_set_margin_top(box, MARGIN);
	gtk_widget_set_margin_bottom(box, MARGIN);
	gtk_widget_set_margin_start(box, MARGIN);
	gtk_widget_set_margin_end(box, MARGIN);
	return GTK_BOX(box);
}

GtkWidget *
rows_page(GtkBox **box)
{
	GtkWidget *scrolled = gtk_scrolled_window_new(), *clamp = adw_clamp_new();

	*box = new_box();
	adw_clamp_set_maximum_size(ADW_CLAMP(clamp), 960);
	adw_clamp_set_child(ADW_CLAMP(clamp), GTK_WIDGET(*box));
	gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER,
				       GTK_POLICY_AUTOMATIC);
	gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), clamp);
	gtk_widget_set_vexpand(scrolled, TRUE);
	return scrolled;
}

#define SCROLLED 380 /* leaves room for the rest of a dialog on a screen of 600 */

GtkBox *
rows_scrolled(GtkBox *box)
{
	GtkBox *inner;
	GtkScrolledWindow *page = GTK_SCROLLED_WINDOW(rows_page(&inner));

	/* the dialog has margins of its own, which what stands below it begins at */
	gtk_widget_set_margin_start(GTK_WIDGET(inner), 0);
	gtk_widget_set_margin_end(GTK_WIDGET(inner), 0);
	gtk_scrolled_window_set_propagate_natural_height(page, TRUE);
	gtk_scrolled_window_set_max_content_height(page, SCROLLED);
	gtk_box_append(box, GTK_WIDGET(page));
	return inner;
}

/* What is on the screen of what scrolls below a widget. */
static GtkWidget *
find_scrolled(GtkWidget *widget)
{
	GtkWidget *child = gtk_widget_get_first_child(widget), *found = NULL;

	if (!gtk_widget_get_mapped(widget))
		return NULL;
	if (GTK_IS_SCROLLED_WINDOW(widget))
		return widget;
	for (; child && !found; child = gtk_widget_get_next_sibling(child))
		found = find_scrolled(child);
	return found;
}

/* An entry has its own Home and End. */
static gboolean
scroll(GtkWidget *window, GVariant *parameter, void *nothing)
{
	const GtkScrollType how = (GtkScrollType)g_variant_get_int32(parameter);
	const bool is_to_end = how == GTK_SCROLL_START || how == GTK_SCROLL_END;
	GtkWidget *scrolled = find_scrolled(window);
	gboolean is_done;

	(void)nothing;
	if (!scrolled || (is_to_end && GTK_IS_EDITABLE(gtk_window_get_focus(GTK_WINDOW(window)))))
		return FALSE;
	g_signal_emit_by_name(scrolled, "scroll-child", how, FALSE, &is_done);
	return TRUE;
}

void
rows_scroll_by_key(GtkWindow *window)
{
	static const struct {
		const char *keys;
		GtkScrollType how;
	} ways[] = {
		{"Page_Up|KP_Page_Up", GTK_SCROLL_PAGE_UP},
		{"Page_Down|KP_Page_Down", GTK_SCROLL_PAGE_DOWN},
		{"<Control>Home|<Control>KP_Home", GTK_SCROLL_START},
		{"<Control>End|<Control>KP_End", GTK_SCROLL_END},
	};
	GtkEventController *keys = gtk_shortcut_controller_new();

	gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
	for (size_t i = 0; i < G_N_ELEMENTS(ways); i++)
		gtk_shortcut_controller_add_shortcut(
			GTK_SHORTCUT_CONTROLLER(keys),
			gtk_shortcut_new_with_arguments(
				gtk_shortcut_trigger_parse_string(ways[i].keys),
				gtk_callback_action_new(scroll, NULL, NULL), "i",
				(gint32)ways[i].how));
	gtk_widget_add_controller(GTK_WIDGET(window), keys);
}

static gboolean
close_window(GtkWidget *widget, GVariant *unused, void *nothing)
{
	(void)unused;
	(void)nothing;
	gtk_window_destroy(GTK_WINDOW(widget));
	return TRUE;
}

/* The application's keys are the main window's, which a dialog keeps from the keyboard. */
static gboolean
close_parent(GtkWidget *widget, GVariant *unused, void *nothing)
{
	(void)unused;
	(void)nothing;
	gtk_window_close(gtk_window_get_transient_for(GTK_WINDOW(widget)));
	return TRUE;
}

static void
add_keys(GtkWidget *window)
{
	GtkEventController *keys = gtk_shortcut_controller_new();
	static const struct {
		guint key;
		GdkModifierType modifiers;
		GtkShortcutFunc call;
	} rows[] = {
		{GDK_KEY_Escape, 0, close_window},
		{GDK_KEY_q, GDK_CONTROL_MASK, close_parent},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		gtk_shortcut_controller_add_shortcut(
			GTK_SHORTCUT_CONTROLLER(keys),
			gtk_shortcut_new(gtk_keyval_trigger_new(rows[i].key, rows[i].modifiers),
					 gtk_callback_action_new(rows[i].call, NULL, NULL)));
	gtk_widget_add_controller(window, keys);
}

/* Its own title would be cut where there is no room. */
static GtkWidget *
new_header(const char *title)
{
	GtkWidget *header = adw_header_bar_new(), *label = rows_heading(title);

	gtk_label_set_justify(GTK_LABEL(label), GTK_JUSTIFY_CENTER);
	gtk_label_set_natural_wrap_mode(GTK_LABEL(label), GTK_NATURAL_WRAP_NONE);
	adw_header_bar_set_title_widget(ADW_HEADER_BAR(header), label);
	return header;
}

GtkWindow *
rows_window(GtkWindow *parent, const char *title, int width, GtkBox **box)
{
	GtkWidget *window =
		g_object_new(ADW_TYPE_WINDOW, "accessible-role", GTK_ACCESSIBLE_ROLE_DIALOG, NULL);
	GtkWidget *whole = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

	*box = new_box();
	add_keys(window);
	rows_scroll_by_key(GTK_WINDOW(window));
	gtk_window_set_title(GTK_WINDOW(window), title);
	gtk_window_set_transient_for(GTK_WINDOW(window), parent);
	gtk_window_set_modal(GTK_WINDOW(window), TRUE);
	gtk_window_set_default_size(GTK_WINDOW(window), width, -1);
	gtk_box_append(GTK_BOX(whole), new_header(title));
	gtk_box_append(GTK_BOX(whole), GTK_WIDGET(*box));
	adw_window_set_content(ADW_WINDOW(window), whole);
	return GTK_WINDOW(window);
}

void
rows_clear(GtkBox *box)
{
	GtkWidget *child;

	while ((child = gtk_widget_get_first_child(GTK_WIDGET(box))))
		gtk_box_remove(box, child);
}

/* ---- where the keyboard is ---- */

char *
rows_place(GtkWindow *window)
{
	GtkWidget *focus = gtk_window_get_focus(window);

	return focus ? g_strdup(g_object_get_data(G_OBJECT(focus), PLACE)) : NULL;
}

static GtkWidget *
find_place(GtkWidget *widget, const char *place)
{
	GtkWidget *child = gtk_widget_get_first_child(widget), *found = NULL;

	if (g_strcmp0(g_object_get_data(G_OBJECT(widget), PLACE), place) == 0)
		return widget;
	for (; child && !found; child = gtk_widget_get_next_sibling(child))
		found = find_place(child, place);
	return found;
}

bool
rows_return(GtkWindow *window, const char *place)
{
	GtkWidget *widget = find_place(GTK_WIDGET(window), place);

	if (!widget || !gtk_widget_get_mapped(widget) || !gtk_widget_is_sensitive(widget))
		return false;
	gtk_window_set_focus(window, widget); /* a row gives it to its button */
	return true;
}

/* ---- what stands in them ---- */

GtkWidget *
rows_paragraph(const char *text)
{
	GtkWidget *label = gtk_label_new(text);

	gtk_label_set_wrap(GTK_LABEL(label), TRUE);
	gtk_label_set_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
	gtk_label_set_xalign(GTK_LABEL(label), 0);
	return label;
}

GtkWidget *
rows_heading(const char *text)
{
	GtkWidget *label = rows_paragraph(text);

	gtk_widget_add_css_class(label, "heading");
	return label;
}

/* Titles of libadwaita's are cut where there is no room. */
AdwPreferencesGroup *
rows_group(GtkBox *box, const char *title)
{
	AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP(adw_preferences_group_new());

	if (*title) {
		gtk_box_append(box, rows_heading(title));
		gtk_accessible_update_property(GTK_ACCESSIBLE(group), GTK_ACCESSIBLE_PROPERTY_LABEL,
					       title, -1);
	}
	gtk_box_append(box, GTK_WIDGET(group));
	return group;
}

/* Newer GTK reads out in its place what a widget is labelled by: its own label. */
void
rows_name(GtkWidget *widget, const char *name)
{
	gtk_accessible_reset_relation(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
	gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
				       -1);
}

/* The mark's word beside its colour: not everybody sees that. */
static GtkWidget *
mark_label(enum mark mark)
{
	static const char *const classes[] = {"", "success", "warning", "error"};
	GtkWidget *label = gtk_label_new(mark_text(mark));

	gtk_widget_add_css_class(label, classes[mark]);
	return label;
}

void
rows_say(AdwActionRow *row, enum mark mark, const char *text)
{
	char *all = g_strdup_printf(mark == MARK_NONE ? "%s" : "%s %s", text, mark_text(mark));

	adw_action_row_set_subtitle(row, text);
	gtk_accessible_update_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
				       all, -1);
	g_free(all);
}

/* What has no label is its own: a row without one would have no name. */
AdwActionRow *
rows_add(AdwPreferencesGroup *group, const char *label, enum mark mark, const char *text)
{
	AdwActionRow *row = ADW_ACTION_ROW(adw_action_row_new());

	adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
	adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), *label ? label : text);
	rows_say(row, mark, *label ? text : "");
	adw_action_row_set_title_lines(row, 0);
	adw_action_row_set_subtitle_lines(row, 0);
	if (mark != MARK_NONE)
		adw_action_row_add_suffix(row, mark_label(mark));
	adw_preferences_group_add(group, GTK_WIDGET(row));
	return row;
}

void
rows_end_with(AdwActionRow *row, GtkWidget *button)
{
	const char *place = g_object_get_data(G_OBJECT(button), PLACE);

	if (place)
		g_object_set_data_full(G_OBJECT(row), PLACE, g_strconcat(PLACE, place, NULL),
				       g_free);
	gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
	adw_action_row_add_suffix(row, button);
	adw_action_row_set_activatable_widget(row, button);
	/* newer libadwaita gives it the row's title for a name */
	gtk_accessible_reset_relation(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

static void
on_copy(GtkWidget *button, void *unused)
{
	(void)unused;
	gdk_clipboard_set_text(gtk_widget_get_clipboard(button),
			       g_object_get_data(G_OBJECT(button), "command"));
}

static void
add_command(AdwPreferencesGroup *group, const char *command)
{
	GtkWidget *button = rows_button(_("Copy"), command, NULL, NULL);
	AdwActionRow *row = rows_add(group, command_words(command), MARK_NONE, "");

	g_object_set_data_full(G_OBJECT(button), "command", g_strdup(command), g_free);
	g_signal_connect(button, "clicked", G_CALLBACK(on_copy), NULL);
	rows_end_with(row, button);
}

char *
rows_spoken(const struct sheet *sheet)
{
	GString *said = g_string_new("");

	for (size_t i = 0; i < sheet->count; i++) {
		const struct line *line = &sheet->lines[i];
		const enum mark mark = line->kind == LINE_COMPLAINT ? MARK_CAUTION : line->mark;
		const char *const parts[] = {line->label, mark_text(mark), line->text};

		for (size_t part = 0; part < G_N_ELEMENTS(parts); part++)
			if (*parts[part])
				g_string_append_printf(said, "%s ", parts[part]);
		if (said->len)
			said->str[said->len - 1] = '\n';
	}
	return g_string_free(said, FALSE);
}

void
rows_announce(GtkWidget *widget, const char *text)
{
#if GTK_CHECK_VERSION(4, 14, 0)
	gtk_accessible_announce(GTK_ACCESSIBLE(widget), text,
				GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
#else
	(void)widget;
	(void)text;
#endif
}

/* A text by itself stands between groups. */
AdwPreferencesGroup *
rows_fill(GtkBox *box, const struct sheet *sheet)
{
	AdwPreferencesGroup *group = NULL;

	for (size_t i = 0; i < sheet->count; i++) {
		const struct line *line = &sheet->lines[i];

		if (line->kind == LINE_TEXT) {
			gtk_box_append(box, rows_paragraph(line->text));
			group = NULL;
			continue;
		}
		if (line->kind == LINE_HEADING || !group)
			group = rows_group(box, line->kind == LINE_HEADING ? line->text : "");
		if (line->kind == LINE_ROW)
			(void)rows_add(group, line->label, line->mark, line->text);
		else if (line->kind == LINE_COMMAND)
			add_command(group, line->text);
		else if (line->kind == LINE_COMPLAINT)
			(void)rows_add(group, "", MARK_CAUTION, line->text);
	}
	return group;
}

GtkWidget *
rows_button(const char *label, const char *about, const char *action, GVariant *target)
{
	GtkWidget *button = gtk_button_new_with_label(label);
	char *name = g_strdup_printf(about ? "%s: %s" : "%s", label, about);

	rows_name(button, name);
	g_object_set_data_full(G_OBJECT(button), PLACE, name, g_free);
	if (target)
		gtk_actionable_set_action_target_value(GTK_ACTIONABLE(button), target);
	gtk_actionable_set_action_name(GTK_ACTIONABLE(button), action);
	gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
	return button;
}
