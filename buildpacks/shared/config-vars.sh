#!/bin/bash
# The app's config vars at build time: one file each in ENV_DIR.

# Names that would change what the build's own programs do.
denied_config_vars='^(PATH|HOME|PWD|STACK|REQUEST_ID|SOURCE_VERSION|FAILURE_FILE|IFS|CPATH|CPPATH|BASH_.*|ENV|SHELLOPTS|BASHOPTS|LD_PRELOAD|LD_LIBRARY_PATH|LIBRARY_PATH|LANG|LC_ALL|GIT_DIR|GIT_WORK_TREE|BUILD_DIR|CACHE_DIR|ENV_DIR|UID|EUID|PPID)$'

# Exports every config var in folder $1 that a build may see.
export_config_vars() {
	local file name
	for file in "$1"/*; do
		name=${file##*/}
		if [[ -f ${file} && ${name} =~ ^[A-Za-z_][A-Za-z0-9_]*$ && ! ${name} =~ ${denied_config_vars} ]]; then
			export "${name}=$(<"${file}")"
		fi
	done
}
