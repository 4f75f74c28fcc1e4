#!/usr/bin/env bash
# What the machine must be and have.

require_root() {
	[ "$(id -u)" -eq 0 ] ||
		fail "$1 needs root: it installs packages and runs a Docker Engine." "Run: sudo $1"
}

require_debian() {
	command -v apt-get >/dev/null ||
		fail 'This machine has no apt-get. Monoku runs on Debian 12 or 13.'
}

# As npm names it.
architecture() {
	case $(uname -m) in
	x86_64) echo x64 ;;
	aarch64) echo arm64 ;;
	*) fail "Monoku runs on x86_64 and aarch64, this machine is $(uname -m)." ;;
	esac
}

has_systemd() {
	[ -d /run/systemd/system ]
}

# require_disk FOLDER MEGABYTES
require_disk() {
	local folder=$1 free
	while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
	free=$(($(df -Pk "$folder" | awk 'NR == 2 { print $4 }') / 1024))
	[ "$free" -ge "$2" ] ||
		fail "$1 has $free MB of free disk space, and Monoku needs $2 MB there." \
			'Free some, or set MONOKU_HOME to a folder on a larger disk.'
}

# One `up` or `down` at a time. Whatever is started as a daemon must close 9.
take_turn() {
	mkdir -p /run/lock
	exec 9>/run/lock/monoku
	flock -n 9 && return
	say 'Another scripts/up or scripts/down is at work; waiting for it.'
	flock -w 900 9 || fail 'It is still at work after 15 minutes. Find it with: fuser -v /run/lock/monoku'
}
