#!/bin/bash
# .slugignore: patterns as in .gitignore, without negation, of files to leave out.

apply_slugignore() {
	local list=${WORKSHOP}/ignored
	[[ -f ${APP}/.slugignore ]] || return 0
	grep -v '^!' "${APP}/.slugignore" >"${WORKSHOP}/patterns" || true
	git_apart init --quiet --bare "${WORKSHOP}/patterns.git"
	(
		cd "${APP}" || exit
		git_apart --git-dir "${WORKSHOP}/patterns.git" --work-tree "${APP}" ls-files -z \
			--others --ignored --directory --exclude-from "${WORKSHOP}/patterns"
	) >"${list}"
	(cd "${APP}" && xargs -0 --no-run-if-empty rm -rf -- <"${list}")
	heading "Deleting $(tr -cd '\0' <"${list}" | wc -c) files matching .slugignore patterns."
}
