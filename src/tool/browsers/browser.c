/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/browsers/browser.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "holder/text.h"
#include "tool/system/child.h"
#include "tool/system/file.h"
#include "tool/system/paths.h"
#include "tool/terminal/text.h"

/* ---- folders ---- */

/* Without a home folder, a place where nothing is. */
static char *
path_of(enum base base, const char *below)
{
	char *path = path_below(base, below);

	return path ? path : text_made("/%s", below);
}

static bool
exists(enum base base, const char *below)
{
	char *path = path_of(base, below);
	bool there = path && access(path, F_OK) == 0;

	free(path);
	return there;
}

/* ---- what there is ---- */

struct row {
	enum browser browser;
	enum base base;
	const char *folder;
};

/* Firefox keeps to the first if it is there; since version 147 new users get the second. */
static const struct row mozilla_roots[] = {
	{BROWSER_FIREFOX, BASE_HOME, ".mozilla/firefox"},
	{BROWSER_FIREFOX, BASE_CONFIG, "mozilla/firefox"},
	{BROWSER_THUNDERBIRD, BASE_HOME, ".thunderbird"},
	{BROWSER_THUNDERBIRD, BASE_CONFIG, "thunderbird"},
};

/* Chromium likewise: the second only where the first is not there. */
static const struct row chromium_lists[] = {
	{BROWSER_CHROMIUM, BASE_HOME, ".pki/nssdb"},
	{BROWSER_CHROMIUM, BASE_DATA, "pki/nssdb"},
};

/* Where the Chromium family keeps what else it has, and the lock of one that runs. */
static const struct row chromium_homes[] = {
	{BROWSER_CHROMIUM, BASE_CONFIG, "chromium"},
	{BROWSER_CHROMIUM, BASE_CONFIG, "google-chrome"},
	{BROWSER_CHROMIUM, BASE_CONFIG, "google-chrome-beta"},
	{BROWSER_CHROMIUM, BASE_CONFIG, "google-chrome-unstable"},
	{BROWSER_CHROMIUM, BASE_CONFIG, "BraveSoftware/Brave-Browser"},
	{BROWSER_CHROMIUM, BASE_CONFIG, "microsoft-edge"},
	{BROWSER_CHROMIUM, BASE_CONFIG, "vivaldi"},
};

static const struct {
	struct row row;
	enum sandbox sandbox;
} sandboxes[] = {
	{{BROWSER_FIREFOX, BASE_HOME, "snap/firefox"}, SANDBOX_SNAP},
	{{BROWSER_FIREFOX, BASE_HOME, ".var/app/org.mozilla.firefox"}, SANDBOX_FLATPAK},
	{{BROWSER_THUNDERBIRD, BASE_HOME, "snap/thunderbird"}, SANDBOX_SNAP},
	{{BROWSER_THUNDERBIRD, BASE_HOME, ".var/app/org.mozilla.Thunderbird"}, SANDBOX_FLATPAK},
	{{BROWSER_THUNDERBIRD, BASE_HOME, ".var/app/org.mozilla.thunderbird"}, SANDBOX_FLATPAK},
	{{BROWSER_CHROMIUM, BASE_HOME, "snap/chromium"}, SANDBOX_SNAP},
	{{BROWSER_CHROMIUM, BASE_HOME, ".var/app/org.chromium.Chromium"}, SANDBOX_FLATPAK},
	{{BROWSER_CHROMIUM, BASE_HOME, ".var/app/com.google.Chrome"}, SANDBOX_FLATPAK},
	{{BROWSER_CHROMIUM, BASE_HOME, ".var/app/com.brave.Browser"}, SANDBOX_FLATPAK},
	{{BROWSER_CHROMIUM, BASE_HOME, ".var/app/com.microsoft.Edge"}, SANDBOX_FLATPAK},
};

/* Files of the administrator that bring modules to a browser, and what they then contain. */
static const struct {
	enum browser browser;
	const char *file;
	const char *contains; /* NULL: the module for it */
} policies[] = {
	{BROWSER_FIREFOX, "/etc/firefox/policies/policies.json", NULL},
	{BROWSER_FIREFOX, "/etc/firefox-esr/policies/policies.json", NULL},
	{BROWSER_FIREFOX, "/usr/lib/firefox/distribution/policies.json", NULL},
	{BROWSER_FIREFOX, "/usr/lib64/firefox/distribution/policies.json", NULL},
	{BROWSER_FIREFOX, "/usr/lib/firefox-esr/distribution/policies.json", NULL},
	{BROWSER_THUNDERBIRD, "/etc/thunderbird/policies/policies.json", NULL},
	{BROWSER_THUNDERBIRD, "/usr/lib/thunderbird/distribution/policies.json", NULL},
	{BROWSER_THUNDERBIRD, "/usr/lib64/thunderbird/distribution/policies.json", NULL},
	/* Fedora: every program with NSS loads what this names. */
	{BROWSER_FIREFOX, "/etc/crypto-policies/back-ends/nss.config", "p11-kit-proxy.so"},
	{BROWSER_THUNDERBIRD, "/etc/crypto-policies/back-ends/nss.config", "p11-kit-proxy.so"},
	{BROWSER_CHROMIUM, "/etc/crypto-policies/back-ends/nss.config", "p11-kit-proxy.so"},
};

