/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-desktop: what a card holder does at home, in a window. */
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>

#include "config.h"
#include "desktop/reminders.h"
#include "desktop/rows.h"
#include "desktop/window.h"
#include "tool/system/file.h"
#include "tool/system/start.h"
#include "tool/terminal/text.h"

#define ID "invalid.jpki_pkcs11.Desktop"

static GtkWindow *window; /* NULL again once it is closed */
static bool is_made;	  /* it was, and has to be ended */
static char *module;
static gboolean remind;

static void
on_activate(GApplication *application, void *unused)
{
	(void)unused;
	if (!is_made) {
		window = window_new(ADW_APPLICATION(application), module);
		g_object_add_weak_pointer(G_OBJECT(window), (gpointer *)&window);
	}
	is_made = true;
	if (window) /* another start may find this one on its way out */
		gtk_window_present(window);
}

static void
on_open(GApplication *application, GFile **files, int count, const char *hint, void *unused)
{
	(void)hint;
	on_activate(application, unused);
	if (count > 0)
		window_open(files[0], (size_t)count);
}

/* On the screen too: nobody would do it while what is under way is waited for. */
static void
hide_all(void)
{
	GListModel *windows = gtk_window_get_toplevels();
	GdkDisplay *display = gdk_display_get_default();

	for (guint i = 0; i < g_list_model_get_n_items(windows); i++) {
		GtkWidget *one = g_list_model_get_item(windows, i);

		gtk_widget_set_visible(one, FALSE);
		g_object_unref(one);
	}
	if (display)
		gdk_display_flush(display);
}

/* What is under way with a card is ended as it is when the window is closed. */
static gboolean
on_signal(void *application)
{
	hide_all();
	g_application_quit(application);
	return G_SOURCE_REMOVE;
}

/* Without a window. */
static int
on_options(GApplication *application, GVariantDict *options, void *unused)
{
	(void)application;
	(void)options;
	(void)unused;
	return remind ? reminders_tell() : -1;
}

int
main(int argc, char *argv[])
{
	const GOptionEntry entries[] = {
		{"module", 0, 0, G_OPTION_ARG_FILENAME, &module, N_("the PKCS#11 module to use"),
		 "PATH"},
		{"remind", 0, 0, G_OPTION_ARG_NONE, &remind,
		 N_("tell whether a certificate ends soon, by the dates that are kept"), NULL},
		{0},
	};
	AdwApplication *application;
	int status;

	start_program();
	text_rename(rows_words);
	(void)signal(SIGXFSZ, SIG_IGN);
	file_take_ordinary();
#if GTK_CHECK_VERSION(4, 18, 0)
	/* As in documents.c; besides, the portal's dialog makes a recent file of what is chosen. */
	gtk_disable_portals();
#endif
	application = adw_application_new(ID, G_APPLICATION_HANDLES_OPEN);
	g_set_application_name(_("My Number card"));
	gtk_window_set_default_icon_name(ID);
	g_application_add_main_option_entries(G_APPLICATION(application), entries);
	g_application_set_option_context_parameter_string(G_APPLICATION(application), "[FILE]");
	g_signal_connect(application, "activate", G_CALLBACK(on_activate), NULL);
	g_signal_connect(application, "open", G_CALLBACK(on_open), NULL);
	g_signal_connect(application, "handle-local-options", G_CALLBACK(on_options), NULL);
	(void)g_unix_signal_add(SIGINT, on_signal, application);
	(void)g_unix_signal_add(SIGTERM, on_signal, application);
	(void)g_unix_signal_add(SIGHUP, on_signal, application);
	status = g_application_run(G_APPLICATION(application), argc, argv);
	if (is_made)
		window_end();
	g_object_unref(application);
	g_free(module);
	return status;
}
