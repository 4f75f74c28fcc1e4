#!/bin/bash
# What the package manager and the app's own scripts find in their environment.

create_environment() {
	export_config_vars "${ENV_DIR}"
	export PATH
	export NODE_ENV=${NODE_ENV:-production}
	export NODE_HOME=${TOOLS}
	export NPM_CONFIG_LOGLEVEL=${NPM_CONFIG_LOGLEVEL:-error}
	export npm_config_audit=${npm_config_audit:-false} npm_config_fund=${npm_config_fund:-false}
	export npm_config_update_notifier=false
	export npm_config_cache=${CACHE}/npm
	export YARN_CACHE_FOLDER=${CACHE}/yarn YARN_ENABLE_TELEMETRY=0 YARN_ENABLE_IMMUTABLE_INSTALLS=true
	export YARN_GLOBAL_FOLDER=${CACHE}/yarn-berry
	export npm_config_devdir=${WORK}/node-gyp npm_config_nodedir=${WORK}/headers
	export npm_config_python=/usr/bin/python3
	echo
	heading "Creating runtime environment"
	line "NODE_ENV=${NODE_ENV}"
	line "NPM_CONFIG_LOGLEVEL=${NPM_CONFIG_LOGLEVEL}"
}

# node-gyp finds Node's headers here instead of downloading them.
unpack_headers() {
	local kept=${CACHE}/tools/headers-${NODE_VERSION}.tar.zst
	if [[ -f ${kept} ]]; then
		mkdir -p "${npm_config_nodedir}"
		tar --extract --zstd --file "${kept}" --directory "${npm_config_nodedir}"
	fi
}

write_profile() {
	mkdir -p .profile.d
	cp "${BUILDPACK}/profile/nodejs.sh" .profile.d/
	write_web_concurrency 512 >.profile.d/WEB_CONCURRENCY.sh
}

# For the buildpacks that come after this one.
write_export() {
	cat >"${BUILDPACK}/export" <<-EOF
		export PATH="${TOOLS}/bin:${BUILD_DIR}/node_modules/.bin:\$PATH"
		export NODE_HOME="${TOOLS}"
	EOF
}
