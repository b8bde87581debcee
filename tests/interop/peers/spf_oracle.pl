#!/usr/bin/perl
# spf_oracle.pl PORT - Mail::SPF. Lines of "address TAB sender TAB helo" in, a result's word a line out. Asks the name server on PORT.
use strict;
use warnings;
use Mail::SPF;
use Net::DNS::Resolver;

$| = 1;
my $resolver = Net::DNS::Resolver->new(nameservers => ['127.0.0.1'], port => $ARGV[0], retry => 2, udp_timeout => 5, recurse => 1);
my $server = Mail::SPF::Server->new(hostname => 'hub.test', dns_resolver => $resolver);
while (my $line = <STDIN>) {
    chomp $line;
    my ($address, $sender, $helo) = split /\t/, $line, -1;
    my %from = $sender eq '' ? (scope => 'helo', identity => $helo) : (scope => 'mfrom', identity => $sender, helo_identity => $helo);
    my $request = Mail::SPF::Request->new(versions => [1], ip_address => $address, %from);
    print $server->process($request)->code, "\n";
}
