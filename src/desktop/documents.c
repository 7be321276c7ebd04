/* SPDX-License-Identifier: BSD-2-Clause */
/* Sign and verify: one file, and what to do with it. */
#include <stdlib.h>
#include <string.h>

#include "desktop/file.h"
#include "desktop/pages.h"
#include "desktop/rows.h"
#include "holder/text.h"
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

static void
set(struct chosen *chosen, const char *path)
{
	char *name = g_filename_display_name(path ? path : "");
	char *safe = text_safe(name, strlen(name));

	g_free(chosen->path);
	chosen->path = g_strdup(path);
	rows_say(chosen->row, MARK_NONE, path && safe ? safe : _(chosen->none));
	free(safe);
	g_free(name);
}

/* What was said of the file before does not hold for another one. */
static void
take(void *context, const char *path)
{
	struct chosen *chosen = context;

	if (!path)
		return;
	set(chosen, path);
	if (chosen != &document)
		return;
	set(&content, NULL);
	gtk_switch_set_active(GTK_SWITCH(overwrite), FALSE);
}

void
documents_take(GtkWindow *window, GFile *file)
{
	char *path = file_path(window, file);

	take(&document, path);
	g_free(path);
}

static void
on_choose(GtkWidget *button, void *context)
{
	struct chosen *chosen = context;

	file_choose(GTK_WINDOW(gtk_widget_get_root(button)),
		    adw_preferences_row_get_title(ADW_PREFERENCES_ROW(chosen->row)), NULL, take,
		    chosen);
}

static gboolean
on_drop(GtkDropTarget *target, const GValue *value, double x, double y, void *unused)
{
	GtkWidget *page = gtk_event_controller_get_widget(GTK_EVENT_CONTROLLER(target));

	(void)x;
	(void)y;
	(void)unused;
	documents_take(GTK_WINDOW(gtk_widget_get_root(page)), g_value_get_object(value));
	return TRUE;
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

	gtk_box_append(box, rows_paragraph(_("The signature carries your certificate. Everybody "
					     "who receives it can read your name, address, birth "
					     "date and sex in it.")));
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
	GtkDropTarget *drop = gtk_drop_target_new(G_TYPE_FILE, GDK_ACTION_COPY);
	AdwPreferencesGroup *group = rows_group(box, _("Sign and verify"));

	g_signal_connect(drop, "drop", G_CALLBACK(on_drop), NULL);
	gtk_widget_add_controller(page, GTK_EVENT_CONTROLLER(drop));
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
