#!/bin/bash
# Installing what the app asks for: requirements.txt, Pipfile or its own package.

install_dependencies() {
	local started
	SOURCE_OF_PACKAGES=$(source_of_packages)
	if [[ -z ${SOURCE_OF_PACKAGES} ]]; then
		heading "No dependencies: no requirements.txt, Pipfile, or package of the app's own"
		return
	fi
	if restore_packages; then
		heading "Restored the packages of ${SOURCE_OF_PACKAGES} from cache: nothing has changed"
		return
	fi
	started=$(milliseconds)
	bound_cache
	CPATH=$(headers)${CPATH:+:${CPATH}}
	export CPATH
	case ${SOURCE_OF_PACKAGES} in
	requirements.txt)
		heading "Installing dependencies using 'pip install -r requirements.txt'"
		run_install pip install --progress-bar off --requirement requirements.txt
		;;
	Pipfile*) install_with_pipenv ;;
	*)
		heading "Installing the app's own package using 'pip install -e .'"
		run_install pip install --progress-bar off --editable .
		;;
	esac
	line "Installed in $(seconds_since "${started}")"
	keep_packages
}

source_of_packages() {
	local name
	for name in requirements.txt Pipfile.lock Pipfile setup.py; do
		if [[ -f ${name} ]]; then
			echo "${name}"
			return
		fi
	done
	# Without these it only holds the settings of tools.
	if [[ -f pyproject.toml ]] && grep -qE '^\[(project|build-system)\]' pyproject.toml; then echo pyproject.toml; fi
}

install_with_pipenv() {
	local how=(--deploy)
	if [[ ! -f Pipfile.lock ]]; then
		how=(--skip-lock)
		warning <<-EOF
			There is no Pipfile.lock, so this build may get other versions than the
			next one. Run "pipenv lock" on your own machine and commit the file.
		EOF
	fi
	heading "Installing pipenv"
	# Apart from the app, whose slug has no use for it.
	"${RUNTIME}/bin/python${VERSION}" -m venv --without-pip "${WORK}/pipenv"
	run_install pip --python "${WORK}/pipenv/bin/python" install --quiet --progress-bar off pipenv
	heading "Installing dependencies using 'pipenv install ${how[*]}'"
	VIRTUAL_ENV=${ENVIRONMENT} PIPENV_CACHE_DIR=${CACHE}/pipenv PIPENV_NOSPIN=1 PIPENV_VERBOSITY=-1 \
		run_install "${WORK}/pipenv/bin/pipenv" install "${how[@]}"
}

run_install() {
	if ! "$@" 2>&1 | tee "${WORK}/install.log" | sed -u '/^$/d' | indent; then explain_install_failure "${WORK}/install.log"; fi
}
