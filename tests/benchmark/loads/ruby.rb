# SPDX-License-Identifier: Apache-2.0
# Recursion, blocks called back from C, regular expressions, collection of garbage.
def deep(depth)
  return 'abc' * 50 =~ /c(a)b/ if depth.zero?
  [depth - 1].each { |next_depth| deep(next_depth) }
end

def fibonacci(number) = number < 2 ? number : fibonacci(number - 1) + fibonacci(number - 2)

deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + ARGV[0].to_f
while Process.clock_gettime(Process::CLOCK_MONOTONIC) < deadline
  fibonacci(16)
  deep(80)
  (1..2000).map { |number| number * 7919 % 1009 }.sort_by { |number| -number }.map(&:to_s).join(',').hash
  ('the quick brown fox ' * 50).gsub(/(\w+) (\w+)/) { "#{$2} #{$1}" }
end
