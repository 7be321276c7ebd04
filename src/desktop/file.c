/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/file.h"

#include <stdlib.h>
#include <string.h>

#include "desktop/answer.h"
#include "holder/text.h"
#include "tool/terminal/text.h"

struct choice {
	GtkWindow *parent; /* referred to */
	GFile **folder;
	void (*taken)(void *context, const char *path);
	void *context;
};

/* Of the last choice to read, and to write; at first the home folder. */
static GFile *folders[2];

char *
file_shown(const char *path)
{
	char *name = g_filename_display_name(path);
	char *safe = text_safe(name, strlen(name));

	g_free(name);
	return safe;
}

char *
file_path(GtkWindow *window, GFile *file)
{
	char *path = g_file_get_path(file);

	if (!path)
		answer_say(window, _("Sign and verify"),
			   _("This file is not on this computer: copy it here first."));
	return path;
}

/* Takes choice and file; NULL: none was chosen, and the context is told so too. */
static void
end(struct choice *choice, GFile *file)
{
	char *path = file ? file_path(choice->parent, file) : NULL;

	if (file) {
		g_clear_object(choice->folder);
		*choice->folder = g_file_get_parent(file);
	}
	choice->taken(choice->context, path);
	g_free(path);
	g_clear_object(&file);
	g_object_unref(choice->parent);
	g_free(choice);
}

#if GTK_CHECK_VERSION(4, 10, 0)

/* Where the dialog did not come, that is said; that the user closed it is not. Takes the error. */
static void
say_failed(GObject *dialog, const struct choice *choice, GError *error)
{
	if (error && !g_error_matches(error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
		answer_say(GTK_WINDOW(choice->parent),
			   gtk_file_dialog_get_title(GTK_FILE_DIALOG(dialog)), error->message);
	g_clear_error(&error);
}

static void
opened(GObject *dialog, GAsyncResult *result, void *choice)
{
	GError *error = NULL;
	GFile *file = gtk_file_dialog_open_finish(GTK_FILE_DIALOG(dialog), result, &error);

	say_failed(dialog, choice, error);
	end(choice, file);
}

/* WORKAROUND: GTK 4.18 does not let go of the file that it makes of folder and name. */
static void
saved(GObject *dialog, GAsyncResult *result, void *choice)
{
	GError *error = NULL;
	GFile *file = gtk_file_dialog_save_finish(GTK_FILE_DIALOG(dialog), result, &error);

	gtk_file_dialog_set_initial_file(GTK_FILE_DIALOG(dialog), NULL);
	say_failed(dialog, choice, error);
	end(choice, file);
}

static void
show(GtkWindow *parent, const char *title, const char *name, struct choice *choice)
{
	GtkFileDialog *dialog = gtk_file_dialog_new();

	gtk_file_dialog_set_title(dialog, title);
	gtk_file_dialog_set_initial_name(dialog, name);
	gtk_file_dialog_set_initial_folder(dialog, *choice->folder);
	if (name)
		gtk_file_dialog_save(dialog, parent, NULL, saved, choice);
	else
		gtk_file_dialog_open(dialog, parent, NULL, opened, choice);
	g_object_unref(dialog);
}

#else /* Debian 12 */

static void
responded(GtkNativeDialog *dialog, int response, void *choice)
{
	end(choice, response == GTK_RESPONSE_ACCEPT
			    ? gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog))
			    : NULL);
	g_object_unref(dialog);
}

static void
show(GtkWindow *parent, const char *title, const char *name, struct choice *choice)
{
	GtkFileChooserNative *dialog = gtk_file_chooser_native_new(
		title, parent, name ? GTK_FILE_CHOOSER_ACTION_SAVE : GTK_FILE_CHOOSER_ACTION_OPEN,
		NULL, NULL);

	(void)gtk_file_chooser_set_current_folder(GTK_FILE_CHOOSER(dialog), *choice->folder, NULL);
	if (name)
		gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), name);
	g_signal_connect(dialog, "response", G_CALLBACK(responded), choice);
	gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
	gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

#endif

/*
 * GTK adds what was chosen to the list of recent files, which every program reads. Its manager
 * without the name of that list, which it is told when it is made, neither reads nor writes any.
 */
static void
name_no_list(GObject *manager, guint property, const GValue *value, GParamSpec *spec)
{
	(void)manager;
	(void)property;
	(void)value;
	(void)spec;
}

static void
keep_no_list(void)
{
	GObjectClass *class = g_type_class_ref(GTK_TYPE_RECENT_MANAGER);

	class->set_property = name_no_list;
	g_type_class_unref(class);
}

void
file_choose(GtkWindow *parent, const char *title, const char *proposed,
	    void (*taken)(void *context, const char *path), void *context)
{
	struct choice *choice = g_new(struct choice, 1);
	GFile **folder = &folders[proposed != NULL];
	char *base = proposed ? g_path_get_basename(proposed) : NULL,
	     *name = base ? file_shown(base) : NULL;

	*choice = (struct choice){g_object_ref(parent), folder, taken, context};
	if (!*folder)
		*folder = g_file_new_for_path(g_get_home_dir());
	keep_no_list();
	show(parent, title, name, choice);
	g_free(base);
	free(name);
}
