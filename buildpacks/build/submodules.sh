#!/bin/bash
# Git submodules, which git archive leaves out: fetched here, at exactly their commit.

# SUBMODULES names a file with lines of commit, path and URL, separated by tabs.
fetch_submodules() {
	local commit path url
	[[ -s ${SUBMODULES:-} ]] || return 0
	heading "Fetching submodules"
	while IFS=$'\t' read -r commit path url; do
		line "${path} from ${url}"
		fetch_submodule "${commit}" "${path}" "${url}" 1
	done <"${SUBMODULES}"
}

fetch_submodule() {
	local commit=$1 path=$2 url=$3 depth=$4 repository
	check_submodule "${path}" "${url}" "${depth}"
	repository=$(mktemp -d "${WORKSHOP}/submodule.XXXXXX")
	git_apart init --quiet --bare "${repository}"
	fetch_commit "${repository}" "${commit}" "${url}" || refuse_submodule "${path}" "${url}" "$(first_words "${repository}/problem")"
	# Else git archive would obey the submodule's own export-ignore lines.
	echo '* -export-ignore -export-subst' >"${repository}/info/attributes"
	mkdir -p "${APP}/${path}"
	git_apart --git-dir "${repository}" archive "${commit}" | tar --extract --directory "${APP}/${path}"
	fetch_nested "${repository}" "${commit}" "${path}" "${url}" "${depth}"
	rm -rf "${repository}"
}

# The cause comes first; git's own advice, which follows, is for somebody at a terminal.
first_words() {
	grep -v '^[[:space:]]*$' "$1" | head -n 3
}

# One commit where the server allows it, everything where it does not.
fetch_commit() {
	local repository=$1 commit=$2 url=$3
	git_apart --git-dir "${repository}" fetch --quiet --depth 1 "${url}" "${commit}" 2>"${repository}/problem" && return
	git_apart --git-dir "${repository}" fetch --quiet "${url}" '+refs/*:refs/fetched/*' 2>"${repository}/problem" || return 1
	git_apart --git-dir "${repository}" cat-file -e "${commit}^{commit}" 2>"${repository}/problem"
}

fetch_nested() {
	local repository=$1 commit=$2 path=$3 url=$4 depth=$5 nested_commit nested_path name nested_url
	git_apart --git-dir "${repository}" ls-tree -r "${commit}" | awk '$2 == "commit"' |
		while IFS=$' \t' read -r _ _ nested_commit nested_path; do
			name=$(git_apart --git-dir "${repository}" config --blob "${commit}:.gitmodules" --get-regexp '\.path$' |
				awk -v path="${nested_path}" '$2 == path { sub(/\.path$/, "", $1); print $1; exit }')
			nested_url=$(git_apart --git-dir "${repository}" config --blob "${commit}:.gitmodules" "${name}.url" || true)
			line "${path}/${nested_path} from ${nested_url:-(no URL)}"
			fetch_submodule "${nested_commit}" "${path}/${nested_path}" "$(resolve_url "${url}" "${nested_url}")" $((depth + 1))
		done
}

# A submodule's URL may be relative to the repository that holds it: ../other.git
resolve_url() {
	local base=${1%/} url=$2
	case ${url} in
	./* | ../*) ;;
	*)
		echo "${url}"
		return
		;;
	esac
	while [[ ${url} == ./* || ${url} == ../* ]]; do
		if [[ ${url} == ../* ]]; then base=${base%/*}; fi
		url=${url#*/}
	done
	echo "${base}/${url}"
}

check_submodule() {
	local path=$1 url=$2 depth=$3
	if [[ ${path} == /* || /${path}/ == */../* || /${path}/ == */.git/* || -z ${path} ]]; then
		refuse_submodule "${path}" "${url}" "Its path leads out of the app."
	fi
	if [[ ! ${url} =~ ^(https?|git|ssh)://|^[A-Za-z0-9._-]+@[^/]+: ]]; then
		refuse_submodule "${path}" "${url}" "Only https, http, git and ssh URLs can be fetched during a build."
	fi
	if [[ ${depth} -gt 5 ]]; then
		refuse_submodule "${path}" "${url}" "Submodules are nested more than five deep."
	fi
}

refuse_submodule() {
	fail <<-EOF
		Error: The submodule "$1" could not be fetched from $2.

		$3

		The build machine fetches submodules itself, so each must be readable from
		there without your own keys. Make the repository readable, put a token
		into its URL, or commit its files instead of the submodule.
	EOF
}

# The app is this user's home, and its files must not configure our git.
git_apart() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND='ssh -oBatchMode=yes' git "$@"
}
