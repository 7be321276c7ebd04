/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/answer.h"

#include <time.h>

#include "desktop/rows.h"
#include "tool/terminal/text.h"

#define WIDTH 640

/* What is shown of a card; at most one such dialog is open. */
static struct {
	GtkWindow *window; /* NULL: none */
	char *reader, *serial;
	bool is_personal;
} shown;

/* The buttons for what is next with the file that is chosen; NULL: there are none. */
static GtkWidget *file_buttons;

/* By the clock that goes on while the computer sleeps: no name waits for whoever opens the lid. */
static time_t
now(void)
{
	struct timespec time = {0};

	(void)clock_gettime(CLOCK_BOOTTIME, &time);
	return time.tv_sec;
}

/* GLib's own clock stands still meanwhile. */
static gboolean
hide_in_time(void *window)
{
	const time_t *end = g_object_get_data(G_OBJECT(window), "end");

	if (now() < *end)
		return G_SOURCE_CONTINUE;
	g_object_set_data(G_OBJECT(window), "hide", NULL);
	gtk_window_destroy(window);
	return G_SOURCE_REMOVE;
}

static void
hide_after(GtkWindow *window, unsigned int seconds)
{
	time_t *end = g_new(time_t, 1);

	*end = now() + seconds + 1; /* of the second that has begun, little may be left */
	g_object_set_data_full(G_OBJECT(window), "end", end, g_free);
	g_object_set_data(G_OBJECT(window), "hide",
			  GUINT_TO_POINTER(g_timeout_add_seconds(1, hide_in_time, window)));
}

static void
on_destroy(GtkWidget *window, void *unused)
{
	const guint source = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(window), "hide"));

	(void)unused;
	if (source)
		(void)g_source_remove(source);
	if (shown.window == GTK_WINDOW(window)) {
		shown.window = NULL;
		g_clear_pointer(&shown.reader, g_free);
		g_clear_pointer(&shown.serial, g_free);
	}
}

/* The window goes first: the next dialog stands over the same parent. */
static void
on_next(GtkWidget *button, void *parameter)
{
	GtkWindow *window = GTK_WINDOW(gtk_widget_get_root(button));
	GtkWidget *parent = GTK_WIDGET(gtk_window_get_transient_for(window));
	char *action = g_strdup(g_object_get_data(G_OBJECT(button), "action"));
	GVariant *target = parameter ? g_variant_ref(parameter) : NULL;

	gtk_window_destroy(window);
	(void)gtk_widget_activate_action_variant(parent, action, target);
	if (target)
		g_variant_unref(target);
	g_free(action);
}

static GtkWidget *
next_button(const struct answer_next *next, GVariant *parameter)
{
	GtkWidget *button = gtk_button_new_with_label(next->label);

	g_object_set_data_full(G_OBJECT(button), "action", g_strdup(next->action), g_free);
	if (parameter)
		g_object_set_data_full(G_OBJECT(button), "target", g_variant_ref(parameter),
				       (GDestroyNotify)g_variant_unref);
	g_signal_connect(button, "clicked", G_CALLBACK(on_next), parameter);
	return button;
}

static void
add_buttons(GtkBox *box, GtkWindow *window, const struct answer *answer)
{
	GtkWidget *buttons = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
	GtkWidget *further = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
	GtkWidget *close = gtk_button_new_with_label(_("Close"));

	gtk_widget_set_halign(buttons, GTK_ALIGN_END);
	for (const struct answer_next *next = answer->next; next && next->label; next++)
		gtk_box_append(GTK_BOX(further), next_button(next, answer->parameter));
	gtk_box_append(GTK_BOX(buttons), further);
	gtk_box_append(GTK_BOX(buttons), close);
	if (answer->is_of_file)
		g_set_weak_pointer(&file_buttons, further);
	gtk_box_append(box, buttons);
	g_signal_connect_swapped(close, "clicked", G_CALLBACK(gtk_window_destroy), window);
	gtk_window_set_focus(window, close);
}

static void
remember(GtkWindow *window, const struct answer *answer)
{
	if (shown.window)
		gtk_window_destroy(shown.window);
	shown.window = window;
	shown.reader = g_strdup(answer->reader);
	shown.serial = g_strdup(answer->serial);
	shown.is_personal = answer->seconds > 0;
}

/* A screen reader reads a dialog's description when it opens: the whole answer, row after row. */
static void
describe(GtkWidget *window, const struct sheet *sheet)
{
	char *said = rows_spoken(sheet);

	gtk_accessible_update_property(GTK_ACCESSIBLE(window), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
				       said, -1);
	g_free(said);
}

void
answer_show(GtkWindow *parent, const struct answer *answer)
{
	GtkBox *whole;
	GtkWindow *window = rows_window(parent, answer->title, WIDTH, &whole);

	(void)rows_fill(rows_scrolled(whole), answer->sheet);
	describe(GTK_WIDGET(window), answer->sheet);
	if (answer->seconds)
		gtk_box_append(whole, rows_paragraph(_("This is hidden again after a minute.")));
	add_buttons(whole, window, answer);
	if (answer->seconds)
		hide_after(window, answer->seconds);
	if (answer->serial)
		remember(window, answer);
	g_signal_connect(window, "destroy", G_CALLBACK(on_destroy), NULL);
	gtk_window_present(window);
}

/* Each by itself: of a button that is off with what it is in, a screen reader is not told so. */
void
answer_file_changed(void)
{
	GtkWidget *button = file_buttons ? gtk_widget_get_first_child(file_buttons) : NULL;

	for (; button; button = gtk_widget_get_next_sibling(button))
		gtk_widget_set_sensitive(button, FALSE);
}

void
answer_looked(const struct look *look)
{
	const struct look_reader *reader;
	enum look_place place;
	GtkWindow *parent;
	char *title;

	if (!shown.window)
		return;
	reader = look ? look_reader(look, shown.reader) : NULL;
	place = reader ? look_place(reader, shown.serial) : PLACE_EMPTY;
	if (place == PLACE_SAME || (place == PLACE_EMPTY && !shown.is_personal))
		return;
	parent = gtk_window_get_transient_for(shown.window);
	title = g_strdup(gtk_window_get_title(shown.window));
	gtk_window_destroy(shown.window);
	answer_say(parent, title,
		   _("The card is not in its reader any more: what was shown of it is hidden."));
	g_free(title);
}

void
answer_say(GtkWindow *parent, const char *title, const char *text)
{
	struct sheet sheet = {0};

	sheet_collect(&sheet);
	screen_text(0, text);
	sheet_collect(NULL);
	answer_show(parent, &(struct answer){.title = title, .sheet = &sheet});
	sheet_free(&sheet);
}
