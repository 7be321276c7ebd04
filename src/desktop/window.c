/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/window.h"

#include <time.h>

#include "desktop/answer.h"
#include "desktop/file.h"
#include "desktop/pages.h"
#include "desktop/pin-dialog.h"
#include "desktop/reminders.h"
#include "desktop/rows.h"
#include "desktop/soon.h"
#include "desktop/tasks.h"
#include "holder/dates.h"
#include "tool/commands/commands.h"
#include "tool/terminal/text.h"

static GtkWindow *window;
static AdwViewStack *pages;
static GtkWidget *bar;	/* what is waited for */
static GtkLabel *doing; /* in it */
static struct look *seen;
static struct day looked_on; /* the last look began that day */
static bool has_looked;	     /* a look has ended, whatever came of it */
static bool is_looking, look_again;
static char *place;	  /* where the keyboard is to be again; NULL: it is where the user has it */
static bool is_holding;	  /* what moves it now is not the user */
static unsigned working;  /* jobs but looks */
static const char *words; /* what is said of one as it begins */
static const void *told;  /* the last that its thread has said; atomic */
static bool is_left;
static gint is_changing; /* set on the worker's thread: this job has come to where a PIN changes */

/* ---- where the keyboard is ---- */

/* Before what has it is made anew, or cannot be used for a while. */
static void
hold_place(void)
{
	is_holding = true;
	if (!place)
		place = rows_place(window);
}

/* After that: it is returned as soon as there is such a place, unless the user has moved it. */
static void
return_to_place(void)
{
	if (place && rows_return(window, place))
		g_clear_pointer(&place, g_free);
	is_holding = false;
}

static void
on_focus(void)
{
	if (!is_holding)
		g_clear_pointer(&place, g_free);
}

/* ---- what is waited for ---- */

static void
show_bar(void)
{
	gtk_widget_set_visible(bar, working > 0 || is_looking);
	if (!working && is_looking)
		gtk_label_set_text(doing, _("Looking at the readers ..."));
}

/* A look takes a moment, and comes often: what was asked for is also told to a screen reader. */
static void
say(const char *text)
{
	gtk_label_set_text(doing, text);
	show_bar();
	rows_announce(bar, text);
}

static const char *const waits[] = {
	[BUSY_NOT] = N_("Waiting for the card ..."),
	[BUSY_CHECKING_PIN] = N_("The card is checking the PIN ..."),
	[BUSY_CHANGING_PIN] = N_("The card is changing the PIN ..."),
	[BUSY_SIGNING] = N_("The card is signing ..."),
	[BUSY_PROBING] = N_("The card is being asked ..."),
	[BUSY_ASKING] = N_("Waiting for the PIN ..."),
	[BUSY_READING] = N_("Reading the file ..."),
	[BUSY_WRITING] = N_("Writing the file ..."),
};

_Static_assert(G_N_ELEMENTS(waits) == BUSY_KINDS, "a text for each");

static gboolean
say_later(void *text)
{
	if (window && working && !is_left)
		say(_(text));
	return G_SOURCE_REMOVE;
}

/* On the worker's thread; of a file, for each piece that is read. */
static void
on_busy(void *context, enum busy what)
{
	const void *text = waits[what];

	(void)context;
	if (what == BUSY_CHANGING_PIN)
		g_atomic_int_set(&is_changing, TRUE);
	if (what != BUSY_READING || g_atomic_pointer_get(&told) != text)
		soon(say_later, (void *)(uintptr_t)text);
	g_atomic_pointer_set(&told, text);
}

/* ---- looking ---- */

static void look(void);

static void
say_nothing_seen(const struct sheet *sheet)
{
	struct look_reader none = {.sheet = *sheet};
	struct look nothing = {.readers = &none, .count = sheet->count ? 1 : 0};

	certificates_show(&nothing);
	pins_show(&nothing);
	documents_show(&nothing);
}

