/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool setup: the module for one key in the lists of a program, or out of them again. */
#include "tool/browsers/setup.h"

#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "holder/authority.h"
#include "holder/certificate.h"
#include "holder/pin.h"
#include "holder/text.h"
#include "tool/browsers/browser.h"
#include "tool/browsers/p11kit.h"
#include "tool/browsers/trust.h"
#include "tool/cards/cards.h"
#include "tool/cards/words.h"
#include "tool/system/child.h"
#include "tool/system/file.h"
#include "tool/system/packages.h"
#include "tool/terminal/prompt.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

/* What is to be done in one place. */
enum step {
	STEP_NONE,
	STEP_CHANGE,
	STEP_MAKE, /* a database, and then the change */
};

struct todo {
	enum step step;
	bool trust; /* whether the authority is to be added there, or taken away */
};

struct plan {
	const struct options *options;
	enum browser browser;
	char *library; /* an absolute path; NULL for --remove */
	struct places places;
	char *authority;   /* for mail: of the card's certificate, in PEM; NULL for --remove */
	struct todo *todo; /* for each place */
	size_t changes, already, running, unreadable;
};

/* ---- what is asked for ---- */

static bool
browser_read(const char *word, enum browser *browser)
{
	for (*browser = 0; *browser < BROWSERS; (*browser)++)
		if (strcasecmp(word, browsers[*browser].word) == 0)
			return true;
	return complain(_("say firefox, thunderbird, chromium, agent or reminders, not \"%s\""),
			word);
}

/* They list all tokens of a module, and would ask the PIN of each. */
static enum tool_exit
find_library(struct plan *plan)
{
	const char *file = browsers[plan->browser].module, *path = plan->options->module;
	enum tool_exit status = TOOL_FAILED;
	char *installed = NULL;

	if (plan->options->remove)
		return TOOL_OK;
	if (!path)
		path = installed = text_made("%s/%s", PKCS11DIR, file);
	if (!path)
		return out_of_memory();
	if (strcmp(basename(path), file) != 0) {
		complain(_("%s gets %s only, so that it asks for one PIN, not %s"),
			 browsers[plan->browser].name, file, path);
		status = TOOL_USAGE;
	} else {
		plan->library = *path == '/' ? strdup(path) : realpath(path, NULL);
		if (plan->library && access(plan->library, R_OK) == 0)
			status = TOOL_OK;
		else
			complain(_("cannot read %s: install jpki-pkcs11, or say with --module "
				   "where it is"),
				 path);
	}
	free(installed);
	return status;
}

/* ---- the authority of the card's certificate ---- */

/* False if its own signature is wrong. */
static bool
show_authority(X509 *certificate)
{
	const char *const labels[] = {_("Authority"), _("SHA-256 fingerprint")};
	char fingerprint[FINGERPRINT_TEXT], year[AUTHORITY_YEAR];
	enum authority_answer answer =
		authority_check(authority_list(), KEY_SIGN, certificate, certificate, year);

	certificate_fingerprint(certificate, fingerprint);
	screen_labels(labels, ROWS(labels));
	authority_row(labels[0], answer, year);
	screen_row(labels[1], MARK_NONE, fingerprint);
	screen_blank();
	return authority_mark(answer) != MARK_PROBLEM;
}

static enum tool_exit
read_authority(struct module *module, const struct options *options, void *context)
{
	struct plan *plan = context;
	X509 *certificate = NULL;
	BIO *out = BIO_new(BIO_s_mem());
	enum tool_exit status =
		cards_tell(module, certificate_read(module, ID_SIGN_CA, &certificate));
	char *data;
	long len;

	(void)options;
	if (status == TOOL_OK) {
		if (out && PEM_write_bio_X509(out, certificate) == 1) {
			len = BIO_get_mem_data(out, &data);
			plan->authority = strndup(data, (size_t)len);
		}
		if (!plan->authority)
			status = out_of_memory();
		else if (!show_authority(certificate))
			status = TOOL_FAILED;
	}
	X509_free(certificate);
	BIO_free(out);
	return status;
}

