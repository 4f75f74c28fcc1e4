#!/bin/bash
# How many workers a web process starts.

# Prints a .profile.d script for workers that use $1 MB each.
write_web_concurrency() {
	echo "# How many workers a web process should start: memory of the dyno / memory of a worker, in MB."
	echo "export WEB_MEMORY=\"\${WEB_MEMORY:-$1}\""
	cat <<-'EOF'
		if [[ -z ${MEMORY_AVAILABLE:-} ]]; then
			MEMORY_AVAILABLE=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null)
			# "max", or a number beyond any dyno: no limit was set.
			if [[ $MEMORY_AVAILABLE =~ ^[0-9]+$ && ${#MEMORY_AVAILABLE} -lt 13 ]]; then
				MEMORY_AVAILABLE=$((MEMORY_AVAILABLE / 1048576))
			else
				MEMORY_AVAILABLE=512
			fi
		fi
		export MEMORY_AVAILABLE
		if [[ -z ${WEB_CONCURRENCY:-} ]]; then
			WEB_CONCURRENCY=$((MEMORY_AVAILABLE / WEB_MEMORY))
			if ((WEB_CONCURRENCY < 1)); then WEB_CONCURRENCY=1; fi
		fi
		export WEB_CONCURRENCY
	EOF
}
