#!/usr/bin/env bash
# Installs the three browsers that the browser tests drive, from Debian 12:
# Chromium, Firefox ESR and WebKitGTK's MiniBrowser with its WebDriver, which
# cannot run without a display and so needs Xvfb. Safe to run again: when all
# is there, nothing is asked of apt.
set -euo pipefail

readonly packages=(
  chromium
  firefox-esr
  webkit2gtk-driver
  xvfb
  fonts-dejavu-core # a page without any font draws no text in screenshots
)
readonly attempts=4

# The packages that are not fully installed, one on each line.
missing_packages() {
  local installed
  installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' \
    "${packages[@]}" 2>/dev/null || true)
  local name
  for name in "${packages[@]}"; do
    grep --quiet --line-regexp --fixed-strings "installed $name" <<<"$installed" ||
      echo "$name"
  done
}

# Another apt may hold the lock, and mirrors drop connections now and then.
apt() {
  DEBIAN_FRONTEND=noninteractive apt-get --quiet --quiet --yes \
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# apt-get update exits 0 when a mirror fails, so an install from stale lists is
# the real test; both are tried again together.
install_packages() {
  local attempt
  for ((attempt = 1; attempt <= attempts; attempt++)); do
    if apt update && apt install --no-install-recommends "$@"; then
      return 0
    fi
    echo "install.sh: attempt $attempt of $attempts failed" >&2
    ((attempt == attempts)) || sleep $((attempt * 5))
  done
  return 1
}

main() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "install.sh: this needs Debian's dpkg-query and apt-get" >&2
    exit 1
  fi
  local missing
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)); then
    echo "install.sh: all browsers are installed"
    return 0
  fi
  if ((EUID != 0)); then
    echo "install.sh: missing: ${missing[*]}. Run this as root to install them." >&2
    exit 1
  fi
  echo "install.sh: installing ${missing[*]}"
  if ! install_packages "${missing[@]}"; then
    echo "install.sh: could not install ${missing[*]}" >&2
    exit 1
  fi
}

main "$@"
