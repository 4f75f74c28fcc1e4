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
	rm -rf "/run/monoku/${1:?}"
}

remove_containers() {
	local -a running all
	mapfile -t running < <(docker_cli ps -q --filter "label=io.monoku.home=$1")
	if [ ${#running[@]} -gt 0 ]; then
		say "-----> Stopping ${#running[@]} dynos and builds"
		docker_cli stop -t "${MONOKU_STOP_TIMEOUT:-30}" "${running[@]}" >/dev/null
	fi
	mapfile -t all < <(docker_cli ps -aq --filter "label=io.monoku.home=$1")
	[ ${#all[@]} -eq 0 ] || docker_cli rm -f "${all[@]}" >/dev/null
}

# remove_labelled HOME_ID volume|network
remove_labelled() {
	local -a names
	mapfile -t names < <(docker_cli "$2" ls -q --filter "label=io.monoku.home=$1")
	[ ${#names[@]} -eq 0 ] || docker_cli "$2" rm "${names[@]}" >/dev/null || true
}

# Every rule of ours carries the home's id in its comment. iptables reads back its own words.
remove_firewall_rules() {
	local program rules
	for program in iptables ip6tables; do
		command -v "$program-save" >/dev/null || continue
		rules=$("$program-save" -t filter 2>/dev/null | grep -- "--comment \"\\?monoku $1" | sed 's/^-A/-D/') || continue
		printf '*filter\n%s\nCOMMIT\n' "$rules" | "$program-restore" --noflush --wait 10
	done
}

unmount_below() {
	local target
	# the newest first: a mount may lie in another
	findmnt -rno TARGET | tac | while read -r target; do
		case $target in
		"$1"/*) umount "$target" || umount --lazy "$target" ;;
		esac
	done
}
