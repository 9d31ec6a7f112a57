<?php
// SPDX-License-Identifier: Apache-2.0
// Recursion through C functions, sorting, regular expressions, JSON.
function deep(int $depth): int {
    return $depth === 0 ? strlen(json_encode(range(1, 200))) : array_sum(array_map('deep', [$depth - 1]));
}

function fibonacci(int $number): int {
    return $number < 2 ? $number : fibonacci($number - 1) + fibonacci($number - 2);
}

$deadline = microtime(true) + (float)$argv[1];
while (microtime(true) < $deadline) {
    fibonacci(16);
    deep(100);
    $numbers = array_map(fn($number) => $number * 7919 % 1009, range(1, 2000));
    usort($numbers, fn($left, $right) => $left <=> $right);
    preg_replace('/(\w+) (\w+)/', '$2 $1', str_repeat('the quick brown fox ', 50));
    hash('sha256', json_encode($numbers));
}