/* clang-format off */
const struct browser_kind browsers[BROWSERS] = {
	[BROWSER_FIREFOX] = {"Firefox", "firefox", BROWSER_LOGIN_MODULE, false,
		{"firefox", "firefox-esr"}},
	[BROWSER_THUNDERBIRD] = {"Thunderbird", "thunderbird", "jpki-sign-pkcs11.so", true,
		{"thunderbird"}},
	[BROWSER_CHROMIUM] = {"Chromium", "chromium", BROWSER_LOGIN_MODULE, false,
		{"chromium", "google-chrome", "brave-browser", "microsoft-edge"}},
};
/* clang-format on */

const char *
browser_sandbox_text(enum sandbox sandbox)
{
	return sandbox == SANDBOX_SNAP
		       ? _("from inside a Snap it cannot load modules of this computer, and "
			   "OpenSC's, which some Snaps bring, leaves the card logged in: install "
			   "it as a package of the distribution (or of its maker) instead")
		       : _("from inside a Flatpak it cannot load modules of this computer: install "
			   "it as a package of the distribution (or of its maker) instead, or let "
			   "it reach the card through p11-kit's socket (doc/clients/flatpak.md)");
}

/* Mozilla's have profiles, and write down where; Chromium's share one list. */
static bool
has_profiles(enum browser browser)
{
	return browser != BROWSER_CHROMIUM;
}

/* ---- does it run? ---- */

/* Firefox and Thunderbird hold a lock on this file while they run; the file stays. */
static bool
is_locked(const char *path)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool held = fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

	if (fd >= 0)
		(void)close(fd);
	return held;
}

/*
 * A link to "HOST-PID" (Chromium), which is left behind by a crash. One of another computer, on
 * a shared home folder, cannot be looked at from here: Chromium takes it seriously, so do we.
 */
