#!/usr/bin/env bash
# Debian packages: only what is missing is installed, and nothing is started by it.

# program package
readonly PROGRAMS='
curl curl
dockerd docker.io
dumb-init dumb-init
flock util-linux
git git
iptables iptables
mkfs.ext4 e2fsprogs
mmdebstrap mmdebstrap
openssl openssl
redis-server redis-server
setpriv util-linux
ss iproute2
sshd openssh-server
xz xz-utils
zstd zstd
'

# missing_packages [PROGRAM PACKAGE]…: the packages to install, the given pairs' among them.
missing_packages() {
	local program package
	{
		printf '%s\n' "$PROGRAMS"
		[ $# -eq 0 ] || printf '%s %s\n' "$@"
	} | while read -r program package; do
		[ -z "$program" ] || command -v "$program" >/dev/null || echo "$package"
	done
	[ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
	# docker.io recommends it, and cannot start a container without it where the kernel uses AppArmor
	if grep -qs Y /sys/module/apparmor/parameters/enabled; then
		command -v apparmor_parser >/dev/null || echo apparmor
	fi
	command -v docker >/dev/null || docker_client_package
}

# install_packages [PROGRAM PACKAGE]…
install_packages() {
	local missing
	missing=$(missing_packages "$@" | sort -u | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	slowly "Installing Debian packages: $missing" apt_install "$missing" || {
		last_words >&2
		fail 'The Debian packages could not be installed.' \
			"Check that this machine reaches Debian's servers (apt-get update), then run this again."
	}
}

apt_install() {
	local packages=$1 status=0 services
	export DEBIAN_FRONTEND=noninteractive
	# a foreign source that does not answer is no reason to stop: what matters is the install
	apt-get update -q -o DPkg::Lock::Timeout=300 || true
	services=$(new_services "$packages")
	forbid_starts
	# shellcheck disable=SC2086 # a list of package names
	apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 $packages || status=$?
	allow_starts
	if [ "$status" -eq 0 ]; then disable_services "$services"; fi
	return "$status"
}

# A package of its own in Debian from 13 on.
docker_client_package() {
	local ID VERSION_ID
	# shellcheck source=/dev/null
	source /etc/os-release
	if [ "$ID" = debian ] && [ "${VERSION_ID:-99}" -ge 13 ]; then echo docker-cli; else echo docker.io; fi
}

# policy-rc.d is how Debian asks whether an installation may start services.
forbid_starts() {
	[ ! -e /usr/sbin/policy-rc.d ] || return 0
	printf '#!/bin/sh\n# made by Monoku\nexit 101\n' >/usr/sbin/policy-rc.d
	chmod 755 /usr/sbin/policy-rc.d
}

allow_starts() {
	if grep -qs 'made by Monoku' /usr/sbin/policy-rc.d; then rm /usr/sbin/policy-rc.d; fi
}

# Monoku runs its own Redis and its own sshd: the machine's, new by our doing, stay off at boot too.
new_services() {
	case " $1 " in *' redis-server '*) echo redis-server ;; esac
	case " $1 " in *' openssh-server '*) echo ssh ;; esac
}

disable_services() {
	local service
	for service in $1; do
		if has_systemd; then
			systemctl disable "$service" || true
		else
			update-rc.d "$service" disable || true
		fi
	done
}
