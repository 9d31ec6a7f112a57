# SPDX-License-Identifier: Apache-2.0
# Recursion, sorting by a sub, regular expressions, hashes.
use strict;
use warnings;
no warnings 'recursion';

sub fibonacci { my $n = shift; return $n < 2 ? $n : fibonacci($n - 1) + fibonacci($n - 2); }
sub deep { my $n = shift; return $n ? 1 + (map { deep($_) } $n - 1)[0] : scalar(() = 'abc' x 50 =~ /b/g); }

my $deadline = time + $ARGV[0];
while (time < $deadline) {
    fibonacci(15);
    deep(200);
    my @sorted = sort { $a <=> $b || $b cmp $a } map { $_ * 7919 % 1009 } 1 .. 2000;
    my %count;
    $count{$_ % 100} += length join ',', $_, $_ for @sorted;
    (my $text = 'the quick brown fox ' x 50) =~ s/(\w+) (\w+)/$2 $1/g;
}
