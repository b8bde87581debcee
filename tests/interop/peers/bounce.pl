#!/usr/bin/perl
# Reads a report to a sender on standard input with Mail::DeliveryStatus::BounceParser and prints what that understood of it: a line
# "TYPE ORIGINAL-MESSAGE-ID", then for each recipient "ADDRESS REASON CODE". "-" is nothing.
use strict;
use warnings;
use Mail::DeliveryStatus::BounceParser;

local $/;
my $bounce = Mail::DeliveryStatus::BounceParser->new(scalar <STDIN>);
my $type = $bounce->is_bounce ? 'bounce' : ($bounce->{type} || 'no report');
print join("\t", $type, $bounce->orig_message_id || '-'), "\n";
print join("\t", map { my $value = $_; $value =~ s/\s+/ /g; $value } map { defined $_ ? $_ : '-' }
    $_->get('email'), $_->get('std_reason'), $_->get('smtp_code')), "\n" for $bounce->reports;
