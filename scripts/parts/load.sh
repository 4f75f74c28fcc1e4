#!/usr/bin/env bash
# Loads every part, and the settings before those that build upon them. Source this first.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

load() {
	local part
	for part in "$@"; do
		# shellcheck source=/dev/null
		source "$root/scripts/parts/$part.sh"
	done
}

load say settings machine
load_settings
load packages node daemons ports engine accounts redis programs stack teardown
