/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_BROWSERS_BROWSER_H
#define JPKI_TOOL_BROWSERS_BROWSER_H

#include <stdbool.h>
#include <stddef.h>

#include "tool/browsers/nssdb.h"

/* Where the browsers and the mail program of this user keep their lists of PKCS#11 modules. */

#define BROWSER_LOGIN_MODULE "jpki-auth-pkcs11.so"

enum browser {
	BROWSER_FIREFOX,
	BROWSER_THUNDERBIRD,
	BROWSER_CHROMIUM, /* and those made from it, which share one list */
	BROWSERS
};

enum sandbox {
	SANDBOX_NONE,
	SANDBOX_SNAP,
	SANDBOX_FLATPAK,
};

/* A profile of Firefox or Thunderbird, the list of Chromium, or a sandbox in which one of them
 * runs. */
struct place {
	enum browser browser;
	enum sandbox
		sandbox; /* not SANDBOX_NONE: it cannot load our module, and only that is known */
	char *name;	 /* of the profile; "" where it has none */
	char *folder;	 /* of the database */
	struct nssdb db;
	char *running;	       /* the lock that shows that the browser runs; NULL if it does not */
	const char *elsewhere; /* what else brings the module to it: a file; NULL if nothing */
};

struct places {
	struct place *items;
	size_t count;
};

/*
 * Whether it is one of the profiles that Firefox and Thunderbird make and never use: they say
 * nothing where another one was used.
 */
bool browser_is_idle(const struct places *places, const struct place *place);

/*
 * All places of a browser, also those that were never used. For Chromium there is always one
 * without sandbox: where its list would be. False without memory. browser_free goes with it.
 */
bool browser_find(enum browser browser, struct places *places);
void browser_free(struct places *places);

/* Whether the browser is on this computer, or was used by this user. */
bool browser_is_here(enum browser browser, const struct places *places);

/* Looks again whether it runs. */
void browser_look_running(struct place *place);

/* Why it cannot be set up in there, and what to do. Not for SANDBOX_NONE. */
const char *browser_sandbox_text(enum sandbox sandbox);

/* What is known of each. */
extern const struct browser_kind {
	const char *name;   /* "Firefox" */
	const char *word;   /* on the command line: "firefox" */
	const char *module; /* file name of the one with the key it is for: so it asks one PIN */
	bool mail; /* what it needs is the key for signatures, and to trust its authority */
	const char *programs[4 + 1]; /* ended by NULL */
} browsers[BROWSERS];

#endif
