#!/bin/bash
# What a failed install or script most likely means, told from what the tool printed.

explain_install_failure() {
	local log=$1 cause=explain_unknown_install
	if said "${log}" 'can only install .*in sync|EUSAGE|frozen-lockfile|lockfile would have been modified|OUTDATED_LOCKFILE|Your lockfile needs to be updated'; then
		cause=explain_stale_lock
	elif said "${log}" 'ERESOLVE'; then
		cause=explain_conflict
	elif said "${log}" 'E404|404 Not Found|ETARGET|No matching version|NO_MATCHING_VERSION|Couldn.t find (any|package)|FETCH_404|E401|E403|401 Unauthorized'; then
		cause=explain_missing_package
	elif said "${log}" 'EINTEGRITY|Integrity check failed|TARBALL_INTEGRITY'; then
		cause=explain_integrity
	elif said "${log}" 'EBADENGINE|Unsupported engine|ERR_PNPM_UNSUPPORTED_ENGINE'; then
		cause=explain_engine
	elif said "${log}" 'gyp ERR!|node-gyp|prebuild-install'; then
		cause=explain_native
	elif said "${log}" 'ENOTFOUND|ETIMEDOUT|ECONNREFUSED|ECONNRESET|EAI_AGAIN|network (request|connection)'; then
		cause=explain_network
	elif said "${log}" 'ENOSPC|no space left'; then
		cause=explain_disk
	elif said "${log}" 'heap out of memory|Killed'; then
		cause=explain_memory
	fi
	"${cause}"
}

said() {
	grep -qiE "$2" "$1"
}

explain_stale_lock() {
	fail <<-EOF
		Error: package.json and ${LOCK_FILE} are out of step.

		${MANAGER} found them to ask for different packages; what it said is above.

		Most often package.json was changed by hand, or a merge took one of the
		two files and not the other.

		On your own machine run
		  ${MANAGER} install
		  git add package.json ${LOCK_FILE}
		  git commit -m "Update the lock file"
		and push again.
	EOF
}

explain_conflict() {
	fail <<-EOF
		Error: Two dependencies need versions that exclude each other.

		npm names them above, at "Could not resolve dependency".

		Change one of them in package.json to a version that suits the other, run
		"npm install" on your own machine, commit both files and push again. If
		the app is known to work as it is, add a file .npmrc with the line
		  legacy-peer-deps=true
	EOF
}

explain_missing_package() {
	fail <<-EOF
		Error: A package, or a version of it, could not be had from the registry.

		${MANAGER} names it above.

		Either its name or version is misspelt or was withdrawn, or it is private
		and the build has no right to read it. For a private one, commit a .npmrc
		that reads its token from a config var:
		  //registry.npmjs.org/:_authToken=\${NPM_TOKEN}
		and set that: config:set NPM_TOKEN=…
	EOF
}

explain_integrity() {
	fail <<-EOF
		Error: A package is not what ${LOCK_FILE:-the registry} says it is.

		Its name is above. Either the lock file was made against another registry
		or merged by hand, or the package was changed after you installed it.

		Remove node_modules and ${LOCK_FILE:-the lock file} on your own machine, run
		"${MANAGER} install", look at what changed, commit and push again.
	EOF
}

explain_engine() {
	fail <<-EOF
		Error: A package does not work with Node.js ${NODE_VERSION}.

		Its name, and what it asks for, are above.

		Name a suitable Node.js in package.json, such as
		  "engines": { "node": "22.x" }
		or take a release of the package that knows this Node.js.
	EOF
}

explain_native() {
	fail <<-EOF
		Error: A package with native code could not be compiled.

		Its name and the compiler's words are above.

		Old releases of such packages do not compile with newer Node.js: update
		the package, or name an older Node.js under "engines" in package.json
		(this build used ${NODE_VERSION}).
	EOF
}

explain_network() {
	fail <<-EOF
		Error: The npm registry could not be reached.

		What ${MANAGER} tried is above. Push again in a few minutes. If it stays so, see
		whether a .npmrc in the app names a registry that only you can reach.
	EOF
}

explain_disk() {
	fail <<-EOF
		Error: The disk space of the build is used up.

		Use fewer or smaller dependencies, and keep large files out of the app.
	EOF
}

explain_memory() {
	fail <<-EOF
		Error: The build ran out of memory while it installed dependencies.

		Use fewer dependencies, or ask the machine's administrator for larger
		builds.
	EOF
}

explain_unknown_install() {
	fail <<-EOF
		Error: The dependencies could not be installed.

		${MANAGER} failed; what it said is above, the cause most often in its first
		lines that say "error".

		See whether it works in a fresh clone of the app on your own machine, with
		Node.js ${NODE_VERSION} and ${MANAGER} ${MANAGER_VERSION}.
	EOF
}

explain_script_failure() {
	local script=$1 log=$2 likely
	if said "${log}" 'command not found|: not found'; then
		likely="A program that the script calls is not there. If it comes from a package,
that must be listed in package.json."
	elif said "${log}" 'Cannot find module|MODULE_NOT_FOUND|Can.t resolve'; then
		likely="A module is missing: it may be absent from package.json, left out of the
commit, or spelt with other capitals than its file."
	elif said "${log}" 'heap out of memory'; then
		likely="Node.js ran out of memory. Try config:set NODE_OPTIONS=--max-old-space-size=1024
with a number that suits the build."
	else
		likely="The cause is in what the script printed above."
	fi
	fail <<-EOF
		Error: The script "${script}" failed.

		package.json has it as: $(package_json ".scripts[\"${script}\"]")

		${likely}

		See whether "${MANAGER} run ${script}" works in a fresh clone of the app on your own
		machine, then commit and push again.
	EOF
}
