#!/bin/bash
# Asking the npm registry for versions, and fetching packages from it unharmed.

# The platform's own registry setting, taken before any config var of the app is known.
REGISTRY=${npm_config_registry:-${NPM_CONFIG_REGISTRY:-https://registry.npmjs.org}}
ANSWER_LASTS_SECONDS=86400

# Prints "version integrity tarball" of the newest release of package $1 within range $2.
# An answer is good for a day, and for as long as the registry cannot be reached.
resolve() {
	local package=$1 range=$2 memo=${CACHE}/resolved/${1//\//+} answer
	if answer=$(remembered "${memo}" "${range}" "${ANSWER_LASTS_SECONDS}"); then
		echo "${answer}"
		return
	fi
	if ! fetch_versions "${package}"; then
		remembered "${memo}" "${range}" 999999999 || refuse_unreachable "${package}"
		return
	fi
	answer=$(jq --raw-output --arg range "${range}" --from-file "${BUILDPACK}/semver.jq" "${WORK}/versions.json")
	if [[ -n ${answer} && ${answer} != invalid ]]; then
		mkdir -p "${memo%/*}"
		printf '%s\n' "${range}" "${EPOCHSECONDS}" "${answer}" >"${memo}"
	fi
	echo "${answer}"
}

remembered() {
	local memo=$1 range=$2 seconds=$3 lines
	[[ -f ${memo} ]] || return 1
	mapfile -t lines <"${memo}"
	[[ ${lines[0]} == "${range}" && $((EPOCHSECONDS - lines[1])) -lt ${seconds} ]] && echo "${lines[2]}"
}

fetch_versions() {
	curl --silent --show-error --fail --location --retry 2 --max-time 120 --compressed \
		--header 'Accept: application/vnd.npm.install-v1+json' \
		--output "${WORK}/versions.json" "${REGISTRY%/}/${1/\//%2f}" 2>"${WORK}/registry-problem"
}

# Fetches tarball $1 to file $3, and makes sure it is what integrity $2 says.
fetch_tarball() {
	local url=$1 integrity=$2 file=$3 found
	curl --silent --show-error --fail --location --retry 2 --max-time 600 --output "${file}" "${url}" \
		2>"${WORK}/registry-problem" || refuse_unreachable "${url}"
	found=sha512-$(openssl dgst -sha512 -binary "${file}" | base64 --wrap=0)
	# A registry may list several digests, separated by blanks.
	if [[ " ${integrity} " != *" ${found} "* ]]; then
		fail <<-EOF
			Error: ${url} is not what the registry says it is.

			Expected ${integrity}
			and got  ${found}.

			Push again. If it stays so, the registry or something on the way to it
			changes what it hands out.
		EOF
	fi
}

refuse_unreachable() {
	fail <<-EOF
		Error: The npm registry could not give $1.

		curl says: $(tail -n 1 "${WORK}/registry-problem")

		The registry in use is ${REGISTRY}. It may be down for a moment: push
		again in a few minutes. If it stays so, the machine's administrator should
		check its network and its setting for the npm registry.
	EOF
}
