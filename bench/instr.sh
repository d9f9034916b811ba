#!/bin/sh
# Instructions of one step, counted by callgrind: the same on every run of the same build, however
# noisy the machine. Needs valgrind.
cd "$(dirname "$0")/.." || exit 1
python=${1:-python3}
count() {
  PYTHONHASHSEED=0 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$python" bench/ours.py --verify 0 --warmup 3 --cases "$1" 2>&1 | awk '/Collected/{print $4}'
}
few=$(count 3)
more=$(count 8)
echo "$(((more - few) / 100)) instructions a step"
