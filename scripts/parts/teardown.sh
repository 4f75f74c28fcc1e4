#!/usr/bin/env bash
# Undoes what server and engine made for one home, however they ended. Data stays.

# teardown HOME_ID
teardown() {
	if engine_answers; then
		remove_containers "$1"
		remove_labelled "$1" volume
		remove_labelled "$1" network
	fi
	remove_firewall_rules "$1"
	unmount_below "$MONOKU_HOME"
	unmount_below "/run/monoku/$1"
	rm -rf --one-file-system "/run/monoku/${1:?}"
}

# One that the engine is removing already is named and then not found: only what is left at the end
# counts.
remove_containers() {
	local -a running all left
	mapfile -t running < <(docker_cli ps -q --filter "label=io.monoku.home=$1")
	if [ ${#running[@]} -gt 0 ]; then
		say "-----> Stopping ${#running[@]} dynos and builds"
		docker_cli stop -t "${MONOKU_STOP_TIMEOUT:-30}" "${running[@]}" >/dev/null 2>&1 || true
	fi
	mapfile -t all < <(docker_cli ps -aq --filter "label=io.monoku.home=$1")
	[ ${#all[@]} -gt 0 ] || return 0
	docker_cli rm -f "${all[@]}" >/dev/null 2>&1 || true
	mapfile -t left < <(docker_cli ps -aq --filter "label=io.monoku.home=$1")
	[ ${#left[@]} -eq 0 ] ||
		fail "Docker does not remove ${#left[@]} containers: ${left[*]}." 'Run this again in a moment.'
}

# remove_labelled HOME_ID volume|network
remove_labelled() {
	local -a names
	mapfile -t names < <(docker_cli "$2" ls -q --filter "label=io.monoku.home=$1")
	[ ${#names[@]} -eq 0 ] || docker_cli "$2" rm "${names[@]}" >/dev/null || true
}

# Every rule of ours carries the home's id in its comment, every chain its first part in its name.
remove_firewall_rules() {
	local program saved changes
	for program in iptables ip6tables; do
		saved=$("$program-save" -t filter 2>/dev/null) || continue
		changes=$(
			sed -nE "s/^-A (.*--comment \"monoku $1[ \"].*)/-D \1/p" <<<"$saved"
			sed -nE "s/^:(MONOKU-${1:0:8}-[A-Z]+) .*/-X \1/p" <<<"$saved"
		)
		[ -n "$changes" ] || continue
		printf '*filter\n%s\nCOMMIT\n' "$changes" | "$program-restore" --noflush -w 10
	done
}

unmount_below() {
	local target
	# the newest first: a mount may lie in another
	findmnt -rno TARGET | tac | while read -r target; do
		case $target in
		"$1" | "$1"/*) umount "$target" || umount --lazy "$target" ;;
		esac
	done
}