/* ---- one row for each place ---- */

static const char *
label_of(const struct place *place)
{
	static const char *const boxes[] = {"", " (Snap)", " (Flatpak)"};
	static char label[200];

	(void)snprintf(label, sizeof label, "%s%s%s%s", browsers[place->browser].name,
		       place->name[0] ? " " : "", place->name, boxes[place->sandbox]);
	return label;
}

#define say(place, mark, ...) screen_rowf(label_of(place), (mark), __VA_ARGS__)

static void
find_width(const struct places *places)
{
	int widest = 0;

	for (size_t i = 0; i < places->count; i++) {
		int columns = screen_columns(label_of(&places->items[i])) + 2;

		widest = columns > widest ? columns : widest;
	}
	screen_width(widest);
}

/* ---- planning ---- */

static bool
is_any(struct todo todo)
{
	return todo.step != STEP_NONE || todo.trust;
}

/* Whether p11-kit brings the module into this place: by its list, or by the administrator. */
static bool
comes_by_p11kit(const struct place *place)
{
	char *known;

	if (place->db.state != NSSDB_PROXY && !place->elsewhere)
		return false;
	known = p11kit_find(browsers[place->browser].word, browsers[place->browser].module);
	free(known);
	return known != NULL;
}

static bool
is_already(const struct plan *plan, const struct place *place)
{
	const struct nssdb *db = &place->db;

	if (db->state == NSSDB_OURS)
		return db->readable &&
		       (!plan->options->module || file_is_same(db->library, plan->library));
	return db->state == NSSDB_BY_HAND && db->readable;
}

/* It is not there yet. */
static enum step
plan_entry(const struct plan *plan, const struct place *place)
{
	if (place->db.state == NSSDB_NONE && place->browser != BROWSER_CHROMIUM) {
		say(place, MARK_CAUTION,
		    _("never used: start %s with it once, close it, and run this again"),
		    browsers[place->browser].name);
		return STEP_NONE;
	}
	if (place->db.state == NSSDB_NONE) {
		say(place, MARK_NONE,
		    _("the empty database %s is made, without a password, as Chromium makes it; "
		      "its pkcs11.txt gets the module %s"),
		    place->folder, plan->library);
		return STEP_MAKE;
	}
	say(place, MARK_NONE, _("%s/pkcs11.txt gets the module %s"), place->folder, plan->library);
	return STEP_CHANGE;
}

static enum step
plan_add(struct plan *plan, const struct place *place)
{
	if (is_already(plan, place))
		say(place, MARK_OK, _("the module is in it already: %s"), place->db.library);
	else if (place->elsewhere && strstr(place->elsewhere, "policies.json"))
		say(place, MARK_OK, _("the administrator brings the module already: %s"),
		    place->elsewhere);
	else if (comes_by_p11kit(place))
		say(place, MARK_OK, "%s", _("the module comes through p11-kit already"));
	else
		return plan_entry(plan, place);
	plan->already++;
	return STEP_NONE;
}

static enum step
plan_remove(struct plan *plan, const struct place *place)
{
	if (place->db.state == NSSDB_OURS) {
		say(place, MARK_NONE, _("%s/pkcs11.txt loses the module %s"), place->folder,
		    place->db.library);
		return STEP_CHANGE;
	}
	if (place->db.state == NSSDB_BY_HAND)
		say(place, MARK_CAUTION,
		    _("%s is in it, but not by \"jpki-tool setup\": take it out in its settings"),
		    place->db.library);
	else
		say(place, MARK_OK, "%s", _("\"jpki-tool setup\" has put nothing there"));
	plan->already++;
	return STEP_NONE;
}

