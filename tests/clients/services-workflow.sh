#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# doc/services/workflow.yml: its steps, as a runner would run them, in a checkout of its own; on Debian
# 12 with what its head says of that. The step "install" needs a network and is not run; what it names
# is looked at.
set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/services-lib.sh"
private_enter "$@"
needs_mounts
needs_openssl
is_real_root || { forbidden "all of it" "runners are root, and nginx becomes www-data"; finish; }
command -v nginx >/dev/null || { skip "all of it" "nginx is not installed"; finish; }

prepare() {
	place_installed && mkdir -p checkout/doc /run/lock && cp -r "$samples" checkout/doc/ &&
		shadow /etc/ssl && shadow_nginx && mount -t tmpfs none /var/www && chmod 755 "$work" &&
		echo "127.0.0.1 localhost" >hosts && mount --bind hosts /etc/hosts
}

# The steps in their order: a file for each, and its name on a line.
steps() {
	python3 - "$samples/workflow.yml" <<'END'
import sys, yaml
job, = yaml.safe_load(open(sys.argv[1]))["jobs"].values()
assert job["defaults"]["run"]["shell"] == "bash"
for step in job["steps"]:
    assert set(step) in ({"uses"}, {"name", "run"}), step
    if "run" in step:
        open(step["name"] + ".step", "w").write(step["run"])
        print(step["name"])
END
}

# What "shell: bash" means to a runner.
run_step() { (cd checkout && timeout 300 bash --noprofile --norc -eo pipefail "../$1.step"); }

# What the step "install" names is Debian's and installed or unpacked for our tests, or ours.
packages_exist() {
	local package ours=0
	for package in $(sed -n 's/.*--no-install-recommends \([a-z].*\)$/\1/p' install.step); do
		grep -qx "$package=.*" "$unpacked/../packages" ||
			dpkg-query -W -f '${db:Status-Status}\n' "$package" | grep -qx installed || return 1
	done
	for package in $(sed -n 's/.*{\(.*\)}_\*\.deb$/\1/p' install.step | tr , ' '); do
		grep -qx "Package: $package" "$top/debian/control" || { echo "no $package"; return 1; }
		ours=$((ours + 1))
	done
	[ $ours = 3 ]
}


prepare >prepare.log 2>&1 || bail "prepared" prepare.log
mapfile -t names < <(steps)
provider_there || sed -i 's/PROV\>/ENG/g; s/PKCS11_PROVIDER_MODULE/PKCS11_MODULE_PATH/
	s/pkcs11-provider/libengine-pkcs11-openssl/' ./*.step
check "the steps are install and five more" [ "${#names[@]} ${names[0]}" = "6 install" ]
check "install names packages that there are" packages_exist
skip "install" "NOT RUN: it needs a network; the built programs take its place"
for name in "${names[@]:1}"; do check "step: $name" run_step "$name"; done

# Steps that could not fail would be worth nothing.
sed -i '/^ssl_crl /d' /etc/nginx/snippets/card.conf
nginx -s quit 2>/dev/null
await $patience test ! -e /run/nginx.pid && nginx 2>>prepare.log
refuses "without a revocation list, the step 'log in' fails" '"verified": true' run_step "log in"
rm -f checkout/contract.txt*
printf '#!/bin/sh\necho "{}"\n' >checkout/doc/services/verify-signature.py
refuses "with another verifier, the step 'a signature' fails" "" run_step "a signature"

# The lines of Containerfile that install nothing, each in the shell that an engine takes.
container_runs() { sed -e ':next' -e '/\\$/{N;s/\\\n//;b next' -e '}' "$samples/Containerfile" | sed -n 's/^RUN //p' | grep -v '^apt-get '; }
run_container() {
	local line count=0
	export JPKI_CARD_SIM_STATE=$work/container
	while read -r line; do
		sh -c "$line" </dev/null || return 1
		count=$((count + 1))
	done < <(container_runs)
	[ $count = 2 ]
}
check "the lines of Containerfile that install nothing" eval "(run_container)"
skip "Containerfile" "no engine is at hand; with packages, tests/slow/packages.sh runs all its lines"
finish
