/* SPDX-License-Identifier: BSD-2-Clause */
/* A bare window of libadwaita's, for start.py: what a start costs before anything is in it. */
#include <adwaita.h>

static void
on_activate(GtkApplication *application, void *unused)
{
	GtkWidget *window = adw_application_window_new(application);

	(void)unused;
	gtk_window_set_title(GTK_WINDOW(window), "bare");
	gtk_window_set_default_size(GTK_WINDOW(window), 900, 560);
	gtk_window_present(GTK_WINDOW(window));
}

int
main(int argc, char *argv[])
{
	AdwApplication *application = adw_application_new("invalid.bare", G_APPLICATION_NON_UNIQUE);

	g_signal_connect(application, "activate", G_CALLBACK(on_activate), NULL);
	return g_application_run(G_APPLICATION(application), argc, argv);
}
