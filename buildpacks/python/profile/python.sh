export PATH="$HOME/.heroku/python/bin:$PATH"
export PYTHONUNBUFFERED="${PYTHONUNBUFFERED:-true}"
export PYTHONPATH="${PYTHONPATH:-$HOME}"
# Servers that embed Python, such as uWSGI, look for its library here.
for folder in "$HOME"/.heroku/python-runtime/lib/*-linux-gnu; do
	export LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
unset folder
