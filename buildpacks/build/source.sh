#!/bin/bash
# From the tarball to files in /app.

unpack_source() {
	local problem
	# No owners, no set-user-id: tar runs as the dyno's user and keeps paths inside.
	if ! problem=$(tar --extract --file /source.tar --directory "${APP}" --no-same-owner --no-same-permissions 2>&1); then
		fail <<-EOF
			Error: The source could not be unpacked.

			tar says:
			$(tail -n 5 <<<"${problem}")

			The source must be a tar, tar.gz or tar.zst archive of ordinary files,
			folders and links.
		EOF
	fi
	if [[ ${SOURCE_STRIP:-} == 1 ]]; then strip_single_folder; fi
	refuse_empty_source
}

# Tarballs of code hosts hold everything in one folder, app-1a2b3c/.
strip_single_folder() {
	local entries
	entries=$(find "${APP}" -mindepth 1 -maxdepth 1 | head -n 2)
	if [[ ${entries} != *$'\n'* && -d ${entries} && ! -L ${entries} ]]; then
		mv "${entries}" "${WORKSHOP}/top"
		find "${WORKSHOP}/top" -mindepth 1 -maxdepth 1 -exec mv -t "${APP}" {} +
	fi
}

refuse_empty_source() {
	if [[ -z $(find "${APP}" -mindepth 1 -print -quit) ]]; then
		fail <<-EOF
			Error: The source holds no files.

			Add your app's files, commit them and push again.
		EOF
	fi
}
