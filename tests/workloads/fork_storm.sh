#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A shell loop that starts one short process after the other: no thread of it is ever hot.
#
#   fork_storm.sh SECONDS
end=$(($(date +%s) + ${1:?SECONDS}))
echo "ready port=0" >&2
while [ "$(date +%s)" -lt "$end" ]; do
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    /bin/true
  done
done
