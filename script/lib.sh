# shellcheck shell=bash
# What the scripts share. Source it: it changes to the repository's root and stops at any error.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUTF8=1

say() { printf '%s\n' "$*"; }
die() { printf 'kesajetti: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

venv_python="$ROOT/.venv/bin/python"

# Runs as another user when we are root: PostgreSQL refuses root.
as_user() {
    local user=$1
    shift
    if [ "$(id -u)" -ne 0 ]; then "$@"; else runuser -u "$user" -- "$@"; fi
}

# The newest PostgreSQL on this machine: prints its folder of programs.
postgres_bin() {
    local dir
    dir=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
    if [ -n "$dir" ] && [ -x "$dir/initdb" ]; then
        say "$dir"
    elif has initdb && has pg_ctl; then
        dirname "$(command -v initdb)"
    else
        return 1
    fi
}

# A Chromium: CHROMIUM, or the first one on the PATH that starts (Ubuntu's may be an empty shell
# that only tells to install a snap).
chromium_path() {
    local name
    for name in ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome google-chrome-stable; do
        if has "$name" && "$name" --version >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    return 1
}
