# Compilers of guests in other languages: Rust, Zig, AssemblyScript and Go, each in a
# folder of its own in the cache; sourced by setup.sh, never run.
# shellcheck shell=bash disable=SC2154

# Rust is of the next Debian release, as emscripten is, and runs on that
# release's libraries: its loader is started with the program as an argument.
RUST_PACKAGES=(rustc "libstd-rust-$RUST_VERSION" libstd-rust-dev libstd-rust-dev-wasm32
  libllvm19 libc6 libstdc++6 libgcc-s1 zlib1g libzstd1 libffi8 libxml2 libedit2
  libtinfo6 libbsd0 libmd0 liblzma5 libicu76 libz3-4)

# Calls `$2 STAGE` to fill a new folder, which becomes $1; then tries the command
# that follows, out of its bin/.
install_into() {
  local folder=$1 fill=$2
  shift 2
  ! [ -e "$folder/complete" ] || return 0
  rm -rf "$folder" "$folder".tmp.*
  stage=$(mktemp -d "$folder.tmp.XXXXXX")
  chmod 755 "$stage"
  "$fill" "$stage"
  mv "$stage" "$folder"
  stage=
  must "$folder/bin/$1" "${@:2}"
  : >"$folder/complete"
  say "ready in $folder"
}

# Packages of the next Debian release, unpacked into root/ of a folder. The 2nd argument
# says what they are.
fill_from_debian() {
  local deb
  download_packages "$1/apt" "${@:2}"
  for deb in "$1"/apt/*.deb; do must dpkg -x "$deb" "$1/root"; done
  rm -rf "$1/apt"
}

fill_rust() {
  fill_from_debian "$1" "Rust $RUST_VERSION (200 MB)" "${RUST_PACKAGES[@]}"
  rm -rf "$1"/root/usr/share "$1"/root/usr/lib/rustlib/wasm32-wasip2
  write_rustc "$1"
}

# Debian's linker for WebAssembly is beside its clang.
write_rustc() {
  mkdir -p "$1/bin"
  cat >"$1/bin/rustc" <<EOF
#!/bin/sh
root=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")/root
case " \$* " in
  *" wasm32-"* | *"=wasm32-"*) set -- -C linker=$LLVM_PREFIX/bin/wasm-ld -C linker-flavor=wasm-ld "\$@" ;;
esac
exec "\$root"/usr/lib*/ld-linux-* --library-path "\$(echo "\$root"/usr/lib/*-linux-gnu)" "\$root/usr/bin/rustc" \\
  --sysroot "\$root/usr" "\$@"
EOF
  chmod +x "$1/bin/rustc"
}

# The package of Python's registry is Zig as its makers build it.
fill_zig() {
  say "downloading Zig $ZIG_VERSION (90 MB)"
  must python3 -m venv "$1/venv"
  retry "$1/venv/bin/python" -m pip download --no-deps --no-cache-dir -d "$1" "ziglang==$ZIG_VERSION"
  must python3 -m zipfile -e "$1"/ziglang-*.whl "$1"
  rm -rf "$1/venv" "$1"/ziglang-*.whl
  chmod +x "$1/ziglang/zig"
  mkdir "$1/bin"
  ln -s ../ziglang/zig "$1/bin/zig"
}

fill_assemblyscript() {
  say "installing AssemblyScript $ASSEMBLYSCRIPT_VERSION"
  retry npm install --prefix "$1" --no-save --no-package-lock --no-audit --no-fund \
    --ignore-scripts --cache "$1/npm" "assemblyscript@$ASSEMBLYSCRIPT_VERSION"
  rm -rf "$1/npm"
  mkdir "$1/bin"
  ln -s ../node_modules/.bin/asc "$1/bin/asc"
}

# Any Go will do; where there is none, it is of the next Debian release. Its programs
# need no library.
fill_go() {
  fill_from_debian "$1" "Go $GO_VERSION (50 MB)" "golang-$GO_VERSION-go" "golang-$GO_VERSION-src"
  rm -rf "$1/root/usr/share/go-$GO_VERSION/test" "$1/root/usr/share/doc"
  mkdir "$1/bin"
  ln -s "../root/usr/lib/go-$GO_VERSION/bin/go" "$1/bin/go"
}

setup_languages() {
  install_packages lld-19 python3 python3-venv
  command -v node npm >/dev/null || die 'node and npm are needed on the PATH'
  install_into "$RUST" fill_rust rustc --version
  install_into "$ZIG_FOLDER" fill_zig zig version
  install_into "$ASSEMBLYSCRIPT" fill_assemblyscript asc --version
  command -v go >/dev/null || install_into "$GO_FOLDER" fill_go go version
}
