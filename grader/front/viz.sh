#!/bin/sh
# viz.sh N: runs exercise N, or SRC in its place, in the visualizer.
# viz.sh:   opens the recorded trace TRACE.
. grader/front/common.sh

if [ $# -eq 0 ]; then
    [ -n "${TRACE:-}" ] || give_up "say which trace: make viz TRACE=file"
    [ -f "$TRACE" ] || give_up "there is no file $TRACE"
    case $TRACE in -*) TRACE=./$TRACE ;; esac
    build_needs
    exec "$BUILD/visualizer/polliwog-viz" "$TRACE"
fi

find_source "$1"
build_needs
exec visualizer/watch-exercise "$1"
