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

/* Where in its bytes the character of that number begins. */
static size_t
begin_of(int character)
{
	return (size_t)(g_utf8_offset_to_pointer(typed->text, character) - typed->text);
}

static void
cut(int from, int to)
{
	const size_t first = begin_of(from), next = begin_of(to), len = typed->len;

	typed->len = len - (next - first);
	memmove(typed->text + first, typed->text + next, len - next);
	explicit_bzero(typed->text + typed->len, len - typed->len);
}

/* Whether there is room for it. */
static bool
put_in(int at, gunichar character)
{
	char bytes[6];
	const size_t len = (size_t)g_unichar_to_utf8(character, bytes), first = begin_of(at);
	const bool has_room = typed->len + len < sizeof typed->text;

	if (has_room) {
		memmove(typed->text + first + len, typed->text + first, typed->len - first);
		memcpy(typed->text + first, bytes, len);
		typed->len += len;
		typed->text[typed->len] = '\0';
	}
	explicit_bzero(bytes, sizeof bytes);
	return has_room;
}

static void
show_dots(GtkEditable *entry, int caret)
{
	char *dots = g_strnfill((gsize)pin_entry_count(typed), '*');

	gtk_editable_set_text(entry, dots);
	gtk_editable_set_position(entry, caret);
	g_free(dots);
}

/* A key does to what was typed what the dots, the caret and the selection show. */
static gboolean
on_key(GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, void *entry)
{
	const gunichar c = gdk_keyval_to_unicode(key);
	const bool takes_last = key == GDK_KEY_BackSpace;
	const bool takes_next = key == GDK_KEY_Delete || key == GDK_KEY_KP_Delete;
	int from, to;

	(void)keys;
	(void)code;
	if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
		return FALSE;
	if (!takes_last && !takes_next && !g_unichar_isgraph(c))
		return FALSE;
	if (!gtk_editable_get_selection_bounds(entry, &from, &to)) {
		from -= takes_last && from > 0;
		to += takes_next && to < pin_entry_count(typed);
	}
	cut(from, to);
	if (!takes_last && !takes_next)
		from += put_in(from, c);
	show_dots(entry, from);
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
