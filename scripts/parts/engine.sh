#!/usr/bin/env bash
# The Docker Engine: the one that answers, else one that we start. Beside its socket lie the names of
# the appliances that use it, so that the last of them stops an engine that we started.

ENGINE_LOG=/var/log/monoku/dockerd.log

docker_cli() {
	docker --host "unix://$MONOKU_DOCKER_SOCKET" "$@"
}

# use_engine NAME
use_engine() {
	local version
	version=$(engine_version) || {
		start_engine
		version=$(engine_version)
	}
	require_engine_version "$version"
	mkdir -p "$(engine_notes)/users"
	: >"$(engine_notes)/users/$1"
}

# leave_engine NAME
leave_engine() {
	rm -f "$(engine_notes)/users/$1"
	[ -e "$(engine_notes)/engine.pid" ] || return 0
	[ -z "$(ls "$(engine_notes)/users" 2>/dev/null)" ] || return 0
	if [ -n "$(docker_cli ps -q 2>/dev/null)" ]; then
		say 'The Docker Engine stays: containers that are not of Monoku run in it.'
		return
	fi
	stop_engine
}

engine_notes() {
	echo "${MONOKU_DOCKER_SOCKET%.sock}.monoku"
}

engine_version() {
	timeout 20 docker --host "unix://$MONOKU_DOCKER_SOCKET" version \
		--format '{{.Server.Version}}' 2>/dev/null
}

engine_answers() {
	engine_version >/dev/null
}

require_engine_version() {
	printf '20.10\n%s\n' "$1" | sort -CV ||
		fail "The Docker Engine at $MONOKU_DOCKER_SOCKET is $1, too old." \
			'Monoku needs 20.10 or later: apt-get install docker.io'
}

start_engine() {
	# one more engine on the same data would harm the one that is there
	[ "$MONOKU_DOCKER_SOCKET" = /var/run/docker.sock ] || [ -n "${MONOKU_DOCKERD_CONFIG:-}" ] ||
		fail "No Docker Engine answers at $MONOKU_DOCKER_SOCKET." \
			'Start the one that MONOKU_DOCKER_SOCKET means, or unset it to use /var/run/docker.sock.'
	require_cgroups
	mkdir -p "$(engine_notes)"
	printf -- '-----> Starting a Docker Engine\n'
	if has_systemd && [ "$MONOKU_DOCKER_SOCKET" = /var/run/docker.sock ]; then
		systemctl start docker || fail 'systemd could not start Docker.' 'Read: journalctl -u docker'
		echo systemd >"$(engine_notes)/engine.pid"
		return
	fi
	forget_dead_engine
	local -a arguments
	mapfile -t arguments < <(engine_arguments)
	start_daemon "$(engine_notes)/engine.pid" "$ENGINE_LOG" - dockerd "${arguments[@]}"
	wait_ready "$(engine_notes)/engine.pid" "$ENGINE_LOG" 90 engine_answers
}

stop_engine() {
	say 'Stopping the Docker Engine that was started for Monoku.'
	if [ "$(cat "$(engine_notes)/engine.pid")" = systemd ]; then
		systemctl stop docker.socket docker
	else
		stop_daemon "$(engine_notes)/engine.pid" 60
	fi
	rm -rf "$(engine_notes)"
}

# Running dynos outlive the engine's restarts. A flag that the settings file has too is refused.
engine_arguments() {
	local file=${MONOKU_DOCKERD_CONFIG:-/etc/docker/daemon.json} beside=${MONOKU_DOCKER_SOCKET%.sock}
	grep -qs '"live-restore"' "$file" || echo --live-restore
	[ -z "${MONOKU_DOCKERD_CONFIG:-}" ] || printf '%s\n' --config-file "$file"
	[ "$beside" = /var/run/docker ] ||
		printf '%s\n' --host "unix://$MONOKU_DOCKER_SOCKET" --exec-root "$beside" --pidfile "$beside.pid"
}

# After a kill, the process ids it left may belong to other programs by now, and keep a new one out.
forget_dead_engine() {
	local beside=${MONOKU_DOCKER_SOCKET%.sock}
	forget_pid_file "$beside.pid" dockerd
	forget_pid_file "$beside/containerd/containerd.pid" containerd
	[ ! -S "$MONOKU_DOCKER_SOCKET" ] || [ -e "$beside.pid" ] || rm -f "$MONOKU_DOCKER_SOCKET"
}

# forget_pid_file FILE PROGRAM: unless that program runs, and is not merely waiting to be buried.
forget_pid_file() {
	local pid
	[ -e "$1" ] || return 0
	pid=$(cat "$1")
	if [ "$(program_of "$pid")" != "$2" ] || [ -z "$(start_time "$pid")" ]; then rm -f "$1"; fi
}

require_cgroups() {
	[ -e /sys/fs/cgroup/cgroup.controllers ] || [ -d /sys/fs/cgroup/memory ] ||
		fail 'No control groups are mounted at /sys/fs/cgroup, and Docker cannot run without them.' \
			'Monoku needs a machine or a virtual machine, not a plain container.'
}
