#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sqlite3.sh SECONDS: recursion, sorting, joins, text, all in memory.
yes 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 50000)
       SELECT SUM(x), MAX(LENGTH(HEX(x))) FROM n;
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000)
       SELECT x FROM n ORDER BY (x * 7919) % 1009, x DESC LIMIT 3;
CREATE TEMP TABLE t AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000)
       SELECT x, x * 7919 % 1009 AS y, "text " || x AS z FROM n;
CREATE INDEX i ON t(y);
SELECT COUNT(*) FROM t a JOIN t b ON a.y = b.y WHERE a.z LIKE "%7%";
DROP TABLE t;' | timeout "$1" sqlite3 :memory: >/dev/null
