#!/usr/bin/env bash
# The server and the router.

SERVER_RECORD=$MONOKU_HOME/run/server.pid
SERVER_LOG=$MONOKU_HOME/log/server.log
ROUTER_RECORD=$MONOKU_HOME/run/router.pid
ROUTER_LOG=$MONOKU_HOME/log/router.log

# What Node made of our TypeScript. A process that finds it there is spared the compiler: 30 MB each.
readonly COMPILED=/var/cache/monoku/compiled

# Large buffers go back to the kernel when they are done with, rather than into gaps of the heap.
readonly FRUGAL=(MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072)

ensure_server() {
	ensure_program "$SERVER_RECORD" "$SERVER_LOG" server platform
	wait_ready "$SERVER_RECORD" "$SERVER_LOG" 120 server_answers
}

ensure_router() {
	ensure_program "$ROUTER_RECORD" "$ROUTER_LOG" router router
	wait_ready "$ROUTER_RECORD" "$ROUTER_LOG" 60 answers "http://127.0.0.1:$MONOKU_HTTP_PORT/"
}

# ensure_program RECORD LOG FOLDER MODULE: runs as the checkout and the settings are now; MODULE imports all of it.
ensure_program() {
	local wanted
	wanted=$(fingerprint "${root:?}/$3" "${root:?}/router/contract.ts" "${root:?}/package-lock.json")
	daemon_is "$1" "$wanted" && return
	! daemon_pid "$1" >/dev/null || say "-----> Restarting the $3: its program or a setting has changed"
	stop_daemon "$1" 40
	compile "${root:?}/$3/$4.ts"
	start_daemon "$1" "$2" "$wanted" env NODE_COMPILE_CACHE="$COMPILED" "${FRUGAL[@]}" \
		"$(pinned_node)" "${root:?}/$3/main.ts"
}

# compile MODULE: it and what it imports, into the cache. A failure shows when the program is started.
compile() {
	NODE_COMPILE_CACHE=$COMPILED "$(pinned_node)" --input-type=module -e "await import('$1')" >/dev/null 2>&1 || true
}

server_answers() {
	[ -S "$MONOKU_HOME/run/admin" ] && answers "http://127.0.0.1:$MONOKU_API_PORT/"
}
