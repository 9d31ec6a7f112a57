#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# nginx.sh SECONDS: two workers that compress pages for ab, over the container's own loopback.
mkdir -p /tmp/pages
yes 'the quick brown fox jumps over the lazy dog' | head -n 500 >/tmp/pages/index.html
cat >/tmp/nginx.conf <<'CONF'
worker_processes 2;
error_log /dev/null;
pid /tmp/nginx.pid;
events { worker_connections 100; }
http {
  access_log /dev/null;
  default_type text/html;
  gzip on;
  server { listen 127.0.0.1:8080; root /tmp/pages; }
}
CONF
timeout $(($1 + 10)) nginx -c /tmp/nginx.conf -g 'daemon off;' &
sleep 1
timeout "$1" ab -q -k -c 4 -t "$1" -n 100000000 -H 'Accept-Encoding: gzip' http://127.0.0.1:8080/index.html
