/* SPDX-License-Identifier: BSD-2-Clause */
/* Sign and verify: one file, and what to do with it. */
#include <stdlib.h>

#include "desktop/answer.h"
#include "desktop/file.h"
#include "desktop/pages.h"
#include "desktop/rows.h"
#include "desktop/tasks.h"
#include "tool/cards/words.h"
#include "tool/terminal/text.h"

/* A row that names a file. */
struct chosen {
	AdwActionRow *row;
	char *path;	  /* NULL: none */
	const char *none; /* what the row says then */
};

static struct chosen document = {.none = N_("Choose one, or drop it here.")};
static struct chosen content = {.none = N_("Only where it does not lie beside its signature.")};
static GtkWidget *enclosed, *overwrite;
static GtkBox *signers; /* a button for each card that signs */
static bool is_held;

static void
set(struct chosen *chosen, const char *path)
{
	char *shown = path ? file_shown(path) : NULL;

	g_free(chosen->path);
	chosen->path = g_strdup(path);
	rows_say(chosen->row, MARK_NONE, shown ? shown : _(chosen->none));
	free(shown);
}

/* Otherwise what is signed would not be what is shown. */
static bool
may_take(GtkWindow *window)
{
	if (is_held)
		answer_say(window, _("Sign and verify"),
			   _("Something is under way: this file was not taken. Choose it once more "
			     "afterwards."));
	return !is_held;
}

/* What was said of the file before does not hold for another one. */
static void
take(void *context, const char *path)
{
	struct chosen *chosen = context;

	if (!path || !may_take(GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(chosen->row)))))
		return;
	set(chosen, path);
	answer_file_changed();
	if (chosen != &document)
		return;
	set(&content, NULL);
	gtk_switch_set_active(GTK_SWITCH(overwrite), FALSE);
}

bool
documents_take(GtkWindow *window, GFile *first, size_t count)
{
	bool is_here;
	char *path;

	if (!may_take(window))
		return false;
	if (count > 1) {
		answer_say(window, _("Sign and verify"),
			   _("One file at a time: none of these was taken."));
		return false;
	}
	path = file_path(window, first);
	is_here = path != NULL;
	take(&document, path);
	g_free(path);
	return is_here;
}

void
documents_hold(bool is)
{
	is_held = is;
	gtk_widget_set_sensitive(GTK_WIDGET(document.row), !is);
	gtk_widget_set_sensitive(GTK_WIDGET(content.row), !is);
	gtk_widget_set_sensitive(enclosed, !is);
	gtk_widget_set_sensitive(overwrite, !is);
}

static void
on_choose(GtkWidget *button, void *context)
{
	struct chosen *chosen = context;

	file_choose(GTK_WINDOW(gtk_widget_get_root(button)),
		    adw_preferences_row_get_title(ADW_PREFERENCES_ROW(chosen->row)), NULL, take,
		    chosen);
}

/*
 * GTK itself would ask the desktop's portal for the files, where there is one, which refuses
 * programs that it cannot look into (flatpak/xdg-desktop-portal issue 1490): as this one is from
 * its first PIN on.
 */
static const char *dropped_types[] = {"text/uri-list", NULL};

/* GTK takes its frame from the page when the mouse leaves it: on X11, with the next drag. */
static void
end_drop(GdkDrop *drop, bool is_taken)
{
	gtk_widget_unset_state_flags(g_object_get_data(G_OBJECT(drop), "page"),
				     GTK_STATE_FLAG_DROP_ACTIVE);
	g_object_set_data(G_OBJECT(drop), "page", NULL);
	/* NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): GDK has no word for none */
	gdk_drop_finish(drop, is_taken ? GDK_ACTION_COPY : 0);
}

/* Takes the files of what was dropped, and says so to where it comes from. */
static void
on_dropped(GObject *list, GAsyncResult *result, void *dropped)
{
	GdkDrop *drop = dropped;
	GtkRoot *window = gtk_widget_get_root(g_object_get_data(G_OBJECT(drop), "page"));
	char **uris = NULL;
	guint count = 0;
	bool is_taken = false;

	if (g_output_stream_splice_finish(G_OUTPUT_STREAM(list), result, NULL) >= 0 &&
	    g_output_stream_write_all(G_OUTPUT_STREAM(list), "", 1, NULL, NULL, NULL)) {
		uris = g_uri_list_extract_uris(
			g_memory_output_stream_get_data(G_MEMORY_OUTPUT_STREAM(list)));
		count = g_strv_length(uris);
	}
	if (count > 0 && window) {
		GFile *file = g_file_new_for_uri(uris[0]);

		is_taken = documents_take(GTK_WINDOW(window), file, count);
		g_object_unref(file);
	}
	end_drop(drop, is_taken);
	g_strfreev(uris);
	g_object_unref(drop);
}

