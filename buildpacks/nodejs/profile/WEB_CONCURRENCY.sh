# How many workers a web process should start: memory of the dyno / memory of a worker (MB).

monoku_memory_available() {
	local bytes
	bytes=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null)
	# "max", or a number beyond any dyno: no limit was set.
	if [[ $bytes =~ ^[0-9]+$ && ${#bytes} -lt 13 ]]; then echo $((bytes / 1048576)); else echo 512; fi
}

export MEMORY_AVAILABLE="${MEMORY_AVAILABLE:-$(monoku_memory_available)}"
export WEB_MEMORY="${WEB_MEMORY:-512}"
if [[ -z ${WEB_CONCURRENCY:-} ]]; then
	export WEB_CONCURRENCY=$((MEMORY_AVAILABLE / WEB_MEMORY))
	if ((WEB_CONCURRENCY < 1)); then WEB_CONCURRENCY=1; fi
fi
unset -f monoku_memory_available
