# SPDX-License-Identifier: BSD-2-Clause
# jpki-desktop: a window for what jpki-tool does, whose rooms it stands on. Beside the tool where it is
# built, so that it finds the same catalogue and list of authorities.
bin_PROGRAMS += src/tool/jpki-desktop

src_tool_jpki_desktop_SOURCES = \
	src/desktop/answer.c src/desktop/answer.h \
	src/desktop/bar.c src/desktop/bar.h \
	src/desktop/certificates.c \
	src/desktop/documents.c \
	src/desktop/file.c src/desktop/file.h \
	src/desktop/free.c \
	src/desktop/help-page.c \
	src/desktop/look.c src/desktop/look.h \
	src/desktop/main.c \
	src/desktop/pages.h \
	src/desktop/pin-dialog.c src/desktop/pin-dialog.h \
	src/desktop/pin-entry.c src/desktop/pin-entry.h \
	src/desktop/pins.c \
	src/desktop/reminders.c src/desktop/reminders.h \
	src/desktop/rows.c src/desktop/rows.h \
	src/desktop/soon.c src/desktop/soon.h \
	src/desktop/tasks.c src/desktop/tasks.h \
	src/desktop/watch.c src/desktop/watch.h \
	src/desktop/window.c src/desktop/window.h \
	src/desktop/worker.c src/desktop/worker.h
src_tool_jpki_desktop_CPPFLAGS = $(tool_cppflags) $(DESKTOP_CFLAGS)
src_tool_jpki_desktop_LDADD = $(tool_libs) $(DESKTOP_LIBS)
