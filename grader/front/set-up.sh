#!/bin/sh
# Finds what is missing on this machine and installs it with the system's
# package manager.
#
#   set-up.sh start    what a reader needs
#   set-up.sh test     what `make test` needs as well
#   set-up.sh bench    what a reader and the benchmarks need
#
# It says what it will install before it does, asks on a terminal, and goes on
# without asking elsewhere. When nothing is missing it prints nothing. The
# needs and the names of their packages stand in needs.txt.
set -u
cd "$(dirname "$0")/../.." || exit 1
role=${1:-start}
front=grader/front
needs=$front/needs.txt
crates=${POLLIWOG_CRATES:-/usr/share/cargo/registry}
compiler=${CC:-gcc}
compiler=${compiler%% *}

fail() {
    printf 'polliwog: %s\n' "$*" >&2
    exit 1
}

# Without what only tests or benchmarks need, we can go on: what needs it is
# skipped.
cannot_install() {
    if [ "${CI:-}" = true ] || echo "$missing" | grep -q '^start'; then
        fail "$*"
    fi
    printf 'polliwog: %s\n' "$*" "going on without" >&2
    exit 0
}

# --- what is missing ------------------------------------------------------

# Not everybody has the folder of commands for root, such as nginx, on PATH.
finds_command() {
    command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]
}

finds_header() {
    printf '#include <%s>\n' "$1" | "$compiler" -E - >/dev/null 2>&1
}

# The compiler answers with a path when it has the file, else with the name.
finds_library() {
    case $("$compiler" -print-file-name="$1" 2>/dev/null) in
    */*) return 0 ;;
    *) return 1 ;;
    esac
}

finds_module() {
    "$python" -I "$front/has_modules.py" "$1" 2>/dev/null
}

# The sources of a crate, as Debian's packages put them.
finds_crate() {
    [ -n "$(find "$crates" -maxdepth 1 -name "$1-[0-9]*" 2>/dev/null)" ]
}

is_there() {
    what=${1#*:}
    case $1 in
    command:gcc) command -v "$compiler" >/dev/null ;;
    command:*) finds_command "$what" ;;
    header:*) finds_header "$what" ;;
    library:*) [ "$system" = macos ] || finds_library "$what" ;;
    module:*) finds_module "$what" ;;
    crate:*) finds_crate "$what" ;;
    esac
}

# Prints the lines of needs.txt that this role needs and that are not there.
missing_needs() {
    python=$("$front/python.sh") ||
        python=${POLLIWOG_PYTHON:-/usr/bin/python3} # packages are for this one
    grep -v '^#' "$needs" | while read -r for probe packages; do
        [ "$for" = start ] || [ "$for" = "$role" ] || continue
        [ -n "$probe" ] || continue
        is_there "$probe" || echo "$for $probe $packages"
    done
}

# --- which system this is -------------------------------------------------

# Prints debian, fedora, arch, macos or unknown.
name_of_system() {
    if [ "$(uname -s)" = Darwin ]; then
        echo macos
        return
    fi
    release=${POLLIWOG_OS_RELEASE:-/etc/os-release}
    ids=$(sed -n 's/^ID\(_LIKE\)\{0,1\}=//p' "$release" 2>/dev/null |
        tr -d "\"'" | tr '\n' ' ')
    for id in $ids; do
        case $id in
        debian | ubuntu) echo debian && return ;;
        fedora | rhel | centos) echo fedora && return ;;
        arch) echo arch && return ;;
        esac
    done
    echo unknown
}

# Prints the packages for the needs on stdin, each once: $1 is the column.
packages_of() {
    awk -v column="$1" '$column != "-" && !seen[$column]++ { print $column }' |
        tr '\n' ' '
}

# --- installing -----------------------------------------------------------

is_terminal() {
    [ -t 0 ] && [ -t 1 ] && [ "${CI:-}" != true ]
}

# Runs a command as root. Off a terminal sudo must not wait for a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif is_terminal; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"
}

# A fresh machine has no package lists, an old one has stale ones.
# shellcheck disable=SC2086  # a list of packages
install_debian() {
    apt-cache show $1 >/dev/null 2>&1 || apt update || return 1
    apt install -y --no-install-recommends $1 && return 0
    apt update && apt install -y --no-install-recommends $1
}

# shellcheck disable=SC2086  # a list of packages
install_on() {
    case $system in
    debian) install_debian "$1" ;;
    fedora) as_root dnf install -y $1 ;;
    arch) as_root pacman -S --needed --noconfirm $1 ;;
    macos) brew install $1 ;;
    esac
}

# shellcheck disable=SC2086  # a list of packages
install_with_pip() {
    python3 -m venv .polliwog/venv && .polliwog/venv/bin/pip install -q $1
}

# The command that an administrator would type.
command_for() {
    case $system in
    debian) echo "apt-get install $1" ;;
    fedora) echo "dnf install $1" ;;
    arch) echo "pacman -S $1" ;;
    macos) echo "brew install $1" ;;
    esac
}

ask() {
    is_terminal || return 0
    printf 'Go on? [Y/n] '
    read -r answer || answer=n
    case $answer in
    '' | y | Y | yes | Yes | YES) return 0 ;;
    *) return 1 ;;
    esac
}

needs_root() {
    [ "$system" != macos ] && [ "$(id -u)" -ne 0 ]
}

# --- the work -------------------------------------------------------------

case ${CC:-gcc} in
gcc | cc) ;;
*) command -v "$compiler" >/dev/null ||
    fail "no C compiler: CC is '$CC', and there is no such command" ;;
esac

system=$(name_of_system)
missing=$(missing_needs)
[ -n "$missing" ] || exit 0

case $system in
debian) column=3 ;;
fedora) column=4 ;;
arch) column=5 ;;
macos) column=6 ;;
*)
    echo "Polliwog needs these, and they are missing here:"
    echo "$missing" | awk '{ sub(":", " ", $2); print "  " $2 }'
    echo "On Debian the packages are called:"
    echo "  $(echo "$missing" | packages_of 3)"
    cannot_install "I don't know this system: please install the list above"
    ;;
esac

packages=$(echo "$missing" | packages_of "$column")
from_pip=$(printf '%s' "$packages" | tr ' ' '\n' | sed -n 's/^pip://p' |
    tr '\n' ' ')
packages=$(printf '%s' "$packages" | tr ' ' '\n' | grep -v '^pip:' |
    tr '\n' ' ')
packages=${packages% }

if [ -z "$packages$from_pip" ]; then
    # Only lint tools can be without a package; lint names and skips those.
    exit 0
fi

if [ -n "$packages" ]; then
    echo "Polliwog will install, with: $(command_for "$packages")"
fi
if [ -n "$from_pip" ]; then
    echo "Polliwog will install into .polliwog/venv: $from_pip"
fi

if needs_root && ! command -v sudo >/dev/null; then
    cannot_install "there is no sudo: run the command above as root"
fi
ask || fail "nothing was installed; still missing: $packages $from_pip"

if [ -n "$packages" ]; then
    install_on "$packages" </dev/null ||
        cannot_install "installing failed: run the command above as root"
fi
if [ -n "$from_pip" ]; then
    install_with_pip "$from_pip" || fail "installing with pip failed"
fi

left=$(missing_needs | awk -v column="$column" '$column != "-" { print $2 }')
[ -z "$left" ] || fail "installed, but still missing:" "$left"
