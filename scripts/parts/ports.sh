#!/usr/bin/env bash
# Who listens where.

# require_port SETTING RECORD: free, or held by the daemon of that record.
require_port() {
	local port=${!1} pid own
	pid=$(port_owner "$port")
	[ -n "$pid" ] || return 0
	own=$(daemon_pid "$2") || own=none
	[ "$(session_of "$pid")" != "$own" ] || return 0
	fail "Port $port is taken by $(program_of "$pid") (process $pid)." \
		"End that program, or set $1 to another port."
}

# The process that listens on a TCP port; `?` where it cannot be told.
port_owner() {
	local lines
	lines=$(ss -ltnpH "sport = :$1")
	[ -n "$lines" ] || return 0
	grep -oE 'pid=[0-9]+' <<<"$lines" | head -n 1 | cut -d = -f 2 | grep . || echo '?'
}

session_of() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
	awk '{ print $4 }' <<<"${stat##*) }"
}

program_of() {
	cat "/proc/$1/comm" 2>/dev/null || echo 'another program'
}

# answers URL: an HTTP server is there, whatever it says.
answers() {
	curl --noproxy '*' -s -o /dev/null -m 5 "$1"
}
