#!/usr/bin/env bash
# The images that apps are built in and run on.

# The ones that the settings name, else our own.
ensure_stack() {
	local run build
	[ -z "${MONOKU_RUN_IMAGE:-}" ] || require_image MONOKU_RUN_IMAGE
	[ -z "${MONOKU_BUILD_IMAGE:-}" ] || require_image MONOKU_BUILD_IMAGE
	[ -z "${MONOKU_RUN_IMAGE:-}" ] || [ -z "${MONOKU_BUILD_IMAGE:-}" ] || return 0
	{ read -r run && read -r build; } < <("${root:?}/buildpacks/stack/make" --tags)
	docker_cli image inspect "$run" "$build" >/dev/null 2>&1 || make_stack
	export MONOKU_RUN_IMAGE=${MONOKU_RUN_IMAGE:-$run} MONOKU_BUILD_IMAGE=${MONOKU_BUILD_IMAGE:-$build}
}

# It says itself what goes on and what went wrong.
make_stack() {
	DOCKER_HOST=unix://$MONOKU_DOCKER_SOCKET "${root:?}/buildpacks/stack/make" || exit 1
}

require_image() {
	docker_cli image inspect "${!1}" >/dev/null 2>&1 || slowly "Pulling ${!1}" docker_cli pull "${!1}" ||
		fail "$1 names ${!1}, and that image could not be pulled." 'Correct the name, or leave it out.'
}
