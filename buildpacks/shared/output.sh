#!/bin/bash
# How everything here speaks to the person who pushed.

heading() {
	echo "-----> $*"
}

line() {
	echo "       $*"
}

indent() {
	sed -u 's/^\(.\)/       \1/'
}

# A warning or an essay from standard input; the build goes on.
warning() {
	sed -u -e 's/^/ !     /' -e 's/ *$//' >&2
}

# An essay about a user's mistake, from standard input: its first line is the summary,
# which is also kept for programs. The build ends.
fail() {
	local essay
	essay=$(cat)
	{
		echo
		warning <<<"${essay}"
		echo
	} >&2
	record_failure "${essay%%$'\n'*}"
	exit 1
}

# Keeps the cause of a failure as one line; the first one wins.
record_failure() {
	local summary=${1#Error: }
	if [[ -n ${FAILURE_FILE:-} && ! -s ${FAILURE_FILE} ]]; then
		echo "${summary}" >"${FAILURE_FILE}"
	fi
}

milliseconds() {
	echo "$((${EPOCHREALTIME/[.,]/} / 1000))"
}

# Seconds since $1, a milliseconds() earlier, as people read them: 0.4s
seconds_since() {
	local passed=$(($(milliseconds) - $1))
	printf '%d.%ds' $((passed / 1000)) $((passed % 1000 / 100))
}

# Bytes as people read them: 512K, 30.1M, 1.1G
human_size() {
	awk -v bytes="$1" 'BEGIN {
		if (bytes < 1048576) printf "%dK", (bytes + 1023) / 1024
		else if (bytes < 1073741824) printf "%.1fM", bytes / 1048576
		else printf "%.1fG", bytes / 1073741824
	}'
}
