# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# Sourced by all that runs tests: make check (tests/module/local.mk), ./run-tests, and each script, which may be
# run by hand (tests/check-layers.sh). From there on no program finds a reader service, an agent, a screen or a
# setting of whoever runs the tests or of the machine, whatever it does: a test that wants one starts its own. $JPKI_BUILD is the
# build folder, and if nobody named one that of ./run-tests below $top.

export JPKI_BUILD="${JPKI_BUILD:-$top/build/test}"
JPKI_CACHE=${JPKI_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/jpki-pkcs11} # for what takes long to make
for name in $(env | sed -n 's/^\(\(XDG\|OPENSSL\|OPENSC\|PCSC[A-Z]*\|JPKI_PKCS11\|JPKI_CARD_SIM\)_[A-Za-z0-9_]*\)=.*/\1/p'); do
	unset "$name"
done
unset name DISPLAY WAYLAND_DISPLAY XAUTHORITY SSH_AUTH_SOCK GPG_AGENT_INFO GNUPGHOME

# Where libpcsclite looks for pcscd, and others for D-Bus and with it for polkit.
PCSCLITE_CSOCK_NAME=/nonexistent/pcscd.comm
DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/dbus
DBUS_SESSION_BUS_ADDRESS=$DBUS_SYSTEM_BUS_ADDRESS
# What OpenSC takes for settings that say nothing.
OPENSC_CONF=/dev/null
JPKI_PKCS11_SYSTEM_CONF=
HOME=$JPKI_BUILD/tests/home
export JPKI_CACHE OPENSC_CONF JPKI_PKCS11_SYSTEM_CONF PCSCLITE_CSOCK_NAME DBUS_SYSTEM_BUS_ADDRESS DBUS_SESSION_BUS_ADDRESS HOME
mkdir -p "$HOME"
