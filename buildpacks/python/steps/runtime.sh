#!/bin/bash
# The interpreter, from Debian's packages, and a virtual environment for what the app needs.

# Sets RUNTIME (the interpreter) and ENVIRONMENT (where packages go), both inside the slug.
install_runtime() {
	RUNTIME=${BUILD_DIR}/.heroku/python-runtime
	ENVIRONMENT=${BUILD_DIR}/.heroku/python
	local kept key
	kept=${CACHE}/runtime-${VERSION}.tar.zst
	key=$(runtime_key)
	if [[ -f ${kept} && $(cat "${CACHE}/runtime.key" 2>/dev/null) == "${key}" ]]; then
		mkdir -p "${BUILD_DIR}/.heroku"
		tar --extract --zstd --file "${kept}" --directory "${BUILD_DIR}/.heroku"
		PATCH_VERSION=$(patch_version)
		heading "Using Python ${PATCH_VERSION} from cache"
		tell_other_patch
		return
	fi
	obtain_packages
	unpack_packages
	PATCH_VERSION=$(patch_version)
	heading "Installing Python ${PATCH_VERSION}"
	tell_other_patch
	create_virtual_environment
	keep_runtime "${kept}" "${key}"
}

tell_other_patch() {
	if [[ ${WANTED_VERSION} == *.*.* && ${WANTED_VERSION} != "${PATCH_VERSION}" ]]; then
		line "Python ${WANTED_VERSION} was asked for; ${PATCH_VERSION} is the patch release that Debian has."
	fi
}

patch_version() {
	"${RUNTIME}/bin/python${VERSION}" -c 'import platform; print(platform.python_version())'
}

# The stack's files are new with every stack; a downloaded Python is looked up anew each week.
runtime_key() {
	echo "1 ${STACK:-} ${VERSION} $(cd /usr/share/monoku/debs && echo "python-${VERSION}"/*) $(uname -m)"
	if [[ ! -d /usr/share/monoku/debs/python-${VERSION} ]]; then echo "week $((EPOCHSECONDS / 604800))"; fi
}

# Sets PACKAGES to a folder of .deb files.
obtain_packages() {
	PACKAGES=/usr/share/monoku/debs/python-${VERSION}
	if [[ -d ${PACKAGES} ]]; then return; fi
	PACKAGES=${WORK}/debs
	mkdir -p "${PACKAGES}"
	line "Downloading Python ${VERSION} from Debian..."
	download_packages
	cp /usr/share/monoku/debs/python-"${DEFAULT_VERSION}"/python3-pip-whl_* "${PACKAGES}"
}

# apt, with its own folders, as it runs without root here.
download_packages() {
	local root=${WORK}/apt names
	case ${VERSION} in
	3.11)
		names=(python3.11 python3.11-minimal libpython3.11 libpython3.11-minimal libpython3.11-stdlib libpython3.11-dev)
		mkdir -p "${root}"/{lists/partial,cache/archives/partial}
		{
			echo 'deb http://deb.debian.org/debian bookworm main'
			echo 'deb http://deb.debian.org/debian-security bookworm-security main'
		} >"${root}/sources.list"
		;;
	*) ;;
	esac
	if ! {
		apt_apart "${root}" update &&
			(cd "${PACKAGES}" && apt_apart "${root}" download "${names[@]}")
	} >"${WORK}/apt.log" 2>&1; then
		tail -n 3 "${WORK}/apt.log" | indent
		fail <<-EOF
			Error: Python ${VERSION} could not be downloaded from Debian.

			What apt said is above. Push again in a few minutes, or use Python
			${DEFAULT_VERSION}, which is part of the stack and needs no download.
		EOF
	fi
}

apt_apart() {
	local root=$1
	shift
	apt-get -qq -o Dir::State::Lists="${root}/lists" -o Dir::Cache="${root}/cache" -o Dir::State::status=/dev/null \
		-o Dir::Etc::SourceList="${root}/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Acquire::Languages=none -o APT::Sandbox::User= "$@"
}

unpack_packages() {
	local file
	mkdir -p "${WORK}/root" "${RUNTIME}"
	for file in "${PACKAGES}"/*.deb; do dpkg-deb --extract "${file}" "${WORK}/root"; done
	cp -a "${WORK}/root/usr/bin" "${WORK}/root/usr/lib" "${RUNTIME}/"
	if [[ -d ${WORK}/root/usr/include ]]; then cp -a "${WORK}/root/usr/include" "${CACHE}/include-${VERSION}"; fi
	rm -rf "${RUNTIME}"/lib/python"${VERSION}"/{EXTERNALLY-MANAGED,config-*,test,idlelib,tkinter,turtledemo} \
		"${RUNTIME}"/lib/binfmt.d "${RUNTIME}"/lib/x86_64-linux-gnu/pkgconfig
	# Debian compiles the library when a package is installed, and here none is.
	"${RUNTIME}/bin/python${VERSION}" -m compileall -q -j 0 --invalidation-mode unchecked-hash "${RUNTIME}/lib/python${VERSION}" ||
		true
}

create_virtual_environment() {
	local wheels=${WORK}/root/usr/share/python-wheels
	"${RUNTIME}/bin/python${VERSION}" -m venv --without-pip "${ENVIRONMENT}"
	PIP_DISABLE_PIP_VERSION_CHECK=1 "${ENVIRONMENT}/bin/python" "$(echo "${wheels}"/pip-*.whl)/pip" \
		install --quiet --no-index --find-links "${wheels}" pip
}

keep_runtime() {
	rm -f "${CACHE}"/runtime*
	tar --create --sort=name --directory "${BUILD_DIR}/.heroku" python python-runtime | zstd --quiet -3 -T0 -o "$1"
	echo "$2" >"${CACHE}/runtime.key"
}

# Where extensions find Python.h: the build image has the default version's.
headers() {
	if [[ -d ${CACHE}/include-${VERSION} ]]; then
		echo "${CACHE}/include-${VERSION}/python${VERSION}:${CACHE}/include-${VERSION}"
	else
		echo "/usr/include/python${VERSION}"
	fi
}
