#!/bin/sh
# Installs what was built, or removes it again; `make install` calls it.
#
#   install.sh install|uninstall STATIC_LIBRARY SHARED_LIBRARY SONAME VERSION
#
# PREFIX, DESTDIR, CC and STRIP come through the environment. In the installed
# headers, includes are written with polliwog/ before them, so that no header
# of the program is taken for one of ours.
set -eu
action=$1 static=$2 shared=$3 soname=$4 version=$5
runtime=$(dirname "$0")/..
lib=$DESTDIR$PREFIX/lib
include=$DESTDIR$PREFIX/include/polliwog

remove() {
    rm -rf "$include"
    rm -f "$lib/libpolliwog.a" "$lib/libpolliwog.so" "$lib/$soname" \
        "$lib/$(basename "$shared")" "$lib/pkgconfig/polliwog.pc"
}

# The headers that rt.h includes, with itself, as paths in runtime/.
headers() {
    (cd "$runtime" && "$CC" -MM -I. rt.h) | grep -o '[^ ]*\.h' | sort -u
}

copy_headers() {
    headers | while read -r header; do
        mkdir -p "$include/$(dirname "$header")"
        sed 's|^#include "|&polliwog/|' "$runtime/$header" >"$include/$header"
        chmod 644 "$include/$header"
    done
}

copy_libraries() {
    mkdir -p "$lib/pkgconfig"
    "$STRIP" -g -o "$lib/libpolliwog.a" "$static"
    "$STRIP" -g -o "$lib/$(basename "$shared")" "$shared"
    chmod 644 "$lib/libpolliwog.a"
    chmod 755 "$lib/$(basename "$shared")"
    ln -sf "$(basename "$shared")" "$lib/$soname"
    ln -sf "$soname" "$lib/libpolliwog.so"
}

describe() {
    cat <<END
prefix=$PREFIX
libdir=\${prefix}/lib
includedir=\${prefix}/include

Name: polliwog
Description: A small, complete async runtime
Version: $version
Cflags: -I\${includedir} -pthread
Libs: -L\${libdir} -lpolliwog
Libs.private: -pthread
END
}

remove
if [ "$action" = install ]; then
    copy_headers
    copy_libraries
    describe >"$lib/pkgconfig/polliwog.pc"
    chmod 644 "$lib/pkgconfig/polliwog.pc"
    echo "installed in $DESTDIR$PREFIX"
fi
