#!/bin/bash
# What Django apps need beyond their packages; run in the app's folder.

is_django() {
	[[ -n $(manage_file) ]] && compgen -G '.heroku/python/lib/python*/site-packages/django' >/dev/null
}

# The manage.py nearest to the top, as ./folder/manage.py
manage_file() {
	find . -maxdepth 3 -path ./.heroku -prune -o -name manage.py -type f -print | awk -F/ '{ print NF, $0 }' | sort -n |
		head -n 1 | cut -d ' ' -f 2-
}

# gunicorn where it is installed, else Django's own server for development.
django_start_command() {
	local manage folder module
	manage=$(manage_file)
	folder=$(dirname "${manage}")
	module=$(wsgi_module "${folder}")
	# shellcheck disable=SC2016 # the dyno knows its port
	if [[ -x .heroku/python/bin/gunicorn && -n ${module} ]]; then
		printf 'gunicorn --bind 0.0.0.0:$PORT%s %s\n' "$([[ ${folder} == . ]] || printf ' --chdir %q' "${folder#./}")" "${module}"
	else
		printf 'python %q runserver --noreload 0.0.0.0:$PORT\n' "${manage#./}"
	fi
}

# The module of the wsgi.py that stands one folder below manage.py.
wsgi_module() {
	local file
	file=$(find "$1" -mindepth 2 -maxdepth 2 -name wsgi.py -not -path '*/.*/*' | LC_ALL=C sort | head -n 1)
	if [[ -n ${file} ]]; then echo "$(basename "$(dirname "${file}")").wsgi"; fi
}

collect_static_files() {
	local manage said
	is_django || return 0
	manage=$(manage_file)
	if [[ -n ${DISABLE_COLLECTSTATIC:-} && ${DISABLE_COLLECTSTATIC} != 0 ]]; then
		heading "Skipping Django collectstatic since the config var DISABLE_COLLECTSTATIC is set"
		return
	fi
	if said=$(python "${manage}" collectstatic --noinput --traceback 2>&1); then
		heading "Running 'python ${manage#./} collectstatic --noinput'"
		tail -n 1 <<<"${said}" | sed 's/^ *//' | indent
	elif grep -q "Unknown command: 'collectstatic'" <<<"${said}"; then
		heading "Skipping Django collectstatic: django.contrib.staticfiles is not among INSTALLED_APPS"
	elif grep -q 'without having set the STATIC_ROOT' <<<"${said}"; then
		heading "Skipping Django collectstatic: STATIC_ROOT is not set in the settings"
	else
		heading "Running 'python ${manage#./} collectstatic --noinput'"
		indent <<<"${said}"
		explain_collectstatic_failure
	fi
}

explain_collectstatic_failure() {
	fail <<-EOF
		Error: Django could not collect the app's static files.

		Its words are above. The app's settings are loaded for this, with its
		config vars but without its database, so likely causes are
		  a setting that reads a config var which is not set
		  a package that is missing from the requirements
		  a static file that a stylesheet names and that does not exist

		Mend it and push again. To deploy without collecting:
		  config:set DISABLE_COLLECTSTATIC=1
	EOF
}