/* Whether the authority is to be added or taken away. */
static bool
plan_trust(const struct plan *plan, const struct place *place)
{
	const bool remove = plan->options->remove;
	char *name;

	if (!browsers[place->browser].mail || place->db.state == NSSDB_NONE ||
	    (remove && !trust_has_ours(place->folder)))
		return false;
	name = remove ? NULL : trust_find(place->folder, plan->authority);
	if (name)
		say(place, MARK_OK, _("the authority is trusted for mail already: %s"), name);
	else
		say(place, MARK_NONE, "%s",
		    remove ? _("the authority is not trusted any more")
			   : _("the authority becomes trusted for mail, and for nothing else"));
	free(name);
	return !name;
}

static struct todo
plan_place(struct plan *plan, const struct place *place)
{
	struct todo todo = {STEP_NONE, false};

	if (browser_is_idle(&plan->places, place)) {
		say(place, MARK_NONE, "%s", _("never used, so it is left alone"));
	} else if (place->sandbox != SANDBOX_NONE) {
		say(place, MARK_CAUTION, "%s", browser_sandbox_text(place->sandbox));
	} else if (place->db.state == NSSDB_UNREADABLE) {
		plan->unreadable++;
		say(place, MARK_PROBLEM, _("%s/pkcs11.txt cannot be read"), place->folder);
	} else {
		todo.step =
			plan->options->remove ? plan_remove(plan, place) : plan_add(plan, place);
		todo.trust = plan_trust(plan, place);
	}
	if (is_any(todo) && place->running) {
		plan->running++;
		say(place, MARK_PROBLEM, _("is running: close it first (%s)"), place->running);
	}
	return todo;
}

static enum tool_exit
make_plan(struct plan *plan)
{
	if (browser_find(plan->browser, &plan->places))
		plan->todo = calloc(plan->places.count + 1, sizeof *plan->todo);
	if (!plan->todo)
		return out_of_memory();
	find_width(&plan->places);
	for (size_t i = 0; i < plan->places.count; i++) {
		plan->todo[i] = plan_place(plan, &plan->places.items[i]);
		plan->changes += is_any(plan->todo[i]);
	}
	return TOOL_OK;
}

/* ---- doing ---- */

/* The browser may have been started while the question was asked. */
static bool
do_step(const struct plan *plan, struct place *place, struct todo todo, char why[NSSDB_WHY])
{
	browser_look_running(place);
	if (place->running) {
		(void)snprintf(why, NSSDB_WHY, "%s", _("it is running now: close it first"));
		return false;
	}
	if (todo.step == STEP_MAKE && !nssdb_make(place->folder, why))
		return false;
	if (todo.trust && !(plan->library ? trust_add(place->folder, plan->authority, why)
					  : trust_remove(place->folder, why)))
		return false;
	return todo.step == STEP_NONE ||
	       nssdb_change(place->folder, browsers[plan->browser].module, plan->library, why);
}

static enum tool_exit
do_plan(struct plan *plan)
{
	enum tool_exit status = plan->unreadable > 0 ? TOOL_FAILED : TOOL_OK;
	char why[NSSDB_WHY];

	for (size_t i = 0; i < plan->places.count; i++) {
		struct place *place = &plan->places.items[i];

		if (!is_any(plan->todo[i]))
			continue;
		if (do_step(plan, place, plan->todo[i], why)) {
			say(place, MARK_OK, "%s",
			    plan->library ? _("done; it counts from the program's next start")
					  : _("done"));
			continue;
		}
		say(place, MARK_PROBLEM, "%s", why);
		status = TOOL_FAILED;
	}
	return status;
}

/*
 * What of this path and its folder belongs to another user than root, who asks; where there is no
 * such folder, of the nearest above it. The caller frees it; NULL for nothing.
 */
