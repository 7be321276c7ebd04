/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/browsers/trust.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "holder/text.h"
#include "tool/system/file.h"
#include "tool/terminal/text.h"

#define NAME "JPKI sign CA (jpki-tool)"
#define FOR_MAIL ",C," /* SSL, mail, programs: valid to sign certificates for mail */
#define GENERATIONS 16 /* all have the same name */

#define CERTUTIL(folder, said, why, ...)                                                           \
	nssdb_run(NSSDB_WORDS("certutil", "-d", "", __VA_ARGS__), (folder), (said), (why))

/* Whether the certificates of that name have this one among them. */
static bool
has(const char *folder, const char *name, const char *pem)
{
	char *said = malloc(NSSDB_SAID), *to = said;
	bool found;

	if (!said)
		return false;
	found = CERTUTIL(folder, said, NULL, "-L", "-a", "-n", name);
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
	char *said = malloc(NSSDB_SAID), *line, *rest = said, *found = NULL;

	if (said && CERTUTIL(folder, said, NULL, "-L"))
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
	return CERTUTIL(folder, NULL, NULL, "-L", "-n", NAME);
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
		(void)CERTUTIL(folder, NULL, NULL, "--rename", "-n", name, "--new-n", NAME);
	free(name);
}

bool
trust_add(const char *folder, const char *pem, char why[NSSDB_WHY])
{
	char *path = write_pem(folder, pem, why);
	bool ok;

	if (!path)
		return false;
	ok = CERTUTIL(folder, NULL, why, "-A", "-n", NAME, "-t", FOR_MAIL, "-i", path);
	(void)unlink(path);
	free(path);
	if (ok)
		take_our_name(folder, pem);
	/* It may be there by now, trusted for nothing. */
	else if (has(folder, NAME, pem))
		(void)CERTUTIL(folder, NULL, NULL, "-D", "-n", NAME);
	return ok;
}

bool
trust_remove(const char *folder, char why[NSSDB_WHY])
{
	bool ok = true;

	for (int i = 0; ok && i < GENERATIONS && trust_has_ours(folder); i++)
		ok = CERTUTIL(folder, NULL, why, "-D", "-n", NAME);
	return ok;
}
