/* SPDX-License-Identifier: BSD-2-Clause */
#include "desktop/tasks.h"

#include <stdlib.h>
#include <string.h>

#include "desktop/file.h"
#include "desktop/pages.h"
#include "desktop/reminders.h"
#include "tool/cards/words.h"
#include "tool/commands/commands.h"
#include "tool/doctor/parts.h"
#include "tool/system/away.h"
#include "tool/system/reminders.h"
#include "tool/terminal/text.h"
#include "tool/verify/verify.h"

static char *
propose_certificate(const struct job *job)
{
	(void)job;
	return strdup("certificate.pem");
}

static char *
propose_signature(const struct job *job)
{
	return sign_output(&job->options, job->argument);
}

/* clang-format off */
const struct task tasks[] = {
	{.name = "certificate", .title = N_("Certificate"), .purpose = N_("Show the certificate"),
		.command = cert_show_run, .of_card = true},
	{.name = "validity", .title = N_("Check validity"), .command = validity_run, .of_card = true},
	{.name = "export", .title = N_("Save a copy"), .command = cert_export_run, .of_card = true,
		.proposes = propose_certificate},
	{.name = "change", .title = N_("Change a PIN"), .command = pin_change_run, .of_card = true},
	{.name = "sign", .title = N_("Sign"), .command = sign_run, .of_card = true, .of_file = true},
	{.name = "sign-elsewhere", .title = N_("Sign"), .command = sign_run, .of_card = true,
		.of_file = true, .proposes = propose_signature},
	{.name = "verify", .title = N_("Verify"), .command = verify_run, .of_file = true},
	{.name = "reminders", .title = N_("Reminders"), .command = setup_any_run,
		.waits = N_("Waiting for the system ...")},
	{.name = "doctor", .title = N_("It does not work"), .command = doctor_run,
		.waits = N_("Looking for the cause ...")},
	{.name = NULL},
};
/* clang-format on */

const struct task *
task_named(const char *name)
{
	const struct task *task = tasks;

	while (g_strcmp0(task->name, name) != 0)
		task++;
	return task;
}

/* The dialog has asked about what was there when the place was chosen, and not of what comes after.
 */
static void
may_overwrite(struct job *job)
{
	bool is_there = false;

	if (job->options.output) {
		away_begin(BUSY_WRITING);
		is_there = g_file_test(job->options.output, G_FILE_TEST_EXISTS);
		(void)away_end();
	}
	job->options.force = is_there;
}

static void
do_elsewhere(struct job *job)
{
	may_overwrite(job);
	job_command(job);
}

/* Of which card its answer is stands above that. A copy that was saved the tool says nothing of. */
static void
do_with_card(struct job *job)
{
	enum key key;
	char *title, *saved;

	may_overwrite(job);
	if (job->options.reader && key_read(job->argument, &key)) {
		title = g_strconcat(key_text(key), _(", "), job->options.reader, NULL);
		screen_heading(title);
		g_free(title);
	}
	job_command(job);
	if (job->status != TOOL_OK || !job->options.output)
		return;
	saved = g_strdup_printf(_("The copy is in %s."), job->options.output);
	screen_text(0, saved);
	g_free(saved);
}

/*
 * Of the card that was shown, or none. What the tool would ask on a terminal, the window has asked,
 * or shown, beside its button.
 */
static void
fill_card(struct job *job, const struct task *task, GVariant *parameter)
{
	g_variant_get(parameter, LOOK_TARGET, &job->words[0], &job->argument, &job->words[2]);
	job->options.reader = *job->words[0] ? job->words[0] : NULL;
	job->options.serial = *job->words[2] ? job->words[2] : NULL;
	job->options.personal =
		task->command == cert_show_run && g_str_equal(job->argument, "sign");
	if (!task->of_file)
		job->work = do_with_card;
}

/* On, or off again. */
static void
fill_setup(struct job *job)
{
	job->argument = g_strdup("reminders");
	job->options.remove = reminders_offer_off();
	job->options.yes = true;
}

static bool
fill_file(struct job *job, const struct task *task)
{
	if (!documents_fill(job))
		return false;
	if (task->command == verify_run)
		job->options.content = job->words[1];
	job->options.yes = true;
	if (task->proposes)
		job->work = do_elsewhere;
	return true;
}

struct job *
task_job(const struct task *task, GVariant *parameter)
{
	struct job *job = job_new(job_command, NULL);
	struct asked *asked = g_new0(struct asked, 1);

	job->command = task->command;
	job->context = asked;
	asked->task = task;
	asked->parameter = parameter ? g_variant_ref(parameter) : NULL;
	if (task->of_card)
		fill_card(job, task, parameter);
	if (task->command == setup_any_run)
		fill_setup(job);
	if (!task->of_file || fill_file(job, task))
		return job;
	task_forget(asked);
	job_free(job);
	return NULL;
}

const char *
task_sign_discloses(void)
{
	return _("The signature carries your certificate. Everybody who receives it can read your "
		 "name, address, birth date and sex in it.");
}

/* In the words of the button that was pressed. */
char *
task_purpose(const struct job *job)
{
	const struct task *task = ((const struct asked *)job->context)->task;
	const char *discloses = task->of_file ? task_sign_discloses() : NULL, *what = "";
	char *file = NULL, *purpose;
	enum key key;

	if (task->of_file || job->options.output)
		file = file_shown(task->of_file ? job->argument : job->options.output);
	if (!task->of_file && key_read(job->argument, &key))
		what = key_text(key);
	if (job->options.personal)
		discloses = _("Name, address, birth date and sex are shown too.");
	purpose = g_strconcat(_(task->purpose ? task->purpose : task->title), ": ", what,
			      *what && file ? _(", ") : "", file ? file : "", discloses ? "\n" : "",
			      discloses ? discloses : "", NULL);
	free(file);
	return purpose;
}

void
task_forget(struct asked *asked)
{
	if (asked->parameter)
		g_variant_unref(asked->parameter);
	g_free(asked);
}
