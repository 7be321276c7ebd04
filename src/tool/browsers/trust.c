/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/browsers/trust.h"

#include "holder/text.h"
#include "tool/system/child.h"
#include "tool/system/file.h"
#include "tool/system/packages.h"
#include "tool/terminal/text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "JPKI sign CA (jpki-tool)"
#define FOR_MAIL ",C," /* SSL, mail, programs: valid to sign certificates for mail */
#define SAID_BYTES 65536
#define GENERATIONS 16 /* all have the same name */

/* Runs certutil on the database; its exit status. `said` gets what it says, or is NULL. */
static int
certutil(const char *folder, char *const more[], char *said, size_t size)
{
	char *arguments[16] = {"certutil", "-d", NULL};
	char dropped[256];
	int status;

	arguments[2] = text_made("sql:%s", folder);
	if (!arguments[2])
		return -1;
	for (size_t i = 0; more[i] && i + 4 < sizeof arguments / sizeof *arguments; i++)
		arguments[i + 3] = more[i];
	status = child_run(arguments, said ? said : dropped, said ? size : sizeof dropped);
	free(arguments[2]);
	return status;
}

/* Whether the certificates of that name have this one among them. */
static bool
has(const char *folder, const char *name, const char *pem)
{
	char *said = malloc(SAID_BYTES), *to = said;
	bool found;

	if (!said)
		return false;
	found = certutil(folder, (char *[]){"-L", "-a", "-n", (char *)(uintptr_t)name, NULL}, said,
			 SAID_BYTES) == 0;
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

	if (said && certutil(folder, (char *[]){"-L", NULL}, said, SAID_BYTES) == 0)
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
	return certutil(folder, (char *[]){"-L", "-n", NAME, NULL}, NULL, 0) == 0;
}

static bool
failed(char why[NSSDB_WHY], int status, const char *said)
{
	const char *line = strrchr(said, '\n');

	if (status < 0 || status == 127)
		(void)snprintf(why, NSSDB_WHY, _("certutil is missing; it comes with: %s"),
			       package_command(PACKAGE_MODUTIL));
	else
		(void)snprintf(why, NSSDB_WHY, _("certutil failed with status %d: %s"), status,
			       line ? line + 1 : said);
	return false;
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
		(void)certutil(folder, (char *[]){"--rename", "-n", name, "--new-n", NAME, NULL},
			       NULL, 0);
	free(name);
}

bool
trust_add(const char *folder, const char *pem, char why[NSSDB_WHY])
{
	char *path = write_pem(folder, pem, why);
	char said[1024];
	int status;

	if (!path)
		return false;
	status = certutil(folder, (char *[]){"-A", "-n", NAME, "-t", FOR_MAIL, "-i", path, NULL},
			  said, sizeof said);
	(void)unlink(path);
	free(path);
	if (status == 0) {
		take_our_name(folder, pem);
		return true;
	}
	/* It may be there by now, trusted for nothing. */
	if (has(folder, NAME, pem))
		(void)certutil(folder, (char *[]){"-D", "-n", NAME, NULL}, NULL, 0);
	return failed(why, status, said);
}

bool
trust_remove(const char *folder, char why[NSSDB_WHY])
{
	char said[1024] = "";
	int status = 0;

	for (int i = 0; i < GENERATIONS && trust_has_ours(folder); i++) {
		status = certutil(folder, (char *[]){"-D", "-n", NAME, NULL}, said, sizeof said);
		if (status != 0)
			return failed(why, status, said);
	}
	return true;
}
