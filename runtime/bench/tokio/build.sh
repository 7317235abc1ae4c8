#!/bin/sh
# Builds the other side, the same rows on Tokio, without asking the network:
#
#   build.sh TARGET
#
# TARGET is the folder to build in. When it can't be built, one line says why,
# and the status is 1.
set -u
target=$1
crates=${POLLIWOG_CRATES:-/usr/share/cargo/registry} # from Debian's packages
here=$(cd "$(dirname "$0")" && pwd) || exit 1

give_up() {
    rm -f "$target/bench-tokio" # or an old one would be taken for it
    printf 'polliwog: Tokio is left out: %s\n' "$1" >&2
    exit 1
}

# A reader's own cargo is mostly the newer one, and makes faster programs.
PATH=$PATH:/usr/bin:$HOME/.cargo/bin
command -v cargo >/dev/null || give_up "there is no cargo here"
[ -n "$(find "$crates" -maxdepth 1 -name 'tokio-1.*' 2>/dev/null)" ] ||
    give_up "there is no Tokio in $crates (Debian: librust-tokio-dev)"

mkdir -p "$target/.cargo" "$target/src" || exit 1
cat >"$target/.cargo/config.toml" <<EOF || exit 1
[source.crates-io]
replace-with = "packaged"

[source.packaged]
directory = "$crates"
EOF
# Beside a copy of the sources, so that Cargo.lock fits the crates found here.
cp "$here/Cargo.toml" "$target/" && cp -p "$here"/src/*.rs "$target/src/" ||
    exit 1
cd "$target" || exit 1
cargo build --quiet --release --offline --target-dir "$target/target" \
    >"$target/log" 2>&1 || give_up "it does not build, see $target/log"
cp "$target/target/release/bench-tokio" "$target/bench-tokio" || exit 1
# What was built, for the title of the table.
{
    sed -n '/^name = "tokio"$/{n;s/version = "\(.*\)"/Tokio \1/p;}' Cargo.lock
    rustc --version | cut -d' ' -f1,2
} | paste -sd, | sed 's/,/, /' >"$target/version"
