#!/bin/bash
# The command that starts the web process of an app without a Procfile.

# Prints it, or nothing: the start script, else the main file, else server.js or index.js.
default_start_command() {
	local file
	if has_script start; then
		echo "$(start_manager) start"
		return
	fi
	for file in "$(package_json '.main | strings')" server.js index.js; do
		if [[ -n ${file} ]] && is_module "${file}"; then
			printf 'node %q\n' "${file}"
			return
		fi
	done
}

start_manager() {
	if [[ -f yarn.lock ]]; then
		echo yarn
	elif [[ -f pnpm-lock.yaml ]]; then
		echo pnpm
	else
		echo npm
	fi
}

# As node resolves it: the file itself, with an ending, or a folder's index.js.
is_module() {
	[[ $1 != /* && (-f $1 || -f $1.js || -f $1/index.js) ]]
}

# Only the last buildpack decides what starts; before others, this one may just build assets.
check_start_command() {
	if [[ -f Procfile || ${BUILDPACK_IS_LAST:-true} != true || -n $(default_start_command) ]]; then return; fi
	fail <<-EOF
		Error: Nothing says how this app starts.

		Looked for, in this order
		  a Procfile                                not there
		  "start" under "scripts" in package.json   not there
		  the file named by "main"                  $(state_of_main)
		  server.js or index.js                     not there

		Add a start script to package.json, such as
		  "scripts": { "start": "node app.js" }
		or a file named Procfile with the line
		  web: node app.js
		then commit and push again.
	EOF
}

state_of_main() {
	local main
	main=$(package_json '.main | strings')
	if [[ -n ${main} ]]; then echo "${main}: there is no such file"; else echo "not named"; fi
}