/* Where no look has ended yet, what stands there says that one goes on. */
static void
say_not_looked(void)
{
	struct sheet sheet = {0};

	sheet_collect(&sheet);
	screen_text(0, _("The readers were not looked at: \"Look again\" does it."));
	sheet_collect(NULL);
	say_nothing_seen(&sheet);
	sheet_free(&sheet);
}

/* Takes the look; NULL: nothing could be seen, and `why` says so. */
static void
show_look(struct look *found, const struct sheet *why)
{
	has_looked = true;
	hold_place();
	if (!found) {
		say_nothing_seen(why);
	} else if (!look_same(seen, found)) {
		certificates_show(found);
		pins_show(found);
		documents_show(found);
	}
	return_to_place();
	if (found)
		reminders_show();
	answer_looked(found);
	look_free(seen);
	seen = found;
}

/* One that was left changes nothing. */
static void
looked(struct job *job)
{
	const bool is_taken = window && !job->was_left, is_good = job->status == TOOL_OK;
	struct look *found = job->context;

	is_looking = false;
	if (window && working && !is_left)
		say(_(words)); /* it is its turn */
	if (is_taken)
		show_look(is_good ? found : NULL, &job->sheet);
	else if (window && !has_looked)
		say_not_looked();
	if (!is_taken || !is_good)
		look_free(found);
	job_free(job);
	if (!window)
		return;
	show_bar();
	if (look_again)
		look();
}

/* What happens during a look is looked at after it. */
static void
look(void)
{
	if (!window)
		return;
	look_again = is_looking;
	if (is_looking)
		return;
	is_looking = true;
	looked_on = day_at(time(NULL));
	worker_do(job_new(look_work, looked));
	show_bar();
}

/* How many days are left is another number after midnight, which may come while it stays open. */
static void
on_active(void)
{
	if (window && gtk_window_is_active(window) && day_count(looked_on, day_at(time(NULL))) != 0)
		look();
}

/* ---- tasks ---- */

static void
set_enabled(bool enabled)
{
	for (const struct task *task = tasks; task->name; task++)
		g_simple_action_set_enabled(G_SIMPLE_ACTION(g_action_map_lookup_action(
						    G_ACTION_MAP(window), task->name)),
					    enabled);
	documents_hold(!enabled);
}

/* A certificate that is shown is checked and saved from there, as in the holders' own software. */
static void
show_answer(const struct job *job, const struct task *task, GVariant *parameter)
{
	const struct answer_next further[] = {
		{_("Check validity"), "win.validity"}, {_("Save a copy"), "win.export"}, {NULL}};
	char *action = g_strdup_printf("win.%s", task->name);
	const struct answer_next again[] = {{_("Try again"), action}, {NULL}};
	const struct answer_next elsewhere[] = {{_("Choose another place"), "win.sign-elsewhere"},
						{NULL}};
	const bool is_shown = job->status == TOOL_OK && g_str_equal(task->name, "certificate");
	const struct answer_next *next = NULL;

	if (job->status == TOOL_PIN_WRONG)
		next = again;
	else if (is_shown)
		next = further;
	else if (job->is_place_bad)
		next = elsewhere;
	answer_show(window, &(struct answer){
				    .title = _(task->title),
				    .sheet = &job->sheet,
				    .seconds = is_shown && job->options.personal ? HIDE_SECONDS : 0,
				    .reader = is_shown ? job->options.reader : NULL,
				    .serial = is_shown ? job->options.serial : NULL,
				    .next = next,
				    .parameter = parameter,
				    .is_of_file = task->of_file,
			    });
	g_free(action);
}

/* Of what was left, only what cannot be taken back: a try, a PIN perhaps changed, a signature, a
 * copy. */
static bool
is_told(const struct job *job)
{
	const bool is_past =
		job->may_write || job->status == TOOL_PIN_WRONG || job->status == TOOL_PIN_LOCKED ||
		g_atomic_int_get(&is_changing) ||
		(job->status == TOOL_OK && (job->command == sign_run || job->options.output));

	return job->status != TOOL_CANCELLED && job->sheet.count && (is_past || !job->was_left);
}

