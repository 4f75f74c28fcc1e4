#!/bin/bash
# node_modules as one archive in the cache, reused when everything that it is made from is
# the same: that is quicker than any package manager.

# Whether node_modules depends on the lock file and package.json alone.
modules_are_reproducible() {
	[[ -n ${LOCK_FILE} && ${NODE_MODULES_CACHE:-true} == true ]] || return 1
	if is_yarn_berry || [[ -e node_modules || -f binding.gyp || -f pnpm-workspace.yaml || -f .pnpmfile.cjs ]]; then return 1; fi
	[[ -z $(package_json 'select(
		.workspaces
		or (.scripts // {} | has("heroku-prebuild") or has("preinstall") or has("install") or has("postinstall")
			or has("prepublish") or has("preprepare") or has("prepare") or has("postprepare"))
		or ([.dependencies, .devDependencies, .optionalDependencies, .resolutions, .overrides]
			| map(.. | strings | select(test("^(file|link|portal|patch|\\.|/)"))) | any)
	)') ]]
}

# With a build script the archive holds what was installed; without, what is left after pruning.
modules_key() {
	{
		echo "1 ${STACK:-} ${NODE_VERSION} ${MANAGER} ${MANAGER_VERSION} $(archive_moment)"
		jq --sort-keys '{dependencies, devDependencies, optionalDependencies, peerDependencies,
			overrides, resolutions, pnpm, dependenciesMeta, engines, packageManager}' package.json
		sha256sum "${LOCK_FILE}"
		cat .npmrc .yarnrc .yarnrc.yml 2>/dev/null || true
		# Install scripts of packages may read any of them.
		find "${ENV_DIR}" -type f -print0 | sort --zero-terminated | xargs -0 --no-run-if-empty sha256sum
	} | sha256sum | cut -d ' ' -f 1
}

archive_moment() {
	if has_dev_dependencies && [[ -z $(build_script) ]]; then echo pruned; else echo installed; fi
}

restore_modules() {
	MODULES_RESTORED=false
	modules_are_reproducible || return 1
	MODULES_KEY=$(modules_key)
	[[ -f ${CACHE}/node_modules.tar.zst && $(cat "${CACHE}/node_modules.key" 2>/dev/null) == "${MODULES_KEY}" ]] || return 1
	tar --extract --zstd --file "${CACHE}/node_modules.tar.zst"
	MODULES_RESTORED=true
}

# Keeps node_modules when this moment, "installed" or "pruned", is the one to do it.
keep_modules() {
	if [[ ${MODULES_RESTORED} == true || -z ${MODULES_KEY:-} || $1 != "$(archive_moment)" ]]; then return; fi
	mkdir -p node_modules
	rm -f "${CACHE}/node_modules.key"
	tar --create --sort=name node_modules | zstd --quiet --force -1 -T0 -o "${CACHE}/node_modules.tar.zst"
	echo "${MODULES_KEY}" >"${CACHE}/node_modules.key"
}

# A package manager's own cache only grows; beyond 1 GB it starts anew.
bound_caches() {
	local folder
	for folder in npm yarn yarn-berry pnpm; do
		if [[ -d ${CACHE}/${folder} && $(du --summarize --block-size=1M "${CACHE}/${folder}" | cut -f 1) -gt 1024 ]]; then
			rm -rf "${CACHE:?}/${folder}"
		fi
	done
}
