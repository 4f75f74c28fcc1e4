#!/usr/bin/env bash
# Daemons where nobody supervises them. A record holds: process id, its start time, the machine's
# boot id, and a fingerprint of what was started. So a process id used again is never mistaken.

# start_daemon RECORD LOG FINGERPRINT PROGRAM…
start_daemon() {
	local record=$1 log=$2 fingerprint=$3
	shift 3
	mkdir -p "${record%/*}" "${log%/*}"
	trim_log "$log"
	setsid "$@" </dev/null >>"$log" 2>&1 9>&- &
	write_record "$record" $! "$fingerprint"
}

# stop_daemon RECORD SECONDS: asks, waits, and kills when it takes longer.
stop_daemon() {
	local pid
	if pid=$(daemon_pid "$1"); then
		kill -TERM "$pid" 2>/dev/null || true
		wait_gone "$1" "$2" || {
			kill -KILL "$pid" 2>/dev/null || true
			wait_gone "$1" 5 || true
		}
	fi
	rm -f "$1"
}

# daemon_pid RECORD: its process id, if that process runs.
daemon_pid() {
	local pid started boot
	read -r pid started boot _ 2>/dev/null <"$1" || return 1
	[ "$boot" = "$(boot_id)" ] && [ "$started" = "$(start_time "$pid")" ] && echo "$pid"
}

# daemon_is RECORD FINGERPRINT: runs, and as it would be started now.
daemon_is() {
	local fingerprint
	daemon_pid "$1" >/dev/null && read -r _ _ _ fingerprint <"$1" && [ "$fingerprint" = "$2" ]
}

# wait_ready RECORD LOG SECONDS CHECK…: until the check holds; ends the script if it never does.
wait_ready() {
	local record=$1 log=$2 deadline=$((SECONDS + $3)) name
	name=$(basename "$record" .pid)
	shift 3
	until "$@"; do
		daemon_pid "$record" >/dev/null || {
			last_words "$log" 20 >&2
			fail "The $name ended instead of getting ready." "Read $log, then run this again."
		}
		[ "$SECONDS" -lt "$deadline" ] || {
			last_words "$log" 20 >&2
			fail "The $name is not ready in time." "Read $log."
		}
		sleep 0.1
	done
}

# fingerprint PATH…: changes with the files' times and sizes and with every setting.
fingerprint() {
	{
		find "$@" -type f -printf '%p %T@ %s\n' | sort
		env | grep '^MONOKU_' | sort
	} | sha256sum | cut -c 1-16
}

write_record() {
	echo "$2 $(start_time "$2") $(boot_id) $3" >"$1"
}

wait_gone() {
	local deadline=$((SECONDS + $2))
	while daemon_pid "$1" >/dev/null; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.05
	done
}

# In clock ticks since the boot; nothing for a process that is gone or a zombie.
start_time() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
	# the name before the last parenthesis may hold anything
	awk '$1 != "Z" { print $20 }' <<<"${stat##*) }"
}

boot_id() {
	cat /proc/sys/kernel/random/boot_id
}

trim_log() {
	[ ! -e "$1" ] || [ "$(stat -c %s "$1")" -lt 50000000 ] || mv "$1" "$1.1"
}