/* Nobody can call back what is with the file system already. */
static void
say_may_write(struct job *job)
{
	job->status = TOOL_FAILED;
	sheet_collect(&job->sheet);
	complain("%s", _("the place of the file does not answer: look there later, it may "
			 "still be written"));
	sheet_collect(NULL);
}

static void
ended(struct job *job)
{
	struct asked *asked = job->context;

	working--;
	if (job->may_write)
		say_may_write(job);
	if (window) {
		hold_place();
		set_enabled(true);
		return_to_place();
		reminders_show();
		show_bar();
		look();
	}
	if (window && is_told(job))
		show_answer(job, asked->task, asked->parameter);
	task_forget(asked);
	job_free(job);
}

static void
begin(struct job *job)
{
	const struct task *task = ((const struct asked *)job->context)->task;

	job->done = ended;
	if (task->of_card)
		job->purpose = task_purpose(job);
	job->tells = !task->waits;
	g_atomic_int_set(&is_changing, FALSE);
	g_atomic_pointer_set(&told, NULL);
	working++;
	is_left = false;
	hold_place();
	set_enabled(false);
	return_to_place();
	words = task->waits ? task->waits : waits[task->of_card ? BUSY_NOT : BUSY_READING];
	say(is_looking && !task->of_card ? _("Looking at the readers ...") : _(words));
	worker_do(job);
}

static void
taken(void *context, const char *path)
{
	struct job *job = context;

	if (window)
		documents_hold(false);
	if (path && window) {
		job->words[3] = g_strdup(path);
		job->options.output = job->words[3];
		begin(job);
		return;
	}
	task_forget(job->context);
	job_free(job);
}

static void
choose_place(const struct task *task, struct job *job)
{
	char *proposed = task->proposes(job);

	documents_hold(task->of_file);
	file_choose(window, _(task->title), proposed, taken, job);
	free(proposed);
}

static void
on_task(GSimpleAction *action, GVariant *parameter, void *unused)
{
	const struct task *task = task_named(g_action_get_name(G_ACTION(action)));
	struct job *job = task_job(task, parameter);

	(void)unused;
	if (!job)
		answer_say(window, _(task->title), _("Choose a file first."));
	else if (task->proposes)
		choose_place(task, job);
	else
		begin(job);
}

static void
on_look(GSimpleAction *action, GVariant *parameter, void *unused)
{
	(void)action;
	(void)parameter;
	(void)unused;
	look();
}

static void
on_leave(GSimpleAction *action, GVariant *parameter, void *unused)
{
	(void)action;
	(void)parameter;
	(void)unused;
	pin_dialog_cancel(false);
	worker_leave();
	is_left = true;
	say(_("Leaving ..."));
}

static void
on_page(GSimpleAction *action, GVariant *parameter, void *unused)
{
	(void)action;
	(void)unused;
	adw_view_stack_set_visible_child_name(pages, g_variant_get_string(parameter, NULL));
}

/* ---- what it looks like ---- */

static void
add_page(GtkWidget *page, const char *name, const char *title, const char *icon)
{
	AdwViewStackPage *added = adw_view_stack_add_titled(pages, page, name, title);

	adw_view_stack_page_set_icon_name(added, icon);
}

static void
add_pages(void)
{
	add_page(certificates_new(), "certificates", _("My certificates"), "view-list-symbolic");
	add_page(pins_new(), "pins", _("Change a PIN"), "dialog-password-symbolic");
	add_page(documents_new(), "documents", _("Sign and verify"), "text-x-generic-symbolic");
	add_page(help_new(), "help", _("Help"), "dialog-question-symbolic");
}

/* Icons above names, in a row of their own: in the header large text would be cut. */
static GtkWidget *
new_tabs(void)
{
	GtkWidget *tabs = adw_view_switcher_new();

	adw_view_switcher_set_stack(ADW_VIEW_SWITCHER(tabs), pages);
	return tabs;
}

static GtkWidget *
new_header(void)
{
	GtkWidget *header = adw_header_bar_new();
	GtkWidget *again = gtk_button_new_from_icon_name("view-refresh-symbolic");

	gtk_widget_set_tooltip_text(again, _("Look again"));
	rows_name(again, _("Look again"));
	gtk_actionable_set_action_name(GTK_ACTIONABLE(again), "win.look");
	adw_header_bar_pack_start(ADW_HEADER_BAR(header), again);
	return header;
}

