/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_BROWSERS_NSSDB_H
#define JPKI_TOOL_BROWSERS_NSSDB_H

#include <stdbool.h>

/*
 * The list of PKCS#11 modules in an NSS database: the file pkcs11.txt beside cert9.db, one in each
 * profile of Firefox and Thunderbird, one for all of Chromium's. It is read here, and changed by
 * NSS's own modutil, but on a copy: the result is compared with what was asked for and then takes
 * the file's place in one step. So nothing else in the database is ever written to, and whatever
 * ends us or modutil, the list is the old one or the new one.
 */

enum nssdb_state {
	NSSDB_NONE,    /* no database: the browser was never started, or has not needed one */
	NSSDB_WITHOUT, /* the module is not in it */
	NSSDB_OURS,    /* it is, as `setup` puts it there */
	NSSDB_BY_HAND, /* it is, under another name, or one of our other modules is */
	NSSDB_PROXY,   /* it has p11-kit's proxy, which brings all modules that p11-kit knows */
	NSSDB_UNREADABLE,
};

struct nssdb {
	enum nssdb_state state;
	char *library; /* what is loaded, where the state names something; freed by nssdb_free */
	bool readable; /* and it is there */
};

/*
 * Looks for the module with that file name, which without its ".so" is the name of our entry;
 * changes nothing. nssdb_free goes with it.
 */
void nssdb_look(const char *folder, const char *file, struct nssdb *db);
void nssdb_free(struct nssdb *db);

/* Room for a sentence that says why not. */
#define NSSDB_WHY 1024

/*
 * False if it could not be done: then the list is as it was, and `why` says why, in words for the
 * user. nssdb_make makes an empty database and its folder; nssdb_change gives the
 * list our entry for `library`, an absolute path, or takes that away (NULL).
 */
bool nssdb_make(const char *folder, char why[NSSDB_WHY]);
bool nssdb_change(const char *folder, const char *file, const char *library, char why[NSSDB_WHY]);

/*
 * Runs a program of NSS's; the empty one of its words stands for the database in the folder. What
 * it says goes into `said`, of NSSDB_SAID bytes, if that is not NULL. False if it fails: its last
 * line says why, if anybody wants to know.
 */
#define NSSDB_SAID 65536
#define NSSDB_WORDS(...) ((const char *[]){__VA_ARGS__, NULL})
bool nssdb_run(const char *const words[], const char *folder, char *said, char why[NSSDB_WHY]);

#endif
