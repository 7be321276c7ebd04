/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_BROWSERS_P11KIT_H
#define JPKI_TOOL_BROWSERS_P11KIT_H

/*
 * The file of the first module whose file name begins with `file`, among those that p11-kit's
 * configuration gives to a program of the name `program` and that can be loaded; NULL if there is
 * none. They are loaded in a child, and none is initialised, so no card is asked. The caller frees
 * it.
 */
char *p11kit_find(const char *program, const char *file);

#endif