static void
add_bar(GtkBox *whole)
{
	GtkWidget *spinner = gtk_spinner_new(), *leave = gtk_button_new_with_label(_("Leave"));

	bar = g_object_new(GTK_TYPE_BOX, "spacing", 12, "accessible-role",
			   GTK_ACCESSIBLE_ROLE_STATUS, NULL);
	doing = GTK_LABEL(gtk_label_new(""));
	gtk_spinner_start(GTK_SPINNER(spinner));
	gtk_widget_set_hexpand(GTK_WIDGET(doing), TRUE);
	gtk_label_set_xalign(doing, 0);
	gtk_actionable_set_action_name(GTK_ACTIONABLE(leave), "win.leave");
	gtk_widget_add_css_class(bar, "toolbar");
	gtk_box_append(GTK_BOX(bar), spinner);
	gtk_box_append(GTK_BOX(bar), GTK_WIDGET(doing));
	gtk_box_append(GTK_BOX(bar), leave);
	gtk_box_append(whole, bar);
}

static void
add_actions(GtkApplication *application)
{
	const GActionEntry entries[] = {
		{.name = "look", .activate = on_look},
		{.name = "leave", .activate = on_leave},
		{.name = "page", .activate = on_page, .parameter_type = "s"},
	};
	static const char *const keys[][2] = {
		{"win.look", "F5"},
		{"win.page::certificates", "<Control>1"},
		{"win.page::pins", "<Control>2"},
		{"win.page::documents", "<Control>3"},
		{"win.page::help", "<Control>4"},
		{"window.close", "<Control>q"},
	};

	g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), NULL);
	for (const struct task *task = tasks; task->name; task++) {
		const GActionEntry entry = {.name = task->name,
					    .activate = on_task,
					    .parameter_type = task->of_card ? LOOK_TARGET : NULL};

		g_action_map_add_action_entries(G_ACTION_MAP(window), &entry, 1, NULL);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		gtk_application_set_accels_for_action(application, keys[i][0],
						      (const char *const[]){keys[i][1], NULL});
}

static void
on_destroy(GtkWidget *widget, void *unused)
{
	(void)widget;
	(void)unused;
	window = NULL;
	pin_dialog_cancel(true);
}

GtkWindow *
window_new(AdwApplication *application, const char *module)
{
	GtkWidget *whole = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
	struct person person;

	window = GTK_WINDOW(adw_application_window_new(GTK_APPLICATION(application)));
	pages = ADW_VIEW_STACK(adw_view_stack_new());
	gtk_window_set_title(window, _("My Number card"));
	gtk_window_set_default_size(window, 900, 560);
	add_actions(GTK_APPLICATION(application));
	rows_scroll_by_key(window);
	add_pages();
	gtk_box_append(GTK_BOX(whole), new_header());
	gtk_box_append(GTK_BOX(whole), new_tabs());
	gtk_widget_set_vexpand(GTK_WIDGET(pages), TRUE);
	gtk_box_append(GTK_BOX(whole), GTK_WIDGET(pages));
	add_bar(GTK_BOX(whole));
	adw_application_window_set_content(ADW_APPLICATION_WINDOW(window), whole);
	g_signal_connect(window, "destroy", G_CALLBACK(on_destroy), NULL);
	g_signal_connect(window, "notify::focus-widget", G_CALLBACK(on_focus), NULL);
	g_signal_connect(window, "notify::is-active", G_CALLBACK(on_active), NULL);
	person = pin_dialog(window, on_busy);
	worker_start(module, &person, look);
	look();
	return window;
}

void
window_open(GFile *first, size_t count)
{
	if (window && documents_take(window, first, count))
		adw_view_stack_set_visible_child_name(pages, "documents");
}

void
window_end(void)
{
	pin_dialog_cancel(true);
	worker_stop();
	look_free(seen);
}
