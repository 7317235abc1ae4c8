#!/bin/sh
# viz.sh: opens the recorded trace TRACE in the visualizer.
. grader/front/common.sh

[ -n "${TRACE:-}" ] || give_up "say which trace: make viz TRACE=file"
[ -f "$TRACE" ] || give_up "there is no file $TRACE"
case $TRACE in -*) TRACE=./$TRACE ;; esac
build_needs
exec "$BUILD/visualizer/polliwog-viz" "$TRACE"
