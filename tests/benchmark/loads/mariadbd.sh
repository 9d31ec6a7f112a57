#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# mariadbd.sh SECONDS: a client that asks for sums, sorts, joins and hashes, over a Unix socket.
mkdir -p /run/mysqld
timeout $(($1 + 10)) mariadbd --user=root --skip-grant-tables --skip-networking &
until [ -S /run/mysqld/mysqld.sock ]; do sleep 0.2; done
mysql -e 'CREATE DATABASE IF NOT EXISTS bench'
yes 'SELECT COUNT(*), SUM(a.seq * b.seq) FROM seq_1_to_700 a JOIN seq_1_to_700 b ON a.seq % 7 = b.seq % 5;
SELECT seq, SHA2(CONCAT(seq, "text"), 256) AS hash FROM seq_1_to_20000 ORDER BY hash DESC LIMIT 3;
SELECT seq % 97 AS rest, GROUP_CONCAT(seq) FROM seq_1_to_20000 GROUP BY rest HAVING COUNT(*) > 5 LIMIT 3;
SELECT COUNT(*) FROM seq_1_to_50000 WHERE CONCAT(seq, "x") REGEXP "[13]+.*x$";' \
  | timeout "$1" mysql bench >/dev/null
