/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/pin-entry.h"

#include <string.h>

static struct pin *typed;
static void (*tell)(void);

int
pin_entry_count(const struct pin *pin)
{
	int count = 0;

	for (size_t i = 0; i < pin->len; i++)
		count += (pin->text[i] & 0xC0) != 0x80;
	return count;
}

/* The last character, which may be several bytes. */
static void
take_back(void)
{
	bool more = typed->len > 0;

	while (more) {
		typed->len--;
		more = (typed->text[typed->len] & 0xC0) == 0x80 && typed->len > 0;
		typed->text[typed->len] = '\0';
	}
}

static void
show_dots(GtkEditable *entry)
{
	char *dots = g_strnfill((gsize)pin_entry_count(typed), '*');

	gtk_editable_set_text(entry, dots);
	gtk_editable_set_position(entry, -1);
	g_free(dots);
}

static gboolean
on_key(GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, void *entry)
{
	const gunichar c = gdk_keyval_to_unicode(key);
	char bytes[6];
	size_t len;

	(void)keys;
	(void)code;
	if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
		return FALSE;
	if (key == GDK_KEY_BackSpace) {
		take_back();
	} else if (!g_unichar_isgraph(c)) {
		return FALSE;
	} else {
		len = (size_t)g_unichar_to_utf8(c, bytes);
		if (typed->len + len >= sizeof typed->text)
			return TRUE;
		memcpy(typed->text + typed->len, bytes, len);
		typed->len += len;
		typed->text[typed->len] = '\0';
		explicit_bzero(bytes, sizeof bytes);
	}
	show_dots(entry);
	tell();
	return TRUE;
}

GtkWidget *
pin_entry_new(struct pin *pin, const char *label, void (*changed)(void))
{
	GtkWidget *entry = g_object_new(GTK_TYPE_PASSWORD_ENTRY, "editable", FALSE,
					"activates-default", TRUE, NULL);
	GtkEventController *keys = gtk_event_controller_key_new();

	typed = pin;
	tell = changed;
	gtk_accessible_update_property(GTK_ACCESSIBLE(entry), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
				       -1);
	gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
	g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), entry);
	gtk_widget_add_controller(entry, keys);
	return entry;
}
