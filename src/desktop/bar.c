/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/bar.h"

#include "tool/terminal/text.h"

#define HEIGHT 14

struct shares {
	double opens, now; /* of the whole: 0 to 1 */
};

static void
fill(cairo_t *cr, const GdkRGBA *rgba, double alpha, double from, double to, int height)
{
	cairo_set_source_rgba(cr, (double)rgba->red, (double)rgba->green, (double)rgba->blue,
			      alpha);
	cairo_rectangle(cr, from, 0, to - from, height);
	cairo_fill(cr);
}

/* In the colour of the text, so that it is seen in the dark too. */
static void
draw(GtkDrawingArea *area, cairo_t *cr, int width, int height, void *data)
{
	const struct shares *shares = data;
	const double end = width, opens = shares->opens * end, now = shares->now * end;
	GdkRGBA text;
	const GdkRGBA *rgba = &text;
	const GdkRGBA orange = {0.9F, 0.45F, 0.0F, 1.0F};

	G_GNUC_BEGIN_IGNORE_DEPRECATIONS
	gtk_style_context_get_color(gtk_widget_get_style_context(GTK_WIDGET(area)), &text);
	G_GNUC_END_IGNORE_DEPRECATIONS
	fill(cr, rgba, 0.15, 0, end, height);
	fill(cr, &orange, 0.6, opens, end, height);
	fill(cr, rgba, 0.35, 0, now, height);
	fill(cr, rgba, 1.0, now > 3 ? now - 3 : 0, now > 3 ? now : 3, height);
}

static double
share(int64_t from, int64_t to, int64_t at)
{
	if (to <= from || at <= from)
		return 0;
	return at >= to ? 1 : (double)(at - from) / (double)(to - from);
}

/* For whoever does not see it: when it is renewed, and as its value the days that are left. */
static void
describe(GtkWidget *bar, const struct validity *v)
{
	char from[DAY_TEXT], opens[DAY_TEXT], to[DAY_TEXT], *renewal, *left;

	day_format(day_at(v->from), from);
	day_format(day_renewal_opens(day_at(v->to)), opens);
	day_format(day_at(v->to), to);
	renewal = g_strdup_printf(_("%s to %s"), opens, to);
	left = g_strdup_printf(
		P_("%s to %s, %lld day left", "%s to %s, %lld days left", v->days_left), from, to,
		(long long)v->days_left);
	gtk_accessible_update_property(GTK_ACCESSIBLE(bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
				       _("Renewal"), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, renewal,
				       GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
				       GTK_ACCESSIBLE_PROPERTY_VALUE_MAX,
				       (double)day_count(day_at(v->from), day_at(v->to)),
				       GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, (double)v->days_left,
				       GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, left, -1);
	gtk_widget_set_tooltip_text(bar, renewal);
	g_free(renewal);
	g_free(left);
}

/* Of older GTK only its own widgets have a value for a screen reader. */
static GType
bar_type(void)
{
	static GType type;

	if (type)
		return type;
	type = g_type_register_static_simple(GTK_TYPE_DRAWING_AREA, "JpkiBar",
					     sizeof(GtkDrawingAreaClass), NULL,
					     sizeof(GtkDrawingArea), NULL, 0);
#if GTK_CHECK_VERSION(4, 10, 0)
	g_type_add_interface_static(type, GTK_TYPE_ACCESSIBLE_RANGE, &(const GInterfaceInfo){0});
#endif
	return type;
}

GtkWidget *
bar_new(const struct validity *v, int64_t now)
{
	GtkWidget *bar =
		g_object_new(bar_type(), "accessible-role", GTK_ACCESSIBLE_ROLE_METER, NULL);
	struct shares *shares = g_new(struct shares, 1);

	shares->opens = share(v->from, v->to, day_begin(day_renewal_opens(day_at(v->to))));
	shares->now = share(v->from, v->to, now);
	gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(bar), HEIGHT);
	gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(bar), draw, shares, g_free);
	describe(bar, v);
	return bar;
}
