/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/pin-entry.h"

#include <string.h>

#define DOT 16 /* pixels from one to the next */

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

static void
draw(GtkDrawingArea *area, cairo_t *cr, int width, int height, void *unused)
{
	GdkRGBA text;

	(void)unused;
	G_GNUC_BEGIN_IGNORE_DEPRECATIONS
	gtk_style_context_get_color(gtk_widget_get_style_context(GTK_WIDGET(area)), &text);
	G_GNUC_END_IGNORE_DEPRECATIONS
	gdk_cairo_set_source_rgba(cr, &text);
	for (int i = pin_entry_count(typed); i > 0; i--) {
		cairo_arc(cr, DOT * i, height / 2.0, DOT / 4.0, 0, 2 * G_PI);
		cairo_fill(cr);
	}
	if (gtk_widget_has_focus(GTK_WIDGET(area)) && width > 0) {
		cairo_rectangle(cr, DOT * (pin_entry_count(typed) + 1) - DOT / 3.0, 0, 1, height);
		cairo_fill(cr);
	}
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

static gboolean
on_key(GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, void *area)
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
	gtk_widget_queue_draw(area);
	tell();
	return TRUE;
}

static void
on_press(GtkGestureClick *click, int presses, double x, double y, void *area)
{
	(void)click;
	(void)presses;
	(void)x;
	(void)y;
	(void)gtk_widget_grab_focus(area);
}

GtkWidget *
pin_entry_new(struct pin *pin, const char *label, void (*changed)(void))
{
	GtkWidget *entry =
		g_object_new(GTK_TYPE_DRAWING_AREA, "css-name", "entry", "accessible-role",
			     GTK_ACCESSIBLE_ROLE_TEXT_BOX, "focusable", TRUE, NULL);
	GtkEventController *keys = gtk_event_controller_key_new();
	GtkGesture *click = gtk_gesture_click_new();

	typed = pin;
	tell = changed;
	gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(entry), 20);
	gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(entry), draw, NULL, NULL);
	gtk_accessible_update_property(GTK_ACCESSIBLE(entry), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
				       -1);
	g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), entry);
	g_signal_connect(click, "pressed", G_CALLBACK(on_press), entry);
	gtk_widget_add_controller(entry, keys);
	gtk_widget_add_controller(entry, GTK_EVENT_CONTROLLER(click));
	return entry;
}
