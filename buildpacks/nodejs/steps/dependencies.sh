#!/bin/bash
# Installing what package.json asks for, and dropping afterwards what only the build needed.

install_dependencies() {
	local started
	started=$(milliseconds)
	echo
	heading "Installing dependencies"
	if restore_modules; then
		line "Restored node_modules from cache: nothing that decides its content has changed"
		return
	fi
	if [[ -z ${LOCK_FILE} && -z $(package_json '[.dependencies, .devDependencies, .optionalDependencies, .workspaces] | map(length) | add | select(. > 0)') ]]; then
		line "package.json names no dependencies"
		return
	fi
	unpack_headers
	bound_caches
	case ${MANAGER} in
	npm) install_with_npm ;;
	yarn) install_with_yarn ;;
	*) install_with_pnpm ;;
	esac
	line "Installed in $(seconds_since "${started}")"
	keep_modules installed
}

install_with_npm() {
	if [[ -n ${LOCK_FILE} ]]; then
		line "Installing node modules (npm ci, ${LOCK_FILE})"
		run_install npm ci --include=dev --prefer-offline
	else
		line "Installing node modules (npm install: there is no lock file)"
		run_install npm install --include=dev --no-package-lock --prefer-offline
	fi
}

install_with_yarn() {
	if is_yarn_berry; then
		# Plug'n'Play runs packages straight from their archives, so those belong into the slug.
		if [[ $(yarn config get nodeLinker) == node-modules ]]; then export YARN_ENABLE_GLOBAL_CACHE=true; else export YARN_ENABLE_GLOBAL_CACHE=false; fi
		unset YARN_CACHE_FOLDER
		line "Installing node modules (yarn install --immutable)"
		run_install yarn install --immutable
	else
		line "Installing node modules (yarn.lock)"
		run_install yarn install --frozen-lockfile --ignore-engines --non-interactive --production=false
	fi
}

install_with_pnpm() {
	local lock=(--frozen-lockfile)
	if [[ -z ${LOCK_FILE} ]]; then lock=(--no-lockfile); fi
	line "Installing node modules (pnpm install ${lock[*]})"
	CI=true run_install pnpm install "${lock[@]}" --prod=false --prefer-offline --store-dir "${CACHE}/pnpm"
}

run_install() {
	if ! "$@" 2>&1 | tee "${WORK}/install.log" | indent; then explain_install_failure "${WORK}/install.log"; fi
}

has_dev_dependencies() {
	[[ -n $(package_json '.devDependencies | length | select(. > 0)') ]]
}

prune_dependencies() {
	has_dev_dependencies || return 0
	echo
	heading "Pruning devDependencies"
	if [[ ${NODE_ENV} != production ]]; then
		line "Skipping because NODE_ENV is '${NODE_ENV}', not 'production'"
	elif [[ ${NPM_CONFIG_PRODUCTION:-} == false || ${YARN_PRODUCTION:-} == false || ${PNPM_SKIP_PRUNING:-} == true ]]; then
		line "Skipping because the config vars say so"
	elif [[ ${MODULES_RESTORED} == true && $(archive_moment) == pruned ]]; then
		line "Nothing to do: the restored node_modules has none"
	else
		prune_with_manager
		keep_modules pruned
	fi
}

prune_with_manager() {
	if [[ ${MANAGER} == npm ]]; then
		run_quietly npm prune --omit=dev --no-package-lock
	elif [[ ${MANAGER} == pnpm ]]; then
		CI=true run_quietly pnpm prune --prod --ignore-scripts
	elif ! is_yarn_berry; then
		run_quietly yarn install --frozen-lockfile --ignore-engines --ignore-scripts --non-interactive --prefer-offline --production=true
	elif [[ -f .pnp.cjs ]]; then
		line "Skipping: yarn's Plug'n'Play has no separate development dependencies"
	else
		run_quietly yarn workspaces focus --all --production
	fi
}

# Prints what the command said only when it fails.
run_quietly() {
	local said
	if said=$("$@" 2>&1); then
		line "Done"
	else
		indent <<<"${said}"
		fail <<-EOF
			Error: Pruning the development dependencies failed.

			The command was: $*

			To push without it, set the config var NPM_CONFIG_PRODUCTION=false
			(npm), YARN_PRODUCTION=false (yarn) or PNPM_SKIP_PRUNING=true (pnpm).
		EOF
	fi
}
