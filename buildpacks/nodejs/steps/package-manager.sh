#!/bin/bash
# npm, yarn or pnpm: the lock file decides, then package.json's packageManager field.

# Sets MANAGER (npm, yarn or pnpm) and LOCK_FILE, which may be empty.
choose_package_manager() {
	local locks=() name
	for name in npm-shrinkwrap.json package-lock.json yarn.lock pnpm-lock.yaml; do
		if [[ -f ${name} ]]; then locks+=("${name}"); fi
	done
	# npm itself prefers its shrinkwrap to its lock file.
	if [[ ${locks[*]} == "npm-shrinkwrap.json package-lock.json" ]]; then locks=(npm-shrinkwrap.json); fi
	if [[ ${#locks[@]} -gt 1 ]]; then refuse_several_locks "${locks[@]}"; fi
	LOCK_FILE=${locks[0]:-}
	case ${LOCK_FILE} in
	yarn.lock) MANAGER=yarn ;;
	pnpm-lock.yaml) MANAGER=pnpm ;;
	'') MANAGER=$(package_json '.packageManager | strings | match("^(npm|yarn|pnpm)@").captures[0].string') ;;
	*) MANAGER=npm ;;
	esac
	MANAGER=${MANAGER:-npm}
}

# The version that the app asks for, by engines or packageManager; may be empty.
wanted_version() {
	local version
	version=$(engines_version "$1")
	echo "${version:-$(package_manager_version "$1")}"
}

engines_version() {
	package_json ".engines?.$1? | strings"
}

package_manager_version() {
	package_json ".packageManager | strings | match(\"^$1@([^+]+)\").captures[0].string"
}

is_yarn_berry() {
	[[ ${MANAGER} == yarn ]] || return 1
	if [[ -f yarn.lock ]]; then grep -q '^__metadata:' yarn.lock; else [[ $(wanted_version yarn) =~ ^[^0-9]*[2-9] ]]; fi
}

# Each manager's release for an app that names none: npm as Node.js brings it, the others
# as the lock file was written.
default_npm_range() {
	local major=${1%%.*}
	if [[ ${major} -ge 24 ]]; then
		echo 11.x
	elif [[ ${major} -ge 18 ]]; then
		echo 10.x
	elif [[ ${major} -ge 16 ]]; then
		echo 8.x
	else
		echo 6.x
	fi
}

default_pnpm_range() {
	case $(sed -nE "s/^lockfileVersion: *['\"]?([0-9]+).*/\1/p" pnpm-lock.yaml 2>/dev/null | head -n 1) in
	5) echo 7.x ;;
	6) echo 8.x ;;
	*) echo 10.x ;;
	esac
}

refuse_several_locks() {
	fail <<-EOF
		Error: Two lock files: ${1} and ${2}.

		Each belongs to another package manager, and each pins its own versions,
		so what would be installed cannot be told.

		Most often one was left behind when the app changed its package manager,
		or was made by mistake with the wrong command.

		Keep the one you work with, remove the other and push again:
		  git rm ${1}   (keeps $(manager_of "${2}"))
		  git rm ${2}   (keeps $(manager_of "${1}"))
		  git commit -m "Keep one lock file"
	EOF
}

manager_of() {
	case $1 in
	yarn.lock) echo yarn ;;
	pnpm-lock.yaml) echo pnpm ;;
	*) echo npm ;;
	esac
}
