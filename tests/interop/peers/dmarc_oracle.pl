#!/usr/bin/perl
# dmarc_oracle.pl PORT - Mail::DMARC. Lines of "from-domain TAB envelope-domain TAB spf-result TAB dkim-domain TAB dkim-result" in,
# "result disposition" a line out.
use strict;
use warnings;
use Mail::DMARC::PurePerl;
use Net::DNS::Resolver;

$| = 1;
my $resolver = Net::DNS::Resolver->new(nameservers => ['127.0.0.1'], port => $ARGV[0], retry => 2, udp_timeout => 5);
while (my $line = <STDIN>) {
    chomp $line;
    my ($from, $envelope, $spf, $signer, $dkim) = split /\t/, $line, -1;
    my $dmarc = Mail::DMARC::PurePerl->new;
    $dmarc->set_resolver($resolver);
    $dmarc->source_ip('192.0.2.1');
    $dmarc->envelope_to('example.com');
    $dmarc->envelope_from($envelope);
    $dmarc->header_from($from);
    $dmarc->dkim($signer eq '' ? [] : [{ domain => $signer, selector => 's', result => $dkim }]);
    $dmarc->spf([{ scope => 'mfrom', domain => $envelope, result => $spf }]);
    my $result = eval { $dmarc->validate };
    print $result ? join(' ', $result->result, $result->disposition) : "error $@", "\n";
}
