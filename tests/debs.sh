# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# The Debian packages of this tree, as git has it now. To be sourced; $top and $build are set:
#
#	debs_build FOLDER	# in FOLDER/tree, with the packages and what was said in FOLDER
#	debs_get FOLDER		# only the packages; those that were built of this very tree are taken

debs_kept=$build/debs

# The files that count; without git all but what was built.
debs_files() {
	cd "$top" && if ! git ls-files -z --cached --others --exclude-standard 2>/dev/null; then
		find . \( -path './build*' -o -path ./autom4te.cache -o -path ./.git \) -prune \
			-o ! -type d -print0
	fi
}

debs_tree() { debs_files | xargs -0 -r sha256sum 2>/dev/null | sha256sum; }

# make check has its own place in ./run-tests, so it is left out here.
debs_build() {
	mkdir "$1/tree" && debs_files | (cd "$top" && tar --create --null --files-from=-) |
		tar --extract --directory="$1/tree" && (cd "$1/tree" &&
		DEB_BUILD_PROFILES=nocheck DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
			dpkg-buildpackage -us -uc -b) || return 1
	rm -rf "$debs_kept"
	mkdir -p "$debs_kept" && cp "$1"/*.deb "$debs_kept" && rm -f "$debs_kept"/*-dbgsym_*.deb &&
		debs_tree >"$debs_kept/tree"
}

debs_get() {
	local folder
	if [ "$(cat "$debs_kept/tree" 2>/dev/null)" != "$(debs_tree)" ]; then
		folder=$(mktemp -d) || return 1
		debs_build "$folder" >"$folder/log" 2>&1 || tail -n 30 "$folder/log"
		rm -rf "$folder"
	fi
	cp "$debs_kept"/*.deb "$1"
}
