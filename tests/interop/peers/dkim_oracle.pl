#!/usr/bin/perl
# dkim_oracle.pl PORT - Mail::DKIM. Lines in, one line out for each:
#   verify TAB file                                                      the result's word of each signature, comma between
#   sign TAB file TAB out TAB algorithm TAB form TAB domain TAB selector TAB key   ok; the signed message is in out
use strict;
use warnings;
use Mail::DKIM::Verifier;
use Mail::DKIM::Signer;
use Mail::DKIM::DNS;
use Net::DNS::Resolver;

$| = 1;
Mail::DKIM::DNS::resolver(Net::DNS::Resolver->new(nameservers => ['127.0.0.1'], port => $ARGV[0], retry => 2, udp_timeout => 5));

sub content {
    open my $file, '<:raw', $_[0] or die "$_[0]: $!";
    local $/;
    my $text = <$file>;
    return $text;
}

while (my $line = <STDIN>) {
    chomp $line;
    my ($verb, $file, $out, $algorithm, $form, $domain, $selector, $key) = split /\t/, $line;
    if ($verb eq 'verify') {
        my $verifier = Mail::DKIM::Verifier->new();
        $verifier->PRINT(content($file));
        $verifier->CLOSE;
        print join(',', map { $_->result } $verifier->signatures) || 'none', "\n";
    } else {
        my $signer = Mail::DKIM::Signer->new(
            Algorithm => $algorithm, Method => $form, Domain => $domain, Selector => $selector, KeyFile => $key);
        my $text = content($file);
        $signer->PRINT($text);
        $signer->CLOSE;
        my $field = $signer->signature->as_string;
        $field =~ s/\r?\n/\r\n/g;
        open my $signed, '>:raw', $out or die "$out: $!";
        print $signed $field, "\r\n", $text;
        close $signed;
        print "ok\n";
    }
}