static void
on_list(GObject *drop, GAsyncResult *result, void *unused)
{
	const char *type;
	GInputStream *from = gdk_drop_read_finish(GDK_DROP(drop), result, &type, NULL);
	GOutputStream *list = g_memory_output_stream_new_resizable();

	(void)unused;
	if (from)
		g_output_stream_splice_async(list, from, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE,
					     G_PRIORITY_DEFAULT, NULL, on_dropped,
					     g_object_ref(drop));
	else
		end_drop(GDK_DROP(drop), false);
	g_clear_object(&from);
	g_object_unref(list);
}

static gboolean
on_drop(GtkDropTargetAsync *target, GdkDrop *drop, double x, double y, void *unused)
{
	GtkWidget *page = gtk_event_controller_get_widget(GTK_EVENT_CONTROLLER(target));

	(void)x;
	(void)y;
	(void)unused;
	g_object_set_data_full(G_OBJECT(drop), "page", g_object_ref(page), g_object_unref);
	gdk_drop_read_async(drop, dropped_types, G_PRIORITY_DEFAULT, NULL, on_list, NULL);
	return TRUE;
}

static void
accept_drops(GtkWidget *widget)
{
	GdkContentFormats *formats = gdk_content_formats_new(dropped_types, 1);
	GtkDropTargetAsync *drop = gtk_drop_target_async_new(formats, GDK_ACTION_COPY);

	g_signal_connect(drop, "drop", G_CALLBACK(on_drop), NULL);
	gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(drop));
}

static void
add_chooser(AdwPreferencesGroup *group, struct chosen *chosen, const char *label)
{
	GtkWidget *button = rows_button(_("Choose"), label, NULL, NULL);

	chosen->row = rows_add(group, label, MARK_NONE, _(chosen->none));
	g_signal_connect(button, "clicked", G_CALLBACK(on_choose), chosen);
	rows_end_with(chosen->row, button);
}

static GtkWidget *
add_switch(AdwPreferencesGroup *group, const char *label)
{
	AdwActionRow *row = rows_add(group, label, MARK_NONE, "");
	GtkWidget *widget = gtk_switch_new();

	rows_name(widget, label);
	rows_end_with(row, widget);
	return widget;
}

/* `reader` NULL: there is none to sign with. */
static void
add_signer(const char *label, const struct look_reader *reader)
{
	const char *sign = _("Sign with the password");
	char *both = g_strdup_printf(label ? "%s: %s" : "%s", sign, label);

	gtk_box_append(signers, rows_button(both, NULL, "win.sign", look_target(reader, KEY_SIGN)));
	g_free(both);
}

static void
add_sign(GtkBox *box)
{
	AdwPreferencesGroup *group = rows_group(box, _("Sign"));

	gtk_box_append(box, rows_paragraph(task_sign_discloses()));
	enclosed = add_switch(group, _("Put the file itself into the signature (FILE.p7m)"));
	overwrite = add_switch(group, _("Overwrite a file that is there already"));
	signers = GTK_BOX(gtk_box_new(GTK_ORIENTATION_VERTICAL, 12));
	gtk_box_append(box, GTK_WIDGET(signers));
	add_signer(NULL, NULL);
}

GtkWidget *
documents_new(void)
{
	GtkBox *box;
	GtkWidget *page = rows_page(&box);
	AdwPreferencesGroup *group = rows_group(box, _("Sign and verify"));

	accept_drops(page);
	add_chooser(group, &document, _("File"));
	add_sign(box);
	group = rows_group(box, _("Verify"));
	add_chooser(group, &content, _("The file that was signed"));
	gtk_box_append(box, rows_button(_("Verify the signature"), NULL, "win.verify", NULL));
	return page;
}

/* Without a card the tool says so. */
void
documents_show(const struct look *look)
{
	size_t count = 0;

	rows_clear(signers);
	for (size_t i = 0; i < look->count; i++)
		count += look->readers[i].tokens[KEY_SIGN].is_there;
	for (size_t i = 0; i < look->count; i++)
		if (look->readers[i].tokens[KEY_SIGN].is_there)
			add_signer(count > 1 ? look->readers[i].card : NULL, &look->readers[i]);
	if (!count)
		add_signer(NULL, NULL);
}

bool
documents_fill(struct job *job)
{
	if (!document.path)
		return false;
	g_free(job->argument);
	job->argument = g_strdup(document.path);
	job->words[1] = g_strdup(content.path);
	job->options.enclosed = gtk_switch_get_active(GTK_SWITCH(enclosed));
	job->options.force = gtk_switch_get_active(GTK_SWITCH(overwrite));
	return true;
}
