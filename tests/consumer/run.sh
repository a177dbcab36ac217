#!/usr/bin/env bash
#
# Programs of somebody else's, outside of this tree: they see only what `make install` and `make install-emscripten` put
# into an empty folder, or what npm installs.
#
# Usage: tests/consumer/run.sh EMCC PACKAGE.tgz [BROWSER]…
set -euo pipefail

emcc=$1 package=$(realpath "$2") browsers=("${@:3}")
cc=${CC:-gcc} cxx=${CXX:-g++}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strict=(-Wall -Wextra -Werror)
failed=0

install_to() { # PREFIX [VARIABLE=VALUE]…
  make --no-print-directory -C "$here/../.." -s install install-emscripten PREFIX="$@" >"$work/log" 2>&1 ||
    { tail -n 20 "$work/log" >&2 && exit 1; }
}

# Runs a program, which has to end well and to say so.
check() { # WHAT COMMAND…
  local what=$1
  shift
  if [ "$(timeout 60 "$@" 2>"$work/errors" | tail -n 1)" = 'consumer: ok' ]; then
    printf 'consumer: %s: ok\n' "$what"
  else
    printf 'consumer: %s: FAILED\n' "$what"
    head -n 10 "$work/errors"
    failed=1
  fi
}

# The same for a page, in browsers. The browsers are driven by this tree's own scripts.
check_page() { # PAGE
  [ "${#browsers[@]}" -eq 0 ] || node "$here/browser.mjs" "$work/$1" "${browsers[@]}" || failed=1
}

flags() { # FOLDER PACKAGE [OPTION]…
  PKG_CONFIG_LIBDIR="$1" pkg-config --cflags --libs "${@:2}"
}

test_native() {
  local lib=$work/usr/lib
  # shellcheck disable=SC2046
  {
    $cc -std=c11 "${strict[@]}" program.c own.c -I"$work/usr/include" "$lib/libmillrace.a" -pthread -o static
    $cc -std=c11 "${strict[@]}" program.c own.c $(flags "$lib/pkgconfig" millrace) -o shared
    $cxx -std=c++11 -pedantic "${strict[@]}" plus.cc $(flags "$lib/pkgconfig" millrace) -o plus
  }
  check 'Linux, static' ./static
  check 'Linux, shared' env LD_LIBRARY_PATH="$lib" ./shared
  check 'Linux, C++' env LD_LIBRARY_PATH="$lib" ./plus
}

test_prefix() {
  local lib=$work/acme/lib
  # shellcheck disable=SC2046
  {
    $cc -std=c11 "${strict[@]}" -DOWN_POOL program.c own.c $(flags "$lib/pkgconfig" millrace) -o prefixed
    $cc -std=c11 "${strict[@]}" -DOWN_POOL program.c own.c $(flags "$lib/pkgconfig" --static millrace) -static \
      -o prefixed-static
  }
  check 'Linux, shared, with a prefix' env LD_LIBRARY_PATH="$lib" ./prefixed
  check 'Linux, static, with a prefix' ./prefixed-static
}

build_threads() { # PREFIX SOURCE OUTPUT [OPTION]…
  # shellcheck disable=SC2046
  $emcc -O1 "${strict[@]}" "$2" own.c $(flags "$1/lib/emscripten/pkgconfig" millrace) -sMALLOC=mimalloc \
    -sINITIAL_MEMORY=128MB "${@:4}" -o "$3"
}

test_threads() {
  build_threads "$work/usr" program.c threads.js -sPROXY_TO_PTHREAD -sEXIT_RUNTIME
  build_threads "$work/usr" program.c first.js -sEXIT_RUNTIME
  build_threads "$work/acme" program.c acme.js -sPROXY_TO_PTHREAD -sEXIT_RUNTIME -DOWN_POOL
  build_threads "$work/usr" first_thread.c first_thread.html -sMINIFY_HTML=0
  check 'emscripten, -pthread' node threads.js
  check "emscripten, -pthread, on Node's first thread" node first.js
  check 'emscripten, -pthread, with a prefix' node acme.js
  check_page first_thread.html
}

build_client() { # PREFIX SOURCE OUTPUT [OPTION]…
  # shellcheck disable=SC2046
  $emcc -O1 "${strict[@]}" "$2" own.c $(flags "$1/lib/emscripten/pkgconfig" millrace-client) "${@:4}" -o "$3"
}

test_client() {
  local guest=$work/hello.wasm
  cp "$here/../../examples/guests/hello.gen.wasm" "$guest"
  cp -r "$work/usr/share/millrace" millrace
  build_client "$work/usr" client.c client.js
  build_client "$work/usr" client_waits.c asyncify.js -sASYNCIFY
  build_client "$work/usr" client_waits.c jspi.html -sASYNCIFY=2 -Wno-experimental -sMINIFY_HTML=0
  build_client "$work/acme" client.c acme_client.js -DOWN_POOL
  check 'thin client' node client.js "$guest"
  check 'thin client, Asyncify' node asyncify.js "$guest"
  check 'thin client, with a prefix' node acme_client.js "$guest"
  check_page jspi.html # Node's engine has no JSPI yet
}

# With the package and an emcc, as by hand. A project that npm has made is of CommonJS.
test_package() {
  mkdir "$work/project"
  cp "$here"/app/* "$here/../../examples/guests/hello.gen.wasm" "$work/project"
  (
    cd "$work/project"
    npm init --yes >/dev/null
    npm pkg set type=commonjs
    npm install --silent --no-audit --no-fund "$package"
    export EMCC=$emcc XDG_CACHE_HOME=$work/cache
    npx millrace --files millrace
    # shellcheck disable=SC2046
    {
      $emcc -O1 "${strict[@]}" client.c own.c $(npx millrace --cflags --libs) -o client.js
      $emcc -O1 "${strict[@]}" client_waits.c own.c $(npx millrace --cflags --libs) -sASYNCIFY -o asyncify.js
      $emcc -O1 "${strict[@]}" client_waits.c own.c $(npx millrace --cflags --libs) -sASYNCIFY=2 -Wno-experimental \
        -sMINIFY_HTML=0 -o jspi.html
      $emcc -O1 "${strict[@]}" -DOWN_POOL client.c own.c $(npx millrace --cflags --libs -- -DPOOL_PREFIX=acme_) -o acme.js
      ${emcc%emcc}em++ -O1 -std=c++17 "${strict[@]}" plus_client.cc $(npx millrace --cflags --libs) -o plus.js
    }
  )
  check 'package' node project/client.js project/hello.gen.wasm
  check 'package, Asyncify' node project/asyncify.js project/hello.gen.wasm
  check 'package, with a prefix' node project/acme.js project/hello.gen.wasm
  check 'package, C++' node project/plus.js
  cp project/hello.gen.wasm project/hello.wasm
  check_page project/jspi.html
}

cp "$here"/app/* "$work/"
cd "$work"
install_to "$work/usr"
install_to "$work/acme" POOL_PREFIX=acme_
test_native
test_prefix
test_threads
test_client
test_package
exit $failed
