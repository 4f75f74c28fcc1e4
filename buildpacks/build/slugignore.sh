#!/bin/bash
# .slugignore: patterns as in .gitignore, without negation, of files to leave out.

apply_slugignore() {
	local list=${WORKSHOP}/ignored
	[[ -f ${APP}/.slugignore ]] || return 0
	grep -v '^!' "${APP}/.slugignore" >"${WORKSHOP}/patterns" || true
	git_apart init --quiet --bare "${WORKSHOP}/patterns.git"
	heading "Deleting $(ignored | tr -cd '\0' | wc -c) files matching .slugignore patterns."
	# With the folders that nothing else is in.
	ignored --directory >"${list}"
	(cd "${APP}" && xargs -0 --no-run-if-empty rm -rf -- <"${list}")
}

ignored() {
	(
		cd "${APP}" || exit
		git_apart --git-dir "${WORKSHOP}/patterns.git" --work-tree "${APP}" ls-files -z \
			--others --ignored --exclude-from "${WORKSHOP}/patterns" "$@"
	)
}
