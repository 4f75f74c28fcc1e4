#!/usr/bin/env bash
# The OS user of git and SSH sessions, and the home.

ensure_user() {
	getent passwd monoku >/dev/null && return
	# `*` is no password, while the default `!` would lock the account, keys and all
	useradd --system --user-group --no-create-home --home-dir /var/lib/monoku --shell /bin/sh \
		--password '*' monoku
}

ensure_home() {
	mkdir -p "$MONOKU_HOME/run" "$MONOKU_HOME/log" "$MONOKU_HOME/redis"
	# git and SSH sessions walk through it, and list nothing
	chmod 711 "$MONOKU_HOME" "$MONOKU_HOME/run"
	chmod 700 "$MONOKU_HOME/log" "$MONOKU_HOME/redis"
	[ -s "$MONOKU_HOME/id" ] || cat /proc/sys/kernel/random/uuid >"$MONOKU_HOME/id"
}

home_id() {
	cat "$MONOKU_HOME/id"
}
