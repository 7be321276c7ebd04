/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/terminal/json.h"

#include <stdlib.h>
#include <string.h>

#include "holder/dates.h"
#include "holder/text.h"

enum tool_exit
json_print(json_t *json)
{
	int failed = json ? json_dumpf(json, stdout, JSON_INDENT(2)) : -1;

	(void)putchar('\n');
	json_decref(json);
	return failed ? TOOL_FAILED : TOOL_OK;
}

json_t *
json_text(const char *text)
{
	char *safe = text ? text_safe(text, strlen(text)) : NULL;
	json_t *json = safe ? json_string(safe) : json_null();

	free(safe);
	return json;
}

json_t *
json_second(int64_t time)
{
	char text[SECOND_TEXT];

	second_format(time, text);
	return json_string(text);
}
