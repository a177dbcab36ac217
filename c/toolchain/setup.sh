#!/usr/bin/env bash
#
# Prepares a Debian 12 machine to build Millrace's C:
#
#   setup.sh --native   compilers and checkers for the native tests (apt)
#   setup.sh --wasm     emscripten, binaryen, clang for WASI guests, wabt
#   setup.sh --languages  Rust, Zig, AssemblyScript and Go, for guests in them
#   setup.sh --node26     a Node that can suspend wasm, for the tests
#
# Several may be given; with none, the first two are done.  A second run finds everything
# in place and returns at once, without apt and without root.
#
# Debian 12's own emscripten is too old.  The one wanted is in the next release,
# so its packages are downloaded with an apt configuration apart from the
# system's and unpacked into a folder in the user's cache: the system itself
# stays what it was.
#
# MILLRACE_SYSTEM_EMCC=1 uses the emcc on the PATH instead (not for the committed
# binary: that one has to come out the same, byte for byte, everywhere).

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=versions.sh
. "$here/versions.sh"
# shellcheck source=languages.sh
. "$here/languages.sh"
# shellcheck source=node26.sh
. "$here/node26.sh"

NATIVE_PACKAGES=(gcc g++ clang libclang-rt-14-dev libcmocka-dev libuv1-dev clang-format clang-tidy cppcheck make pkg-config spin)
WASM_PACKAGES=(clang-19 lld-19 llvm-19 wasi-libc libclang-rt-19-dev-wasm32 wabt patchelf python3)

log="$MILLRACE_CACHE/setup.log"
stage=

# --- Saying what happens ------------------------------------------------------

say() { printf 'toolchain: %s\n' "$*"; }

die() {
  printf 'toolchain: %s\n' "$*" >&2
  exit 1
}

# Runs a command with its output in the log only.
quietly() {
  printf '\n$ %s\n' "$*" >>"$log"
  "$@" >>"$log" 2>&1 </dev/null
}

fail_with_log() {
  printf '%s\n' "--- the end of $log ---" >&2
  tail -n 25 "$log" >&2
  die "$1"
}

# Networks and mirrors have bad moments.
retry() {
  local pause
  for pause in 3 10 30 0; do
    if quietly "$@"; then return 0; fi
    sleep "$pause"
  done
  fail_with_log "failed four times: $*"
}

must() {
  quietly "$@" || fail_with_log "failed: $*"
}

# --- The machine's own packages -----------------------------------------------

# Prints those of the given packages that are not installed.
missing_packages() {
  local package status
  for package in "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=none
    [[ $status == installed* ]] || printf '%s\n' "$package"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "packages are missing; as root: apt-get install --no-install-recommends ${missing[*]}"

  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # Another apt may hold the lock for a while: wait for it.
  retry apt-get -o DPkg::Lock::Timeout=300 update
  retry apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "${missing[@]}"
}

# --- The next release's packages ----------------------------------------------

# Prints the machine's own apt sources with the release's name replaced.  Only
# Debian's are wanted ("main"), in whichever of apt's two formats.
next_release_sources() {
  local codename files
  codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  mapfile -t files < <(find /etc/apt -maxdepth 2 -name "*.$1" -path '/etc/apt/sources.list*')
  [ "${#files[@]}" -gt 0 ] || return 0
  case $1 in
    sources) awk -v name="$codename" '
      BEGIN { RS = ""; ORS = "\n\n" }
      $0 ~ ("(^|\n)Suites:[^\n]*[ \t]" name "([ \t\n]|$)") && /(^|\n)Components:[^\n]*[ \t]main([ \t\n]|$)/ && !/(^|\n)Enabled:[ \t]*no/
      ' "${files[@]}" ;;
    list) awk -v name="$codename" '
      $1 == "deb" && $0 ~ ("[ \t]" name "[ \t].*main")
      ' "${files[@]}" ;;
  esac | sed "s/\b$codename\b/$EMSCRIPTEN_SUITE/g"
}

# An apt that knows nothing of what is installed and writes nothing outside $1.
write_apt_configuration() {
  local apt=$1
  mkdir -p "$apt/sources.d" "$apt/lists/partial" "$apt/cache/archives/partial"
  : >"$apt/status"
  next_release_sources sources >"$apt/sources.d/next.sources"
  next_release_sources list >"$apt/sources.d/next.list"
  [ -s "$apt/sources.d/next.sources" ] || [ -s "$apt/sources.d/next.list" ] ||
    die 'found no Debian source of this release in /etc/apt to derive the next one from'
  cat >"$apt/apt.conf" <<EOF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/sources.d";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Acquire::Languages "none";
// The home folder may be closed to apt's own user.
APT::Sandbox::User "root";
// The system's hooks are about the system.
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOF
}

