#!/usr/bin/env bash
# Installs the peers of the fan-out that are missing: uWebSockets into build/peers (npm), Nchan from Debian's packages.
# Needs node and npm for the first, root and apt-get for the second. Running it again changes nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
there="$here/../../build/peers"

if ! [ -d "$there/node_modules/uwebsockets" ]; then
    mkdir -p "$there"
    cp "$here/package.json" "$here/package-lock.json" "$there"
    npm ci --prefix "$there" --ignore-scripts --no-audit --no-fund
fi

if ! [ -e /usr/lib/nginx/modules/ngx_nchan_module.so ] || ! command -v nginx >/dev/null; then
    apt-get update
    apt-get install --yes --no-install-recommends nginx-light libnginx-mod-nchan
    # Debian starts nginx at once where there is a service manager; the benchmark runs its own.
    if command -v systemctl >/dev/null; then systemctl disable --now nginx || true; fi
fi
