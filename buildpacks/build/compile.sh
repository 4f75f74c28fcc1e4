#!/bin/bash
# Runs the chosen buildpacks, then asks the last one what starts the app.

compile_with_buildpacks() {
	local started index last=$((${#CHOSEN[@]} - 1))
	started=$(milliseconds)
	mkdir -p "${APP}/.profile.d"
	for index in "${!CHOSEN[@]}"; do
		if [[ ${index} -gt 0 ]]; then source_exports "${CHOSEN[index - 1]}"; fi
		BUILDPACK_IS_LAST=$([[ ${index} -eq ${last} ]] && echo true || echo false)
		export BUILDPACK_IS_LAST
		if ! "${CHOSEN[index]}/bin/compile" "${APP}" /cache /env; then refuse_uncompiled "${CHOSEN_NAMES[index]}"; fi
	done
	metric compile_ms "${started}"
}

# What a buildpack leaves for the ones after it. Written elsewhere, so taken leniently.
source_exports() {
	if [[ -f $1/export ]]; then
		set +eu
		# shellcheck source=/dev/null
		source "$1/export"
		set -eu
	fi
}

refuse_uncompiled() {
	warning <<<"Push rejected, failed to compile $1 app."
	record_failure "Failed to compile $1 app."
	exit 1
}

write_release() {
	local release=${CHOSEN[-1]}/bin/release
	: >"${OUT}/release.yml"
	if [[ -x ${release} ]] && ! "${release}" "${APP}" >"${OUT}/release.yml"; then
		fail <<-EOF
			Error: The buildpack's bin/release failed.

			It should print the default process types of a ${CHOSEN_NAMES[-1]} app.
		EOF
	fi
	copy_result Procfile
	copy_result app.json
}

copy_result() {
	if [[ -f ${APP}/$1 && ! -L ${APP}/$1 && $(stat -c %s "${APP}/$1") -le 262144 ]]; then
		cp --no-preserve=all "${APP}/$1" "${OUT}/$1"
	fi
}

report_process_types() {
	local declared defaults
	declared=$(declared_types)
	defaults=$(grep -vxF "${declared:-:}" < <(default_types) || true)
	heading "Discovering process types"
	if [[ -n ${declared} ]]; then line "Procfile declares types -> $(commas <<<"${declared}")"; fi
	if [[ -n ${defaults} ]]; then line "Default types for buildpack -> $(commas <<<"${defaults}")"; fi
	if [[ -z ${declared}${defaults} ]]; then warn_nothing_starts; fi
}

declared_types() {
	[[ -f ${OUT}/Procfile ]] || return 0
	tr '\r' '\n' <"${OUT}/Procfile" | sed -nE 's/^[[:space:]]*([A-Za-z0-9_-]+):[[:space:]]*[^[:space:]].*$/\1/p'
}

# The names under default_process_types in release.yml; the server reads it as YAML proper.
default_types() {
	awk '
		/^default_process_types:/ { inside = 1; next }
		/^[^ #]/ { inside = 0 }
		inside && match($0, /^ +["'\'']?[A-Za-z0-9_-]+["'\'']?:/) {
			name = substr($0, RSTART, RLENGTH)
			gsub(/[^A-Za-z0-9_-]/, "", name)
			print name
		}' "${OUT}/release.yml"
}

commas() {
	paste -sd, | sed 's/,/, /g'
}

warn_nothing_starts() {
	warning <<-EOF
		The app has no process types, so nothing will start.
		Add a file named Procfile, with a line like "web: <command>".
	EOF
}
