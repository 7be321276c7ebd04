/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/system/start.h"

#include <libintl.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tool/system/paths.h"

/* Messages from beside the program where it was built, else from where they are installed. */
static void
start_messages(void)
{
	char path[PATH_BYTES];
	const char *catalogue = "/ja/LC_MESSAGES/jpki-tool.mo";
	bool built = path_find(path, "locale/ja/LC_MESSAGES/jpki-tool.mo", "") == path;

	if (built)
		path[strlen(path) - strlen(catalogue)] = '\0';
	(void)setlocale(LC_ALL, "");
	(void)bindtextdomain("jpki-tool", built ? path : LOCALEDIR);
	(void)bind_textdomain_codeset("jpki-tool", "UTF-8");
	(void)textdomain("jpki-tool");
}

void
start_program(void)
{
	/* What the module logs, we say in the user's words. Whoever asks for its log by a variable
	 * still gets it. */
	if (!getenv("JPKI_PKCS11_LOG_LEVEL"))
		(void)setenv("JPKI_PKCS11_LOG_FILE", "none", 0);
	/* Each command asks the PIN itself and signs once with it: to be asked again would be too
	 * much. */
	(void)setenv("JPKI_PKCS11_ASK_PIN_EACH_SIGNATURE", "no", 1);
	start_messages();
}
