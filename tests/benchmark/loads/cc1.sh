#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cc1.sh SECONDS: compiles one long file again and again.
end=$(($(date +%s) + $1))
perl -e 'for my $n (1 .. 1500) {
  print "int f$n(int *a, int n) { int s = $n; for (int i = 0; i < n; ++i) { ",
        "switch (a[i] % 5) { case 0: s += a[i] * $n; break; case 1: s ^= s << 3; break; ",
        "case 2: a[i] = s; break; default: s -= i; } } return s; }\n" }' >/tmp/long.c
while [ "$(date +%s)" -lt "$end" ]; do
  gcc -O2 -c -o /dev/null /tmp/long.c
done
