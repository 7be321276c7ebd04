# SPDX-License-Identifier: BSD-2-Clause
# Units of the user's systemd; nothing switches them on by itself.
systemduserdir = $(systemd_user_units)
if TOOL
nodist_systemduser_DATA = systemd/jpki-agent.socket systemd/jpki-agent.service
if DESKTOP
nodist_systemduser_DATA += systemd/jpki-reminders.timer systemd/jpki-reminders.service
endif
endif
EXTRA_DIST += systemd/jpki-reminders.timer.in systemd/jpki-reminders.service.in
CLEANFILES += systemd/jpki-reminders.timer systemd/jpki-reminders.service
EXTRA_DIST += systemd/jpki-agent.socket.in systemd/jpki-agent.service.in
CLEANFILES += systemd/jpki-agent.socket systemd/jpki-agent.service

systemd/%: systemd/%.in Makefile
	$(AM_V_GEN)$(MKDIR_P) systemd; $(SED) 's|@BINDIR@|$(bindir)|' $(srcdir)/systemd/$*.in > $@
