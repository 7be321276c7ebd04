# SPDX-License-Identifier: BSD-2-Clause
# What a desktop knows jpki-desktop by.
desktop_id = invalid.jpki_pkcs11.Desktop
if DESKTOP
applicationsdir = $(datadir)/applications
dist_applications_DATA = desktop/$(desktop_id).desktop
metainfodir = $(datadir)/metainfo
dist_metainfo_DATA = desktop/$(desktop_id).metainfo.xml
iconsdir = $(datadir)/icons/hicolor/scalable/apps
dist_icons_DATA = desktop/$(desktop_id).svg
dist_man_MANS += doc/jpki-desktop.1
endif
