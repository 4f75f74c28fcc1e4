#!/bin/bash
# The app's own scripts: heroku-prebuild, heroku-postbuild or build, heroku-cleanup.

# The one that builds the app; a script made for this place goes before the general one.
build_script() {
	if has_script heroku-postbuild; then
		echo heroku-postbuild
	elif has_script build; then
		echo build
	fi
}

run_build_script() {
	local script
	script=$(build_script)
	if [[ -n ${script} ]]; then run_script "${script}" "Build"; fi
}

run_if_present() {
	if has_script "$1"; then run_script "$1" "$2"; fi
}

run_script() {
	echo
	heading "$2"
	line "Running $1 (${MANAGER})"
	if ! "${MANAGER}" run "$1" 2>&1 | tee "${WORK}/script.log" | indent; then
		explain_script_failure "$1" "${WORK}/script.log"
	fi
}
