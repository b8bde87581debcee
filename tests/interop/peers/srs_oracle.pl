#!/usr/bin/perl
# srs_oracle.pl DOMAIN SECRET - Mail::SRS for one forwarding host. Lines of "forward TAB separator TAB address" or "reverse TAB address" in;
# an address a line out, or "no: " and why.
use strict;
use warnings;
use Mail::SRS;

$| = 1;
my ($domain, $secret) = @ARGV;
my %hosts = map { $_ => Mail::SRS->new(Secret => $secret, Separator => $_) } ('=', '+', '-');
while (my $line = <STDIN>) {
    chomp $line;
    my ($verb, @rest) = split /\t/, $line, -1;
    my $answer = eval { $verb eq 'forward' ? $hosts{$rest[0]}->forward($rest[1], $domain) : $hosts{'='}->reverse($rest[0]) };
    my $why = $@;
    $why =~ s/\s+/ /g;
    print $answer // "no: $why", "\n";
}
