#!/usr/bin/env bash
# The images that apps are built in and run on.

ensure_stack() {
	local run build
	if [ -z "${MONOKU_RUN_IMAGE:-}" ] || [ -z "${MONOKU_BUILD_IMAGE:-}" ]; then
		{ read -r run && read -r build; } < <("${root:?}/buildpacks/stack/make" --tags)
		if ! has_image "$run" || ! has_image "$build"; then make_stack; fi
		export MONOKU_RUN_IMAGE=${MONOKU_RUN_IMAGE:-$run} MONOKU_BUILD_IMAGE=${MONOKU_BUILD_IMAGE:-$build}
	fi
	require_image MONOKU_RUN_IMAGE
	require_image MONOKU_BUILD_IMAGE
}

# It says itself what goes on and what went wrong.
make_stack() {
	DOCKER_HOST=unix://$MONOKU_DOCKER_SOCKET "${root:?}/buildpacks/stack/make" || exit 1
}

has_image() {
	docker_cli image inspect "$1" >/dev/null 2>&1
}

require_image() {
	has_image "${!1}" || slowly "Pulling ${!1}" docker_cli pull "${!1}" ||
		fail "$1 names ${!1}, and that image could not be pulled." 'Correct the name, or leave it out.'
}