# The packages that the 3rd and further arguments name go into the folder; the 2nd says
# what they are, and how much.
download_packages() {
  local apt=$1
  mkdir -p "$apt"
  write_apt_configuration "$apt"
  (
    cd "$apt"
    say 'reading the package lists of the next Debian release'
    retry apt-get -c "$apt/apt.conf" update
    say "downloading $2"
    retry apt-get -c "$apt/apt.conf" download "${@:3}"
  )
}

# --- Unpacking ----------------------------------------------------------------

# The package's prebuilt libraries take 1.6 GB, most of it variants for dynamic
# linking and for link-time optimization, which Millrace does not use.
unpack_emscripten() {
  local libraries=./usr/share/emscripten/cache/sysroot/lib/wasm32-emscripten
  say 'unpacking emscripten'
  mkdir -p "$stage/emscripten"
  dpkg --fsys-tarfile "$1"/emscripten_*.deb |
    tar -x -C "$stage/emscripten" --strip-components=4 \
      --exclude=./usr/share/emscripten/test \
      --exclude="$libraries/lto" --exclude="$libraries/pic" --exclude="$libraries/lto-pic" \
      ./usr/share/emscripten >>"$log" 2>&1 || fail_with_log 'could not unpack emscripten'
}

unpack_binaryen() {
  local debs=$1 unpacked=$1/unpacked deb
  say 'unpacking binaryen'
  for deb in "$debs"/binaryen_*.deb "$debs"/lib*.deb; do
    must dpkg -x "$deb" "$unpacked"
  done
  mkdir -p "$stage/binaryen/lib"
  cp -r "$unpacked/usr/bin" "$stage/binaryen/bin"
  cp -P "$unpacked"/usr/lib/*-linux-gnu/lib{binaryen,stdc++,gcc_s,c,m}.so* \
    "$unpacked"/usr/lib/*-linux-gnu/ld-linux-* "$stage/binaryen/lib"
  patch_binaryen
}

# Makes binaryen's programs run on the libraries beside them.  The loader has to
# be named by its final path; the old kind of rpath also serves the libraries'
# own dependencies.
patch_binaryen() {
  local loader program
  loader=$(basename "$stage"/binaryen/lib/ld-linux-*)
  for program in "$stage"/binaryen/bin/*; do
    must patchelf --set-interpreter "$TOOLCHAIN/binaryen/lib/$loader" \
      --force-rpath --set-rpath "\$ORIGIN/../lib" "$program"
  done
}

# Emscripten's own optimizer of JavaScript parses with acorn.
install_acorn() {
  say "installing acorn $ACORN_VERSION"
  retry npm install --prefix "$stage/emscripten" --no-save --no-package-lock \
    --no-audit --no-fund --ignore-scripts --cache "$stage/npm" "acorn@$ACORN_VERSION"
  rm -rf "$stage/npm"
}

write_configuration() {
  cat >"$stage/emscripten.config" <<'EOF'
import os, shutil

root = os.path.dirname(os.path.abspath(os.environ['EM_CONFIG']))

LLVM_ROOT = '/usr/bin'
LLVM_ADD_VERSION = '19'
CLANG_ADD_VERSION = '19'
BINARYEN_ROOT = os.path.join(root, 'binaryen')
NODE_JS = shutil.which('node')
CACHE = os.path.join(root, 'emscripten', 'cache')

# Every library Millrace links is in the package: never build one.
FROZEN_CACHE = True
EOF
}

# bin/ holds what a Makefile calls.  Emscripten's tools are wrapped, so that
# neither another emscripten's environment nor the caller's gets into the result.
write_commands() {
  local tool
  mkdir -p "$stage/bin"
  cat >"$stage/bin/emcc" <<'EOF'
#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")
unset EM_CACHE EM_PORTS EM_NODE_JS EM_LLVM_ROOT EM_BINARYEN_ROOT EM_FROZEN_CACHE \
  EM_LLVM_ADD_VERSION EM_CLANG_ADD_VERSION EM_COMPILER_WRAPPER \
  EMCC_CFLAGS EMMAKEN_CFLAGS EMCC_DEBUG _EMCC_CCACHE PYTHON
export EM_CONFIG="$root/emscripten.config" EMSDK_PYTHON=/usr/bin/python3
exec "$root/emscripten/$(basename "$0")" "$@"
EOF
  chmod +x "$stage/bin/emcc"
  for tool in em++ emar emranlib emnm emstrip emsize em-config; do
    cp "$stage/bin/emcc" "$stage/bin/$tool"
  done
  for tool in "$stage"/binaryen/bin/*; do
    ln -s "../binaryen/bin/$(basename "$tool")" "$stage/bin/"
  done
}

# --- The whole ----------------------------------------------------------------

# An interrupted run leaves its stage behind only if it was killed outright.
clean_up() {
  [ -z "$stage" ] || rm -rf "$stage"
}

check_toolchain() {
  say 'trying it out'
  printf 'int main(void) { return 0; }\n' >"$stage/try.c"
  must "$TOOLCHAIN/bin/emcc" -O1 -sWASM_WORKERS "$stage/try.c" -o "$stage/try.mjs"
  must "$TOOLCHAIN/bin/wasm-opt" --version
}

install_emscripten() {
  ! [ -e "$TOOLCHAIN_STAMP" ] || return 0
  command -v node npm >/dev/null || die 'node and npm are needed on the PATH'

  local old
  for old in "$TOOLCHAIN".tmp.*; do rm -rf "$old"; done
  stage=$(mktemp -d "$TOOLCHAIN.tmp.XXXXXX")
  chmod 755 "$stage"
  # binaryen is linked against that release's C and C++ libraries.
  download_packages "$stage/apt" "emscripten $EMSCRIPTEN_VERSION and binaryen $BINARYEN_VERSION (250 MB)" \
    "emscripten=$EMSCRIPTEN_VERSION*" "binaryen=$BINARYEN_VERSION*" libc6 libstdc++6 libgcc-s1
  unpack_emscripten "$stage/apt"
  unpack_binaryen "$stage/apt"
  install_acorn
  write_configuration
  write_commands
  rm -rf "$stage/apt"
  move_into_place
}

# Only in its final place does binaryen find its loader, so the trial comes after
# the move, and the stamp after the trial.
move_into_place() {
  local finished=$stage
  rm -rf "$TOOLCHAIN"
  mv "$finished" "$TOOLCHAIN"
  stage=$(mktemp -d "$TOOLCHAIN.tmp.XXXXXX")
  check_toolchain
  rm -rf "$stage"
  stage=
  : >"$TOOLCHAIN_STAMP"
  say "ready in $TOOLCHAIN"
}

# Debian updates clang within a release now and then.  Every build works; the
# committed binary may come out different.
check_clang_version() {
  local version
  version=$("$LLVM_PREFIX/bin/llvm-config" --version)
  [ "$version" = "$CLANG_VERSION" ] ||
    say "note: clang is $version, the committed binary was built by $CLANG_VERSION"
}

setup_wasm() {
  install_packages "${WASM_PACKAGES[@]}"
  check_clang_version
  if use_system_emcc; then
    say "using $(command -v emcc)"
  elif [ "${MILLRACE_SYSTEM_EMCC:-0}" = 1 ]; then
    die "MILLRACE_SYSTEM_EMCC=1, but there is no emcc $EMSCRIPTEN_VERSION or later on the PATH"
  else
    install_emscripten
  fi
}

main() {
  local native=0 wasm=0 languages=0 node26=0 argument
  [ $# -gt 0 ] || set -- --native --wasm
  for argument in "$@"; do
    case $argument in
      --native) native=1 ;;
      --wasm) wasm=1 ;;
      --languages) languages=1 ;;
      --node26) node26=1 ;;
      *) die "unknown argument $argument (known: --native, --wasm, --languages, --node26)" ;;
    esac
  done

  mkdir -p "$MILLRACE_CACHE"
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  # Two runs at once: the second waits, then finds the work done.
  exec 9>"$MILLRACE_CACHE/setup.lock"
  flock 9
  : >"$log"
  [ "$native" = 0 ] || install_packages "${NATIVE_PACKAGES[@]}"
  [ "$wasm" = 0 ] || setup_wasm
  [ "$languages" = 0 ] || setup_languages
  [ "$node26" = 0 ] || setup_node26
}

main "$@"
