#!/usr/bin/env bash
# Settings: the environment, then the settings file, then the defaults of server/config.ts.

load_settings() {
	read_settings_file "${MONOKU_SETTINGS:-/etc/monoku/monoku.env}"
	export MONOKU_HOME="${MONOKU_HOME:-/var/lib/monoku}"
	export MONOKU_DOMAIN="${MONOKU_DOMAIN:-localhost}"
	export MONOKU_HTTP_PORT="${MONOKU_HTTP_PORT:-8080}"
	export MONOKU_API_PORT="${MONOKU_API_PORT:-5443}"
	export MONOKU_DOCKER_SOCKET="${MONOKU_DOCKER_SOCKET:-/var/run/docker.sock}"
	check_home
	check_port MONOKU_HTTP_PORT
	check_port MONOKU_API_PORT
	[ "$MONOKU_HTTP_PORT" -ne "$MONOKU_API_PORT" ] ||
		fail "MONOKU_HTTP_PORT and MONOKU_API_PORT are both $MONOKU_API_PORT." \
			'Apps and git each need a port of their own: change one.'
	use_ca_bundle
	# a plain `su` keeps a user's PATH, in which Debian has no sbin
	export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
	unset DOCKER_HOST DOCKER_CONTEXT
}

# NAME=value lines, with or without quotes; what the environment says wins.
read_settings_file() {
	local line name value
	[ -r "$1" ] || return 0
	while IFS= read -r line || [ -n "$line" ]; do
		[[ $line =~ ^[[:space:]]*(#.*)?$ ]] && continue
		[[ $line =~ ^([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] ||
			fail "$1 has a line that is no setting: $line" 'Write each as NAME=value.'
		name=${BASH_REMATCH[1]}
		value=${BASH_REMATCH[2]}
		[[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]] && value=${BASH_REMATCH[1]}
		[ -n "${!name+set}" ] || export "$name=$value"
	done <"$1"
}

check_home() {
	[[ $MONOKU_HOME == /?* && $MONOKU_HOME != *[[:space:]]* ]] ||
		fail "MONOKU_HOME is \"$MONOKU_HOME\"." 'It must be a path from the root, without blanks.'
	# a unix socket's path has 107 bytes at most, and the longest name below the home takes 16
	[ "${#MONOKU_HOME}" -le 90 ] ||
		fail "MONOKU_HOME is ${#MONOKU_HOME} characters long, too long for the sockets in it." \
			'Choose a path of at most 90 characters.'
}

check_port() {
	[[ ${!1} =~ ^[1-9][0-9]{0,4}$ && ${!1} -le 65535 ]] || fail "$1 is \"${!1}\"." 'It must be the number of a TCP port, 1 to 65535.'
}

# Node trusts its own list of authorities; a company's proxy is in the machine's.
use_ca_bundle() {
	local bundle=/etc/ssl/certs/ca-certificates.crt
	[ -n "${NODE_EXTRA_CA_CERTS:-}" ] || [ ! -e "$bundle" ] || export NODE_EXTRA_CA_CERTS=$bundle
}
