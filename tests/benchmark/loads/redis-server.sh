#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# redis-server.sh SECONDS: its own benchmark, over the container's own loopback.
timeout $(($1 + 10)) redis-server --save '' --appendonly no --bind 127.0.0.1 >/dev/null &
sleep 1
timeout "$1" redis-benchmark -q -l -c 8 -P 4 -d 64 -r 10000 -t set,get,lpush,sadd,zadd,lrange_100 >/dev/null
