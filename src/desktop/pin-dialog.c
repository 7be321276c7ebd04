/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/pin-dialog.h"

#include <adwaita.h>
#include <string.h>

#include "agent/words.h"
#include "desktop/pin-entry.h"
#include "desktop/rows.h"
#include "desktop/soon.h"
#include "desktop/worker.h"
#include "holder/module.h"
#include "holder/pin.h"
#include "tool/cards/pin.h"
#include "tool/cards/words.h"
#include "tool/terminal/exit.h"
#include "tool/terminal/text.h"

#define WIDTH 480

/* What is asked now; at most one PIN is. */
static struct {
	GMutex lock;
	GCond answered;
	bool is_answered, is_over; /* over: nobody is asked any more */
	int answer;
	const struct job *job; /* what for; it waits meanwhile */
	const struct pin_request *request;
	struct pin *pin;
} asked;

/* The dialog. */
static GtkWindow *window;
static GtkWidget *entry;
static GtkLabel *shape;
static GtkCheckButton *consent; /* to the last try; NULL where none is needed */
static GtkWidget *ok;

static void
answer_with(int answer)
{
	g_mutex_lock(&asked.lock);
	if (!asked.is_answered) {
		asked.is_answered = true;
		asked.answer = answer;
		g_cond_signal(&asked.answered);
	}
	g_mutex_unlock(&asked.lock);
}

static bool
is_answered(void)
{
	bool answered;

	g_mutex_lock(&asked.lock);
	answered = asked.is_answered;
	g_mutex_unlock(&asked.lock);
	return answered;
}

/* ---- what is typed ---- */

/* Of a copy: folding changes it. */
static enum pin_fault
fault_of_typed(void)
{
	const struct pin_request *request = asked.request;
	struct pin *pin = pin_new();
	enum pin_fault fault = PIN_LENGTH;

	if (pin) {
		*pin = *asked.pin;
		fault = pin_fold(pin, request->key, request->question != PIN_NOW);
	}
	pin_free(pin);
	return fault;
}

static void
judge_typed(void)
{
	const enum pin_fault fault = fault_of_typed();
	const bool agreed = !consent || gtk_check_button_get_active(consent);
	const int count = pin_entry_count(asked.pin);
	char *text = g_strdup_printf(P_("%d character typed", "%d characters typed", count), count);

	if (fault != PIN_FINE && fault != PIN_EMPTY) {
		char *both =
			g_strdup_printf("%s\n%s", text, words_fault(fault, asked.request->key));

		g_free(text);
		text = both;
	}
	gtk_label_set_text(shape, text);
	gtk_accessible_update_property(GTK_ACCESSIBLE(entry), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
				       text, -1);
	g_free(text);
	gtk_widget_set_sensitive(ok, fault == PIN_FINE && agreed);
	gtk_window_set_default_size(window, WIDTH, -1); /* as high as it takes now */
}

static void
on_consent(void *widget, void *unused)
{
	(void)widget;
	(void)unused;
	judge_typed();
}

/* Before the answer the window is none: the next question may be asked at once. */
static void
on_ok(void *widget, void *unused)
{
	GtkWindow *mine = window;

	(void)widget;
	(void)unused;
	window = NULL;
	gtk_window_destroy(mine);
	answer_with(PIN_GIVEN);
}

static void
on_destroy(void *widget, void *unused)
{
	(void)widget;
	(void)unused;
	if (window)
		answer_with(TOOL_CANCELLED);
	window = NULL;
}

/* ---- what it looks like ---- */

/* Which file, say: another one may be chosen behind the dialog by now, or be opened meanwhile. */
static void
add_purpose(GtkBox *box)
{
	if (asked.job->purpose)
		gtk_box_append(box, rows_paragraph(asked.job->purpose));
}

/* What was said before the question, of a PDF, say. */
static void
add_said(GtkBox *box)
{
	const struct sheet *said = &asked.job->sheet;

	for (size_t i = 0; i < said->count; i++)
		if (said->lines[i].kind == LINE_COMPLAINT)
			gtk_box_append(box, rows_paragraph(said->lines[i].text));
}

/* "Reader X, card 0123…", and how many tries are left. */
static void
add_about(GtkBox *box)
{
	const struct pin_request *request = asked.request;
	const struct jpki_slot_status *status = &request->reader->tokens[request->key].status;
	char *card, *tries;

	if (request->question != PIN_NOW)
		return;
	card = g_strdup_printf(_("%s, card %s"), request->reader->name, request->reader->serial);
	gtk_box_append(box, rows_paragraph(card));
	g_free(card);
	if (request->tries_left < 0)
		return;
	tries = g_strdup_printf(_("%d of %d tries left"), request->tries_left,
				status->tries_allowed);
	gtk_box_append(box, rows_paragraph(tries));
	g_free(tries);
}

