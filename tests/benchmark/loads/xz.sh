#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# xz.sh SECONDS: packs and unpacks a program.
exec timeout "$1" sh -c 'while :; do xz -6 -T2 -c /usr/bin/perl | xz -dc >/dev/null; done'
