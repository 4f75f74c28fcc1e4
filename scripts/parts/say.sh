#!/usr/bin/env bash
# What people read: plain lines, a line per slow step, and one way to give up.

SETUP_LOG=/var/log/monoku/setup.log

say() {
	printf '%s\n' "$@"
}

# fail SENTENCE…: what happened, what was expected, what to do next. Ends the script.
fail() {
	printf ' !     %s\n' "$@" >&2
	exit 1
}

# slowly TITLE COMMAND…: runs the command with its output in the log, and shows that time passes.
# The command runs where `set -e` is off: its steps must be joined with `&&`.
slowly() {
	local title=$1 started=$SECONDS ticker code=0
	shift
	mkdir -p "${SETUP_LOG%/*}"
	printf -- '-----> %s ' "$title"
	tick "$$" &
	ticker=$!
	: >"$SETUP_LOG"
	"$@" >>"$SETUP_LOG" 2>&1 || code=$?
	kill "$ticker" 2>/dev/null || true
	wait "$ticker" 2>/dev/null || true
	if [ "$code" -eq 0 ]; then
		printf ' done, %s s\n' "$((SECONDS - started))"
	else
		printf ' failed\n'
	fi
	return "$code"
}

# The last lines of what a failed step printed.
last_words() {
	printf 'The last lines of %s:\n' "${1:-$SETUP_LOG}"
	tail -n "${2:-12}" "${1:-$SETUP_LOG}" 2>/dev/null | cut -c 1-300
}

tick() {
	exec 9>&-
	while sleep 3 && [ -d "/proc/$1" ]; do printf '.'; done
}