/* What was wrong with the entry before: nothing of it was sent. */
static void
add_fault(GtkBox *box)
{
	const struct pin_request *request = asked.request;
	const char *text = request->fault == PIN_DIFFERS
				   ? _("the two are not the same; once again, please")
				   : words_fault(request->fault, request->key);

	if (request->fault != PIN_FINE)
		gtk_box_append(box, rows_paragraph(text));
}

/* The warning is in the box; the tick that it wants is always seen, in `whole`. */
static void
add_last_try(GtkBox *box, GtkBox *whole)
{
	const struct pin_request *request = asked.request;
	char *text;

	consent = NULL;
	if (request->question != PIN_NOW || request->tries_left != 1)
		return;
	text = g_strdup_printf(_("only one try is left for the PIN of the %s: if it is wrong, the "
				 "PIN is locked and has to be set anew (see \"jpki-tool help "
				 "locked\")"),
			       key_text(request->key));
	gtk_box_append(box, rows_paragraph(text));
	g_free(text);
	consent = GTK_CHECK_BUTTON(gtk_check_button_new_with_label(_("Use the last try?")));
	g_signal_connect(consent, "toggled", G_CALLBACK(on_consent), NULL);
	gtk_box_append(whole, GTK_WIDGET(consent));
}

static void
add_entry(GtkBox *box, const char *question)
{
	entry = pin_entry_new(asked.pin, question, judge_typed);
	gtk_box_append(box, entry);
	shape = GTK_LABEL(rows_paragraph(""));
	gtk_box_append(box, GTK_WIDGET(shape));
}

static void
add_buttons(GtkBox *box)
{
	GtkWidget *buttons = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
	GtkWidget *cancel = gtk_button_new_with_label(_("Cancel"));

	ok = gtk_button_new_with_label(_("Continue"));
	gtk_widget_add_css_class(ok, "suggested-action");
	gtk_widget_set_halign(buttons, GTK_ALIGN_END);
	gtk_box_append(GTK_BOX(buttons), cancel);
	gtk_box_append(GTK_BOX(buttons), ok);
	gtk_box_append(box, buttons);
	g_signal_connect_swapped(cancel, "clicked", G_CALLBACK(gtk_window_destroy), window);
	g_signal_connect(ok, "clicked", G_CALLBACK(on_ok), NULL);
	gtk_window_set_default_widget(window, ok);
}

static void
show_dialog(GtkWindow *parent)
{
	const char *question = pin_question_text(asked.request->key, asked.request->question);
	GtkBox *whole, *box;

	window = rows_window(parent, question, WIDTH, &whole);
	box = rows_scrolled(whole);
	add_purpose(box);
	add_about(box);
	add_fault(box);
	add_last_try(box, whole);
	add_said(box); /* last: of all that may have to be scrolled to it costs the least */
	add_entry(whole, question);
	add_buttons(whole);
	judge_typed();
	g_signal_connect(window, "destroy", G_CALLBACK(on_destroy), NULL);
	gtk_window_present(window);
	(void)gtk_widget_grab_focus(entry);
}

/*
 * Of a question that was left before it came to be shown, nothing is there any more. One that only
 * comes to be asked after its job was left has nobody who answers it.
 */
static gboolean
show(void *parent)
{
	if (is_answered())
		return G_SOURCE_REMOVE;
	if (worker_has_left(asked.job))
		answer_with(TOOL_CANCELLED);
	else
		show_dialog(parent);
	return G_SOURCE_REMOVE;
}

/* ---- on the worker's thread ---- */

static GtkWindow *over;

static void
tell(const struct job *job, enum busy what)
{
	if (job->person.busy)
		job->person.busy(job->person.context, what);
}

static int
ask(void *context, const struct pin_request *request, struct pin *pin)
{
	const struct job *job = context;

	tell(job, BUSY_ASKING);
	g_mutex_lock(&asked.lock);
	asked.job = job;
	asked.request = request;
	asked.pin = pin;
	explicit_bzero(pin, sizeof *pin); /* an entry that had a fault */
	asked.is_answered = asked.is_over;
	asked.answer = TOOL_CANCELLED;
	if (!asked.is_over)
		soon(show, over);
	while (!asked.is_answered)
		g_cond_wait(&asked.answered, &asked.lock);
	g_mutex_unlock(&asked.lock);
	tell(job, BUSY_NOT);
	return asked.answer;
}

struct person
pin_dialog(GtkWindow *parent, void (*busy)(void *context, enum busy what))
{
	over = parent;
	return (struct person){.ask_pin = ask, .busy = busy};
}

void
pin_dialog_cancel(bool for_ever)
{
	g_mutex_lock(&asked.lock);
	asked.is_over = for_ever;
	g_mutex_unlock(&asked.lock);
	if (window)
		gtk_window_destroy(window);
	answer_with(TOOL_CANCELLED);
}
