# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A Debian with nothing but its minimal base in a folder: a machine that nobody has installed
# anything on. To be sourced by .ci/run and tests/slow/packages.sh:
#
#	reason=$(root_impossible)		# why there can be none; empty if there can
#	root_make bookworm amd64 FOLDER		# by debootstrap, and brought up to date
#	root_run FOLDER COMMAND...		# as root, with mounts and processes of its own
#	root_keep FOLDER			# what it downloaded, for the next time
#
# Nothing is left mounted or running, however it ends. The bases and the packages that were
# downloaded are kept in ~/.cache/jpki-pkcs11; whoever deletes that loses only time.

root_cache=${JPKI_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/jpki-pkcs11} # tests/alone.sh changes HOME
root_network=shared	# or "none": root_run with nothing but a loopback
root_home=/root		# $HOME of what root_run runs
root_seconds=6000	# after that root_run gives up

root_impossible() {
	if [ "$(id -u)" -ne 0 ]; then
		echo "making a Debian needs root"
	elif ! unshare --mount --pid --net --fork --kill-child --mount-proc true 2>/dev/null; then
		echo "namespaces are not allowed here"
	elif ! command -v debootstrap >/dev/null || ! command -v pivot_root >/dev/null; then
		echo "debootstrap or pivot_root (util-linux-extra) is not installed"
	fi
}

# root_mirrors SUITE: where debootstrap may look: where this machine's apt has Debian from, its
# own suite before all others; and where debootstrap looks by itself.
root_mirrors() {
	apt-get indextargets --format '$(LABEL) $(COMPONENT) $(RELEASE) $(REPO_URI)' \
		'Created-By: Packages' | awk -v suite="$1" '
		$1 == "Debian" && $2 == "main" && $3 == suite { own = $4 }
		$1 == "Debian" && $2 == "main" && $3 !~ /-/ { other = $4 }
		END { if (own other != "") print own != "" ? own : other }'
	echo
}

root_bootstrap() {
	local suite=$1 architecture=$2 folder=$3 mirror
	while IFS= read -r mirror; do
		rm -rf --one-file-system "$folder"
		unshare --mount --fork --kill-child debootstrap --variant=minbase \
			--arch="$architecture" "$suite" "$folder" ${mirror:+"$mirror"} &&
			rm -f "$folder"/var/cache/apt/archives/*.deb && return
	done < <(root_mirrors "$suite")
	return 1
}

# Names are looked up and packages are fetched as by this machine; what was fetched before is there.
# Nobody needs what is written to outlast a power cut.
root_connect() {
	local debs=$root_cache/$1-$2 folder=$3
	cp -L /etc/resolv.conf /etc/hosts "$folder/etc" &&
		apt-config dump | grep '^Acquire::' >"$folder/etc/apt/apt.conf.d/90this-machine" &&
		echo force-unsafe-io >"$folder/etc/dpkg/dpkg.cfg.d/unsafe-io" &&
		echo "$debs" >"$folder/var/cache/apt/kept-in" && mkdir -p "$debs" || return 1
	find "$debs" -name '*.deb' -exec cp --link -t "$folder/var/cache/apt/archives" {} + 2>/dev/null ||
		find "$debs" -name '*.deb' -exec cp -t "$folder/var/cache/apt/archives" {} +
}

root_update() {
	root_run "$1" sh -ec 'apt-get update && apt-get dist-upgrade -y --no-install-recommends'
}

# root_make SUITE ARCHITECTURE FOLDER: a kept base that is broken, or too old to be brought up to
# date, is made anew. It gets its name when it is whole.
root_make() {
	local base=$root_cache/$1-$2.tar folder=$3 made
	mkdir -p "$root_cache" "$folder" || return 1
	if [ -e "$base" ]; then
		tar --extract --numeric-owner --file="$base" --directory="$folder" &&
			root_connect "$@" && root_update "$folder" && return
		echo "the base kept in $base is of no use any more"
	fi
	root_bootstrap "$@" && made=$(mktemp "$base.XXXXXX") && # two machines may make it at once
		tar --create --numeric-owner --file="$made" --directory="$folder" . &&
		mv "$made" "$base" && root_connect "$@" && root_update "$folder"
}

# root_keep FOLDER: the packages that it has downloaded and that there still are.
root_keep() {
	local archives=$1/var/cache/apt/archives debs deb
	debs=$(cat "$1/var/cache/apt/kept-in") && root_run "$1" apt-get autoclean || return 1
	cp --no-clobber --link "$archives"/*.deb "$debs" 2>/dev/null ||
		cp --no-clobber "$archives"/*.deb "$debs"
	for deb in "$debs"/*.deb; do [ -e "$archives/${deb##*/}" ] || rm -f "$deb"; done
}

# What makes a machine of a folder, in namespaces of its own: devices, but none of this machine's,
# and what was downloaded before.
# shellcheck disable=SC2016
root_inside='
	root=$1 cache=$2 network=$3 home=$4 device=
	shift 4
	[ "$network" = shared ] || ip link set lo up || exit 125
	mkdir -p "$root/.outside" "$root/root/.cache/jpki-pkcs11" "$cache" &&
		mount --make-rprivate / && mount --bind "$root" "$root" &&
		mount -t tmpfs -o mode=755 dev "$root/dev" && mkdir "$root/dev/pts" "$root/dev/shm" &&
		mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 pts "$root/dev/pts" &&
		mount -t tmpfs shm "$root/dev/shm" && mount -t proc proc "$root/proc" &&
		mount -t sysfs -o ro sysfs "$root/sys" && mount -t tmpfs run "$root/run" &&
		mount -t tmpfs tmp "$root/tmp" &&
		mount --bind "$cache" "$root/root/.cache/jpki-pkcs11" || exit 125
	for device in null zero full random urandom tty; do
		touch "$root/dev/$device" && mount --bind "/dev/$device" "$root/dev/$device" || exit 125
	done
	ln -s pts/ptmx "$root/dev/ptmx" && ln -s /proc/self/fd "$root/dev/fd" &&
		ln -s fd/0 "$root/dev/stdin" && ln -s fd/1 "$root/dev/stdout" &&
		ln -s fd/2 "$root/dev/stderr" && cd "$root" && pivot_root . .outside && cd / &&
		umount -l /.outside && rmdir /.outside || exit 125
	[ "$(dpkg --print-architecture)" != i386 ] || set -- setarch i386 "$@"
	exec env -i --default-signal=INT,QUIT PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" \
		LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"'

root_run() {
	local root=$1 network=()
	shift
	[ "$root_network" = shared ] || network=(--net)
	setpriv --pdeathsig TERM timeout --kill-after=10 "$root_seconds" unshare --mount --pid "${network[@]}" --fork \
		--kill-child bash -c "$root_inside" root_run "$root" "$root_cache" "$root_network" \
		"$root_home" "$@" </dev/null
}
