#!/bin/bash
# Installed packages as one archive in the cache, reused while what asks for them is the same.

# Whether the packages depend on the files that packages_key reads, and on nothing else.
packages_are_reproducible() {
	case ${SOURCE_OF_PACKAGES} in
	requirements.txt) ! requirement_files | xargs -0 grep -qE '^[[:space:]]*(-e|--editable|\.|/|file:|git\+|hg\+|svn\+|bzr\+|-f|--find-links)|@[[:space:]]*(file:|git\+)' ;;
	Pipfile.lock) ! grep -qE '"(path|file|git|editable)":' Pipfile.lock ;;
	*) false ;;
	esac
}

# requirements.txt and the files that it includes, each followed by a zero byte.
requirement_files() {
	local seen=() queue=(requirements.txt) file included
	while [[ ${#queue[@]} -gt 0 ]]; do
		file=${queue[0]}
		queue=("${queue[@]:1}")
		if [[ ! -f ${file} || " ${seen[*]} " == *" ${file} "* ]]; then continue; fi
		seen+=("${file}")
		printf '%s\0' "${file}"
		while read -r included; do
			queue+=("$(realpath --relative-to=. --canonicalize-missing "$(dirname "${file}")/${included}")")
		done < <(sed -nE 's/^[[:space:]]*(-r|-c|--requirement|--constraint)[ =]*([^[:space:]#]+).*/\2/p' "${file}")
	done
}

packages_key() {
	{
		echo "1 $(<"${CACHE}/runtime.key") ${PATCH_VERSION} ${SOURCE_OF_PACKAGES}"
		if [[ ${SOURCE_OF_PACKAGES} == requirements.txt ]]; then
			requirement_files | xargs -0 sha256sum
		else
			sha256sum Pipfile Pipfile.lock
		fi
		# Packages that are compiled may read any of them.
		find "${ENV_DIR}" -type f -print0 | sort --zero-terminated | xargs -0 --no-run-if-empty sha256sum
	} | sha256sum | cut -d ' ' -f 1
}

restore_packages() {
	PACKAGES_KEY=
	packages_are_reproducible || return 1
	PACKAGES_KEY=$(packages_key)
	[[ -f ${CACHE}/packages.tar.zst && $(cat "${CACHE}/packages.key" 2>/dev/null) == "${PACKAGES_KEY}" ]] || return 1
	rm -rf "${ENVIRONMENT}"
	tar --extract --zstd --file "${CACHE}/packages.tar.zst" --directory "${ENVIRONMENT%/*}"
}

keep_packages() {
	[[ -n ${PACKAGES_KEY} ]] || return 0
	rm -f "${CACHE}/packages.key"
	tar --create --sort=name --directory "${ENVIRONMENT%/*}" "${ENVIRONMENT##*/}" |
		zstd --quiet --force -1 -T0 -o "${CACHE}/packages.tar.zst"
	echo "${PACKAGES_KEY}" >"${CACHE}/packages.key"
}

# pip's own cache only grows; beyond 1 GB it starts anew.
bound_cache() {
	if [[ -d ${CACHE}/pip && $(du --summarize --block-size=1M "${CACHE}/pip" | cut -f 1) -gt 1024 ]]; then
		rm -rf "${CACHE}/pip"
	fi
}