static bool
is_process(const char *path)
{
	char target[PATH_MAX], host[256];
	ssize_t len = readlink(path, target, sizeof target - 1);
	char *dash;
	long pid;

	if (len <= 0)
		return false;
	target[len] = '\0';
	dash = strrchr(target, '-');
	if (!dash)
		return false;
	*dash = '\0';
	pid = strtol(dash + 1, NULL, 10);
	if (gethostname(host, sizeof host) == 0 && strcmp(host, target) != 0)
		return true;
	return pid > 0 && pid <= INT_MAX && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

static char *
profile_lock(const char *folder)
{
	char *path = text_made("%s/.parentlock", folder);

	if (path && is_locked(path))
		return path;
	free(path);
	return NULL;
}

static char *
chromium_lock(void)
{
	for (size_t i = 0; i < ROWS(chromium_homes); i++) {
		char *home = path_of(chromium_homes[i].base, chromium_homes[i].folder);
		char *path = home ? text_made("%s/SingletonLock", home) : NULL;

		free(home);
		if (path && is_process(path))
			return path;
		free(path);
	}
	return NULL;
}

void
browser_look_running(struct place *place)
{
	free(place->running);
	place->running = place->sandbox != SANDBOX_NONE ? NULL
			 : has_profiles(place->browser) ? profile_lock(place->folder)
							: chromium_lock();
}

/* ---- the list of places ---- */

static const char *
policy_of(enum browser browser)
{
	const char *found = NULL;

	for (size_t i = 0; i < ROWS(policies) && !found; i++) {
		const char *module = browsers[browser].module;
		char *text = policies[i].browser == browser ? file_text(policies[i].file) : NULL;

		if (text && strstr(text, policies[i].contains ? policies[i].contains : module))
			found = policies[i].file;
		free(text);
	}
	return found;
}

static bool
is_known(const struct places *places, const char *folder)
{
	for (size_t i = 0; i < places->count; i++)
		if (strcmp(places->items[i].folder, folder) == 0)
			return true;
	return false;
}

/* Takes `folder`, which may be NULL without memory. */
static bool
add(struct places *places, enum browser browser, enum sandbox sandbox, char *folder,
    const char *name)
{
	struct place *items;
	struct place place = {.browser = browser, .sandbox = sandbox, .folder = folder};

	if (folder && is_known(places, folder)) {
		free(folder);
		return true;
	}
	items = folder ? realloc(places->items, (places->count + 1) * sizeof *items) : NULL;
	place.name = strdup(name);
	if (items)
		places->items = items;
	if (!items || !place.name) {
		free(folder);
		free(place.name);
		return false;
	}
	if (sandbox == SANDBOX_NONE) {
		nssdb_look(folder, browsers[browser].module, &place.db);
		place.elsewhere = policy_of(browser);
		browser_look_running(&place);
	}
	places->items[places->count++] = place;
	return true;
}

/* What profiles.ini and installs.ini say of one profile. */
struct section {
	char name[128];
	char path[PATH_MAX];
	bool relative;
};

static bool
add_section(struct places *places, enum browser browser, const char *root, struct section *section)
{
	bool ok = true;

	if (section->path[0]) {
		if (section->path[0] == '/')
			section->relative = false;
		ok = add(places, browser, SANDBOX_NONE,
			 text_made("%s%s%s", section->relative ? root : "",
				   section->relative ? "/" : "", section->path),
			 section->name[0] ? section->name : section->path);
	}
	*section = (struct section){.relative = true};
	return ok;
}

static void
take_line(struct section *section, const char *line, bool installs)
{
	if (strncmp(line, "Name=", 5) == 0)
		(void)snprintf(section->name, sizeof section->name, "%s", line + 5);
	else if (strncmp(line, "Path=", 5) == 0)
		(void)snprintf(section->path, sizeof section->path, "%s", line + 5);
	else if (installs && strncmp(line, "Default=", 8) == 0)
		(void)snprintf(section->path, sizeof section->path, "%s", line + 8);
	else if (strcmp(line, "IsRelative=0") == 0)
		section->relative = false;
}

static bool
read_ini(struct places *places, enum browser browser, const char *root, const char *file,
	 bool installs)
{
	struct section section = {.relative = true};
	char *path = text_made("%s/%s", root, file), *text = path ? file_text(path) : NULL;
	char *rest = text, *line;
	bool ok = path != NULL;

	while (ok && (line = strsep(&rest, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		if (line[0] == '[')
			ok = add_section(places, browser, root, &section);
		else
			take_line(&section, line, installs);
	}
	ok = ok && add_section(places, browser, root, &section);
	free(text);
	free(path);
	return ok;
}

static bool
find_profiles(enum browser browser, struct places *places)
{
	bool ok = true;

	for (size_t i = 0; i < ROWS(mozilla_roots) && ok; i++) {
		char *root;

		if (mozilla_roots[i].browser != browser)
			continue;
		root = path_of(mozilla_roots[i].base, mozilla_roots[i].folder);
		ok = root && read_ini(places, browser, root, "profiles.ini", false) &&
		     read_ini(places, browser, root, "installs.ini", true);
		free(root);
	}
	return ok;
}

/*
 * The list that Chromium uses: the first that is there. If none is, the first: what was made
 * before they knew the second only knows that one, and all keep to it where it is.
 */
static bool
find_chromium(struct places *places)
{
	size_t i = 0;

	while (i < ROWS(chromium_lists) &&
	       !exists(chromium_lists[i].base, chromium_lists[i].folder))
		i++;
	i = i < ROWS(chromium_lists) ? i : 0;
	return add(places, BROWSER_CHROMIUM, SANDBOX_NONE,
		   path_of(chromium_lists[i].base, chromium_lists[i].folder), "");
}

bool
browser_find(enum browser browser, struct places *places)
{
	bool ok;

	*places = (struct places){0};
	ok = has_profiles(browser) ? find_profiles(browser, places) : find_chromium(places);
	for (size_t i = 0; i < ROWS(sandboxes) && ok; i++)
		if (sandboxes[i].row.browser == browser &&
		    exists(sandboxes[i].row.base, sandboxes[i].row.folder))
			ok = add(places, browser, sandboxes[i].sandbox,
				 path_of(sandboxes[i].row.base, sandboxes[i].row.folder), "");
	return ok;
}

bool
browser_is_idle(const struct places *places, const struct place *place)
{
	if (!has_profiles(place->browser) || place->sandbox != SANDBOX_NONE ||
	    place->db.state != NSSDB_NONE)
		return false;
	for (size_t i = 0; i < places->count; i++)
		if (places->items[i].sandbox != SANDBOX_NONE ||
		    places->items[i].db.state != NSSDB_NONE)
			return true;
	return &places->items[0] != place;
}

void
browser_free(struct places *places)
{
	for (size_t i = 0; i < places->count; i++) {
		nssdb_free(&places->items[i].db);
		free(places->items[i].name);
		free(places->items[i].folder);
		free(places->items[i].running);
	}
	free(places->items);
	*places = (struct places){0};
}

bool
browser_is_here(enum browser browser, const struct places *places)
{
	for (size_t i = 0; i < places->count; i++)
		if (places->items[i].sandbox != SANDBOX_NONE ||
		    places->items[i].db.state != NSSDB_NONE || has_profiles(browser))
			return true;
	for (size_t i = 0; browser == BROWSER_CHROMIUM && i < ROWS(chromium_homes); i++)
		if (exists(chromium_homes[i].base, chromium_homes[i].folder))
			return true;
	for (size_t i = 0; browsers[browser].programs[i]; i++)
		if (child_exists(browsers[browser].programs[i]))
			return true;
	return false;
}
