using System.Globalization;
using System.Net;
using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Tests.Message;

public sealed class ReceivedFieldTests
{
    private static readonly ReceivedField Plain = new(
        "node.example",
        IPAddress.Parse("192.0.2.10"),
        "hub.example",
        IsExtended: true,
        Tls: null,
        IsAuthenticated: false,
        IsSmtpUtf8: false,
        "0123456789",
        OnlyRecipient: null,
        DateTimeOffset.Parse("2026-11-02T05:06:07-03:30", CultureInfo.InvariantCulture)
    );

    [Theory]
    [InlineData(false, false, false, false, "SMTP")]
    [InlineData(false, true, true, false, "SMTP")]
    [InlineData(true, false, false, false, "ESMTP")]
    [InlineData(true, true, false, false, "ESMTPS")]
    [InlineData(true, false, true, false, "ESMTPA")]
    [InlineData(true, true, true, false, "ESMTPSA")]
    [InlineData(true, false, false, true, "UTF8SMTP")]
    [InlineData(true, true, false, true, "UTF8SMTPS")]
    [InlineData(true, false, true, true, "UTF8SMTPA")]
    [InlineData(true, true, true, true, "UTF8SMTPSA")]
    public void The_protocol_says_how_it_came(bool extended, bool tls, bool signedIn, bool utf8, string protocol) =>
        Assert.Equal(
            protocol,
            (
                Plain with
                {
                    IsExtended = extended,
                    Tls = tls ? "TLS 1.3" : null,
                    IsAuthenticated = signedIn,
                    IsSmtpUtf8 = utf8,
                }
            ).Protocol
        );

    [Fact]
    public void The_whole_field() =>
        Assert.Equal(
            "Received: from node.example ([192.0.2.10])\r\n\tby hub.example (Packetboat) with ESMTPS (TLS 1.3 X) id 0123456789\r\n"
                + "\tfor <joe@far.example>;\r\n\tMon, 2 Nov 2026 05:06:07 -0330\r\n",
            Text(Plain with { Tls = "TLS 1.3 X", OnlyRecipient = MailAddress.Parse("joe@far.example") })
        );

    [Theory]
    [InlineData("192.0.2.10", "[192.0.2.10]")]
    [InlineData("::ffff:192.0.2.10", "[192.0.2.10]")]
    [InlineData("2001:db8::1", "[IPv6:2001:db8::1]")]
    [InlineData("fe80::1%3", "[IPv6:fe80::1]")]
    public void An_address_is_written_as_a_literal(string address, string literal) =>
        Assert.Equal(literal, ReceivedField.Literal(IPAddress.Parse(address)));

    [Theory]
    [InlineData("[192.0.2.7]", "[192.0.2.7]")]
    [InlineData("[IPv6:2001:db8::7]", "[IPv6:2001:db8::7]")]
    [InlineData("localhost", "localhost")]
    [InlineData("two words", "[192.0.2.10]")]
    [InlineData("a (by hub.example)", "[192.0.2.10]")]
    [InlineData("a\r\nBcc: b", "[192.0.2.10]")]
    [InlineData("-a", "[192.0.2.10]")]
    [InlineData("", "[192.0.2.10]")]
    [InlineData("b\u00fccher.example", "[192.0.2.10]")]
    public void A_name_that_is_none_gives_way_to_the_address(string client, string shown) =>
        Assert.StartsWith(
            $"Received: from {shown} ([192.0.2.10])\r\n",
            Text(Plain with { Client = client }),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_name_of_other_letters_stands_where_the_message_is_internationalized() =>
        Assert.StartsWith(
            "Received: from b\u00fccher.example (",
            Text(Plain with { Client = "b\u00fccher.example", IsSmtpUtf8 = true }),
            StringComparison.Ordinal
        );

    private static string Text(ReceivedField field) => Encoding.UTF8.GetString(field.ToBytes());
}
