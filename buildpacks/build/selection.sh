#!/bin/bash
# Which buildpacks build this app: the ones that it names, else the first that detects.

# The order of detection; of two that match, the first is taken.
default_buildpacks=(nodejs python static)

# Folders and names of the buildpacks in use, in order.
CHOSEN=()
CHOSEN_NAMES=()

choose_buildpacks() {
	local references
	mapfile -t references < <(grep -v '^[[:space:]]*$' <<<"${BUILDPACKS:-}" || true)
	if [[ ${#references[@]} -eq 0 ]]; then
		detect_buildpack
	else
		use_named_buildpacks "${references[@]}"
	fi
	echo "${CHOSEN_NAMES[-1]}" >"${OUT}/buildpack"
}

detect_buildpack() {
	local name folder language
	heading "Determining which buildpack to use for this app"
	for name in "${default_buildpacks[@]}"; do
		folder=$(copy_of_ours "${name}")
		if language=$("${folder}/bin/detect" "${APP}" 2>/dev/null); then
			heading "${language} app detected"
			CHOSEN=("${folder}")
			CHOSEN_NAMES=("${language}")
			return
		fi
	done
	refuse_undetected
}

use_named_buildpacks() {
	local reference folder language
	for reference in "$@"; do
		heading "Using buildpack: ${reference}"
		obtain_buildpack "${reference}"
		if ! language=$("${folder}/bin/detect" "${APP}"); then refuse_incompatible "${reference}"; fi
		heading "${language:-Custom} app detected"
		CHOSEN+=("${folder}")
		CHOSEN_NAMES+=("${language:-Custom}")
	done
}

# Sets "folder", in the caller, to a writable copy: a buildpack may leave its export file there.
obtain_buildpack() {
	case $1 in
	https://*.tgz | https://*.tar.gz | http://*.tgz | http://*.tar.gz) folder=$(download_buildpack "$1") ;;
	https://* | http://* | git://* | ssh://*) folder=$(clone_buildpack "$1") ;;
	*)
		[[ " ${default_buildpacks[*]} " == *" ${1##*/} "* ]] || refuse_unknown "$1"
		folder=$(copy_of_ours "${1##*/}")
		;;
	esac
	[[ -x ${folder}/bin/detect && -x ${folder}/bin/compile ]] || refuse_no_buildpack "$1"
}

copy_of_ours() {
	local parent
	parent=$(mktemp -d "${WORKSHOP}/buildpack.XXXXXX")
	cp -r "${HERE}/$1" "${HERE}/shared" "${parent}/"
	echo "${parent}/$1"
}

download_buildpack() {
	local folder
	folder=$(mktemp -d "${WORKSHOP}/buildpack.XXXXXX")
	if ! curl --silent --show-error --fail --location --retry 3 "$1" 2>"${folder}.problem" |
		tar --extract --gzip --directory "${folder}" 2>>"${folder}.problem"; then
		refuse_unfetched "$1" "$(head -n 3 "${folder}.problem")"
	fi
	# As for sources: one folder at the top is the archive's own name.
	if [[ ! -d ${folder}/bin ]]; then folder=$(find "${folder}" -mindepth 1 -maxdepth 1 -type d | head -n 1); fi
	echo "${folder}"
}

clone_buildpack() {
	local folder url=${1%%#*} ref=
	if [[ $1 == *#* ]]; then ref=${1#*#}; fi
	folder=$(mktemp -d "${WORKSHOP}/buildpack.XXXXXX")
	if ! { git_apart clone --quiet --recursive "${url}" "${folder}" &&
		{ [[ -z ${ref} ]] || git_apart -C "${folder}" checkout --quiet "${ref}" --; }; } 2>"${folder}.problem"; then
		refuse_unfetched "$1" "$(tail -n 3 "${folder}.problem")"
	fi
	echo "${folder}"
}

refuse_undetected() {
	warning <<-EOF

		No default language could be detected for this app.
		HINT: This occurs when the buildpack to use cannot be told from the app's files.

		Looked, at the top of what was pushed, for
		  nodejs  package.json
		  python  requirements.txt, Pipfile, setup.py, pyproject.toml or manage.py
		  static  static.json, index.html or public/index.html

		It holds: $(contents)

		Is the app in a subfolder, or was a file not committed? Another language
		needs a buildpack of its own, named in the app's settings.
	EOF
	record_failure "No default language could be detected for this app."
	exit 1
}

# The first names at the top of the app.
contents() {
	local names
	mapfile -t names < <(find "${APP}" -mindepth 1 -maxdepth 1 -printf '%f\n' | LC_ALL=C sort)
	local shown="${names[*]:0:12}"
	if [[ ${#names[@]} -gt 12 ]]; then shown+=" and $((${#names[@]} - 12)) more"; fi
	echo "${shown}"
}

refuse_incompatible() {
	heading "App not compatible with buildpack: $1"
	line "Its bin/detect did not recognise the app, which holds: $(contents)"
	line "Change the app's buildpacks, or clear them to have one detected."
	record_failure "App not compatible with buildpack: $1"
	exit 1
}

refuse_unknown() {
	fail <<-EOF
		Error: There is no buildpack "$1".

		Known by name: $(printf 'heroku/%s ' "${default_buildpacks[@]}")
		Any other is named by its URL: https://….git, https://….git#branch or
		https://….tgz.
	EOF
}

refuse_unfetched() {
	fail <<-EOF
		Error: The buildpack $1 could not be fetched.

		$2

		Check its URL, and that the build machine can reach it.
	EOF
}

refuse_no_buildpack() {
	fail <<-EOF
		Error: $1 is not a buildpack.

		It has no programs bin/detect and bin/compile.
	EOF
}
