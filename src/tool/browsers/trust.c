/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/browsers/trust.h"

#include "holder/text.h"
#include "tool/system/file.h"
#include "tool/terminal/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "JPKI sign CA (jpki-tool)"
#define FOR_MAIL ",C," /* SSL, mail, programs: valid to sign certificates for mail */
#define SAID_BYTES 65536
#define GENERATIONS 16 /* all have the same name */

/* Runs certutil on the database (nssdb_run); `why` may be NULL. */
static bool
certutil(const char *folder, const char *const more[], char *said, char why[NSSDB_WHY])
{
	char *database = text_made("sql:%s", folder), dropped[NSSDB_WHY];
	const char *arguments[16] = {"certutil", "-d", database};
	bool ok;

	for (size_t i = 0; more[i] && i + 4 < sizeof arguments / sizeof *arguments; i++)
		arguments[i + 3] = more[i];
	ok = nssdb_run(arguments, said, SAID_BYTES, why ? why : dropped);
	free(database);
	return ok;
}

#define WITH(...) ((const char *[]){__VA_ARGS__, NULL})

/* Whether the certificates of that name have this one among them. */
static bool
has(const char *folder, const char *name, const char *pem)
{
	char *said = malloc(SAID_BYTES), *to = said;
	bool found;

	if (!said)
		return false;
	found = certutil(folder, WITH("-L", "-a", "-n", name), said, NULL);
	for (char *from = said; found; from++) { /* certutil ends lines as mail does */
		if (*from != '\r')
			*to++ = *from;
		if (*from == '\0')
			break;
	}
	/* The end of the last line was dropped. */
	found = found && memmem(said, strlen(said), pem, strlen(pem) - 1);
	free(said);
	return found;
}

/* A line of certutil's list, "NAME   SSL,MAIL,PROGRAMS": its name, if it is trusted for mail. */
static const char *
trusted_name(char *line)
{
	char *trust, *mail, *end = line + strlen(line);

	while (end > line && end[-1] == ' ')
		*--end = '\0';
	trust = strrchr(line, ' ');
	mail = trust ? strchr(trust, ',') : NULL;
	if (!mail || !memchr(mail + 1, 'C', strcspn(mail + 1, ",")))
		return NULL;
	while (trust > line && trust[-1] == ' ')
		trust--;
	*trust = '\0';
	return line;
}

char *
trust_find(const char *folder, const char *pem)
{
	char *said = malloc(SAID_BYTES), *line, *rest = said, *found = NULL;

	if (said && certutil(folder, WITH("-L"), said, NULL))
		while (!found && (line = strsep(&rest, "\n"))) {
			const char *name = trusted_name(line);

			if (name && has(folder, name, pem))
				found = strdup(name);
		}
	free(said);
	return found;
}

bool
trust_has_ours(const char *folder)
{
	return certutil(folder, WITH("-L", "-n", NAME), NULL, NULL);
}

/* A file beside the database, for certutil to read. */
static char *
write_pem(const char *folder, const char *pem, char why[NSSDB_WHY])
{
	char *path = text_made("%s/.jpki-tool.pem", folder);

	if (path && file_write(path, pem, strlen(pem), true) == TOOL_OK)
		return path;
	free(path);
	(void)snprintf(why, NSSDB_WHY, _("cannot write into %s"), folder);
	return NULL;
}

/* What the database had before, without trusting it for mail, keeps its name there. */
static void
take_our_name(const char *folder, const char *pem)
{
	char *name = trust_find(folder, pem);

	if (name && strcmp(name, NAME) != 0)
		(void)certutil(folder, WITH("--rename", "-n", name, "--new-n", NAME), NULL, NULL);
	free(name);
}

bool
trust_add(const char *folder, const char *pem, char why[NSSDB_WHY])
{
	char *path = write_pem(folder, pem, why);
	bool ok;

	if (!path)
		return false;
	ok = certutil(folder, WITH("-A", "-n", NAME, "-t", FOR_MAIL, "-i", path), NULL, why);
	(void)unlink(path);
	free(path);
	if (ok)
		take_our_name(folder, pem);
	/* It may be there by now, trusted for nothing. */
	else if (has(folder, NAME, pem))
		(void)certutil(folder, WITH("-D", "-n", NAME), NULL, NULL);
	return ok;
}

bool
trust_remove(const char *folder, char why[NSSDB_WHY])
{
	bool ok = true;

	for (int i = 0; ok && i < GENERATIONS && trust_has_ours(folder); i++)
		ok = certutil(folder, WITH("-D", "-n", NAME), NULL, why);
	return ok;
}