static char *
find_anothers(const char *path)
{
	struct stat about;
	bool there;
	char *at;

	if (geteuid() != 0 || !path || *path == '\0')
		return NULL;
	at = realpath(path, NULL);
	if (!at)
		at = text_made("%s%s", *path == '/' ? "" : "./", path);
	if (!at)
		return NULL;
	for (char *slash;; slash[slash == at] = '\0') {
		there = stat(at, &about) == 0;
		if (there && about.st_uid != 0)
			return at;
		slash = strrchr(at, '/');
		if (!slash || at[1] == '\0' || (there && S_ISDIR(about.st_mode)))
			break;
	}
	free(at);
	return NULL;
}

/* A message if it is. */
static bool
is_anothers(const char *path, bool is_home)
{
	char *found = find_anothers(path);
	const bool is = found != NULL;

	if (is)
		complain(is_home ? _("%s is another user's home folder: run this as that user, "
				     "without sudo")
				 : _("%s belongs to another user: run jpki-tool as that user, "
				     "without sudo"),
			 found);
	free(found);
	return is;
}

bool
setup_is_anothers(const char *path)
{
	return is_anothers(path, false);
}

/* One that is no absolute path counts as not set. */
static bool
is_set_to_anothers(const char *variable)
{
	const char *folder = getenv(variable);

	return folder && *folder == '/' && setup_is_anothers(folder);
}

/* sudo keeps the user's home folder: what root makes there, the browser cannot open any more. */
bool
setup_is_anothers_home(void)
{
	return is_anothers(getenv("HOME"), true) || is_set_to_anothers("XDG_CONFIG_HOME") ||
	       is_set_to_anothers("XDG_DATA_HOME");
}

/* Whether what is to be changed is another user's; a message if so. */
static bool
changes_anothers(const struct plan *plan)
{
	for (size_t i = 0; i < plan->places.count; i++)
		if (is_any(plan->todo[i]) && setup_is_anothers(plan->places.items[i].folder))
			return true;
	return false;
}

/* Why there is nothing to do: fine where it was done before, else a message or a PROBLEM. */
static enum tool_exit
nothing_to_do(const struct plan *plan)
{
	if (plan->unreadable > 0)
		return TOOL_FAILED;
	if (plan->already > 0)
		return TOOL_OK;
	return give_up(TOOL_FAILED,
		       _("%s has no profile here that can be set up: start it once, close it, and "
			 "run this again"),
		       browsers[plan->browser].name);
}

static enum tool_exit
carry_out(struct plan *plan)
{
	enum tool_exit status = make_plan(plan);

	if (status != TOOL_OK)
		return status;
	if (plan->changes == 0)
		return nothing_to_do(plan);
	if (plan->running > 0)
		return give_up(TOOL_FAILED, _("%s is running: close it first; nothing was changed"),
			       browsers[plan->browser].name);
	if (changes_anothers(plan))
		return TOOL_FAILED;
	if (!child_exists("modutil"))
		return give_up(TOOL_FAILED, _("%s is missing; it comes with: %s"), "modutil",
			       package_command(PACKAGE_MODUTIL));
	screen_blank();
	if (browsers[plan->browser].mail)
		screen_text(0, _("Nothing else is changed; which mails are signed is chosen in the "
				 "program."));
	else
		screen_text(0, _("Nothing else is changed; the browser goes on asking which "
				 "certificate a site gets."));
	screen_blank();
	if (!plan->options->yes)
		status = prompt_consent(_("Do this?"), "--yes", _("nothing was changed"));
	return status == TOOL_OK ? do_plan(plan) : status;
}

enum tool_exit
setup_run(const struct options *options, char *arguments[])
{
	struct plan plan = {.options = options};
	enum tool_exit status = TOOL_USAGE;

	if (browser_read(arguments[0], &plan.browser)) {
		status = setup_is_anothers_home() ? TOOL_FAILED : find_library(&plan);
		if (status == TOOL_OK && browsers[plan.browser].mail && !options->remove)
			status = cards_run(options, read_authority, &plan);
		if (status == TOOL_OK)
			status = carry_out(&plan);
	}
	browser_free(&plan.places);
	free(plan.todo);
	free(plan.authority);
	free(plan.library);
	return status;
}
