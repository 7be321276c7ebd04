/* SPDX-License-Identifier: BSD-2-Clause */
/* Change a PIN: which is which, side by side, and how many tries are left. */
#include "desktop/pages.h"
#include "desktop/rows.h"
#include "tool/cards/words.h"
#include "tool/commands/commands.h"
#include "tool/terminal/text.h"

static GtkBox *cards; /* those that are here */

static void
add_explanation(GtkGrid *grid, const struct sheet *sheet)
{
	GtkWidget *part = NULL;
	int parts = 0;

	for (size_t i = 0; i < sheet->count; i++) {
		const struct line *line = &sheet->lines[i];

		if (line->kind == LINE_HEADING) {
			part = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
			gtk_grid_attach(grid, part, parts % 2, parts / 2, 1, 1);
			gtk_box_append(GTK_BOX(part), rows_heading(line->text));
			parts++;
		} else if (part && i + 1 < sheet->count) {
			gtk_box_append(GTK_BOX(part), rows_paragraph(line->text));
		} else {
			gtk_grid_attach(grid, rows_paragraph(line->text), 0, parts, 2, 1);
		}
	}
}

GtkWidget *
pins_new(void)
{
	const struct options options = {.pin_fd = -1};
	char *none[] = {NULL};
	struct sheet sheet = {0};
	GtkBox *box;
	GtkWidget *page = rows_page(&box), *grid = gtk_grid_new();

	cards = GTK_BOX(gtk_box_new(GTK_ORIENTATION_VERTICAL, 12));
	gtk_grid_set_column_homogeneous(GTK_GRID(grid), TRUE);
	gtk_grid_set_column_spacing(GTK_GRID(grid), 24);
	gtk_grid_set_row_spacing(GTK_GRID(grid), 18);
	sheet_collect(&sheet);
	(void)pin_help_run(&options, none);
	sheet_collect(NULL);
	add_explanation(GTK_GRID(grid), &sheet);
	sheet_free(&sheet);
	gtk_box_append(box, GTK_WIDGET(cards));
	gtk_box_append(box, grid);
	return page;
}

/* The first row of a token says how many tries are left. */
static void
add_token(AdwPreferencesGroup *group, const struct look_reader *reader, enum key key)
{
	const struct look_token *token = &reader->tokens[key];

	for (size_t i = 0; i < token->sheet.count; i++) {
		const struct line *line = &token->sheet.lines[i];

		if (line->kind != LINE_ROW)
			continue;
		rows_end_with(rows_add(group, key_text(key), line->mark, line->text),
			      rows_button(_("Change"), token->name, "win.change",
					  look_target(reader, key)));
		return;
	}
}

void
pins_show(const struct look *look)
{
	bool any = false;

	rows_clear(cards);
	for (size_t i = 0; i < look->count; i++) {
		const struct look_reader *reader = &look->readers[i];
		AdwPreferencesGroup *group = NULL;

		for (enum key key = KEY_AUTH; key < KEYS; key++) {
			if (!reader->tokens[key].is_there)
				continue;
			if (!group)
				group = rows_group(cards, reader->card);
			add_token(group, reader, key);
			any = true;
		}
	}
	for (size_t i = 0; i < look->count && !any; i++)
		(void)rows_fill(cards, &look->readers[i].sheet);
}
