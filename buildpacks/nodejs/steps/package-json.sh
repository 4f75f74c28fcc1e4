#!/bin/bash
# Reading package.json.

# Prints what jq filter $1 yields, or nothing.
package_json() {
	jq --raw-output "$1 // empty" package.json
}

has_script() {
	[[ -n $(package_json ".scripts[\"$1\"]?") ]]
}

check_package_json() {
	local problem kind
	if ! problem=$(jq empty package.json 2>&1); then
		fail <<-EOF
			Error: package.json is not valid JSON.

			The parser says:
			${problem#jq: }

			Often it is a comma too many at the end of a list, a comma that is
			missing, single quotes instead of double ones, a comment, or the marks
			that a merge conflict left.

			Mend that line, check with "npm install" on your own machine, commit
			and push again.
		EOF
	fi
	kind=$(jq --raw-output type package.json)
	if [[ ${kind} != object ]]; then
		fail <<-EOF
			Error: package.json holds ${kind:-nothing} where an object was expected.

			The least that works is {} in curly brackets. "npm init" writes a
			proper one.
		EOF
	fi
}
