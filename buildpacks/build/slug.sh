#!/bin/bash
# From /app to the slug.

pack_slug() {
	local started size
	started=$(milliseconds)
	heading "Compressing..."
	make_harmless
	# Times stay: web servers tell browsers by them whether a file changed.
	tar --create --directory / --sort=name --owner=25000 --group=25000 --numeric-owner \
		--exclude=./app/.git ./app | zstd --quiet -3 -T0 -o "${OUT}/slug.tar.zst"
	size=$(stat -c %s "${OUT}/slug.tar.zst")
	check_size "${size}"
	line "Done: $(human_size "${size}")"
	metric compress_ms "${started}"
}

# A slug holds files, folders and links: nothing set-user-id, no pipes, sockets or devices.
make_harmless() {
	find "${APP}" \( -type f -o -type d \) -perm /6000 -exec chmod u-s,g-s {} +
	find "${APP}" ! -type f ! -type d ! -type l -delete
}

check_size() {
	if [[ $1 -gt ${SLUG_LIMIT:-1073741824} ]]; then
		rm -f "${OUT}/slug.tar.zst"
		record_failure "Compiled slug size: $(human_size "$1") is too large (max is $(whole_size "${SLUG_LIMIT:-1073741824}"))."
		warning <<-EOF
			$(<"${FAILURE_FILE}")
			Largest folders:
			$(du --summarize --block-size=1M "${APP}"/* "${APP}"/.[!.]* 2>/dev/null | sort -rn | head -n 5 | sed -E "s|^([0-9]+)\t${APP}/|  \1M  |")
			Leave files out with .slugignore, or keep them outside the app.
		EOF
		exit 1
	fi
	if [[ $1 -gt ${SLUG_WARNING:-314572800} ]]; then
		warning <<<"Warning: Your slug size ($(human_size "$1")) exceeds our soft limit ($(whole_size "${SLUG_WARNING:-314572800}")) which may affect boot time."
	fi
}

# A round limit without its decimals: 1G, 300M
whole_size() {
	human_size "$1" | sed 's/\.0//'
}
