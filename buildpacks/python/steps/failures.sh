#!/bin/bash
# What a failed install most likely means, told from what pip or pipenv printed.

explain_install_failure() {
	local log=$1
	if said "${log}" 'Pipfile.lock .*out of date|lock file is out of date|is out-of-date'; then
		explain_stale_lock
	elif said "${log}" 'Could not find a version|No matching distribution'; then
		explain_missing_package
	elif said "${log}" 'Invalid requirement|Could not open requirements file|unrecognized arguments|Invalid URL'; then
		explain_unreadable_requirements
	elif said "${log}" 'conflicting dependencies|ResolutionImpossible|Cannot install'; then
		explain_conflict
	elif said "${log}" 'DO NOT MATCH THE HASHES|--require-hashes'; then
		explain_hashes
	elif said "${log}" 'ConnectTimeout|NewConnectionError|Max retries exceeded|Read timed out|Temporary failure in name resolution'; then
		explain_network
	elif said "${log}" 'Failed building wheel|failed to build|Failed to build|metadata-generation-failed|fatal error: .*\.h:'; then
		explain_compilation
	elif said "${log}" 'No space left'; then
		explain_disk
	fi
	explain_unknown
}

said() {
	grep -qiE -e "$2" "$1"
}

explain_stale_lock() {
	fail <<-EOF
		Error: Pipfile and Pipfile.lock are out of step.

		Most often Pipfile was changed by hand, or only one of the two was committed.

		On your own machine run
		  pipenv lock
		  git add Pipfile Pipfile.lock
		  git commit -m "Update the lock file"
		and push again.
	EOF
}

explain_missing_package() {
	fail <<-EOF
		Error: A package, or a version of it, does not exist for Python ${PATCH_VERSION}.

		pip asked for: $(missing_requirement)

		Either its name or version is misspelt in ${SOURCE_OF_PACKAGES}, or that version
		is too old or too new for this Python, or it was withdrawn.

		Look it up on https://pypi.org, change ${SOURCE_OF_PACKAGES}, commit and push
		again. Another Python is named in the file .python-version.
	EOF
}

missing_requirement() {
	grep -oE 'No matching distribution found for .*|satisfies the requirement [^ ]*' "${WORK}/install.log" | head -n 1 |
		sed -E 's/No matching distribution found for |satisfies the requirement //'
}

explain_unreadable_requirements() {
	fail <<-EOF
		Error: ${SOURCE_OF_PACKAGES} cannot be read.

		pip names the line above. Expected is one requirement a line, such as
		  Flask==3.1.0
		  gunicorn>=23

		Often it is a file saved as UTF-16 ("pip freeze" in PowerShell does that), a
		path on your own machine, or the marks that a merge conflict left.
	EOF
}

explain_conflict() {
	fail <<-EOF
		Error: Two packages need versions of a third that exclude each other.

		pip names them above.

		Loosen or change the versions in ${SOURCE_OF_PACKAGES} until
		"pip install -r requirements.txt" works in a new virtual environment on your
		own machine, commit and push again.
	EOF
}

explain_hashes() {
	fail <<-EOF
		Error: A package is not what its hash in ${SOURCE_OF_PACKAGES} says.

		Either the package was changed after it was pinned, or its hash is missing.
		Pin the requirements anew, look at what changed, commit and push again.
	EOF
}

explain_network() {
	fail <<-EOF
		Error: The Python Package Index could not be reached.

		What pip tried is above. Push again in a few minutes. If it stays so, see
		whether the requirements name an index that only you can reach.
	EOF
}

explain_compilation() {
	fail <<-EOF
		Error: A package with native code could not be compiled.

		Its name and the compiler's words are above.

		Most packages offer compiled files for some versions of Python only: take
		a newer release of the package, or another Python in the file
		.python-version (this build used ${PATCH_VERSION}).
	EOF
}

explain_disk() {
	fail <<-EOF
		Error: The disk space of the build is used up.

		Use fewer or smaller packages, and keep large files out of the app.
	EOF
}

explain_unknown() {
	fail <<-EOF
		Error: The dependencies could not be installed.

		What went wrong is above, most often in the first line that says ERROR.

		See whether it works in a new virtual environment on your own machine, with
		Python ${VERSION}.
	EOF
}
