#!/bin/bash
# Which Python: runtime.txt, then .python-version, then Pipfile.lock, else the default.

DEFAULT_VERSION=3.13
# From the stack's own files, and from older Debian releases.
available_versions=(3.13 3.11)

# Sets VERSION, such as 3.13, and WANTED_VERSION, which may be more exact or empty.
choose_version() {
	local wanted origin
	if [[ -f runtime.txt ]]; then
		origin=runtime.txt
		wanted=$(tr -d '[:space:]' <runtime.txt)
		[[ ${wanted} == python-* ]] || refuse_unreadable_version "${origin}" "${wanted}"
		wanted=${wanted#python-}
	elif [[ -f .python-version ]]; then
		origin=.python-version
		wanted=$(sed -E 's/#.*//; s/[[:space:]]//g; /^$/d' .python-version | head -n 1)
	elif [[ -f Pipfile.lock ]]; then
		origin=Pipfile.lock
		wanted=$(jq --raw-output '._meta.requires | .python_full_version // .python_version // empty' Pipfile.lock 2>/dev/null || true)
	fi
	# shellcheck disable=SC2034 # read where the runtime is installed
	WANTED_VERSION=${wanted:-}
	echo
	if [[ -z ${wanted:-} ]]; then
		VERSION=${DEFAULT_VERSION}
		heading "No Python version was specified. Using the default: Python ${VERSION}"
		line "To name one, add a file .python-version that holds, for example, \"${VERSION}\"."
		return
	fi
	heading "Using Python ${wanted} specified in ${origin}"
	accept_version "${wanted}" "${origin}"
}

accept_version() {
	local wanted=$1 origin=$2
	if [[ ! ${wanted} =~ ^(3\.[0-9]+)(\.[0-9]+)?$ ]]; then refuse_unreadable_version "${origin}" "${wanted}"; fi
	VERSION=${BASH_REMATCH[1]}
	[[ " ${available_versions[*]} " == *" ${VERSION} "* ]] || refuse_unavailable_version "${origin}" "${wanted}"
}

refuse_unreadable_version() {
	local example=${DEFAULT_VERSION}
	if [[ $1 == runtime.txt ]]; then example=python-${DEFAULT_VERSION}; fi
	fail <<-EOF
		Error: The Python version in $1 cannot be read.

		It holds "$2". Expected is a major version, with or without a patch
		release, in this form:
		  ${example}

		Change $1, commit and push again. Without one, Python ${DEFAULT_VERSION} is used.
	EOF
}

refuse_unavailable_version() {
	fail <<-EOF
		Error: Python $2, asked for in $1, is not available here.

		Available are Python $(printf '%s, ' "${available_versions[@]}" | sed 's/, $//'), in the newest patch release that Debian has.

		Name one of them in $1, see that the app works with it, commit and
		push again.
	EOF
}
