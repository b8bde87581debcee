using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Tests.Message;

public sealed class HeaderScannerTests
{
    [Theory]
    [InlineData("Received: from a by b; x||", 1, 0)]
    [InlineData("RECEIVED : from a by b; x||", 1, 0)]
    [InlineData("X-Received: from a by hub.example; x||", 0, 0)]
    [InlineData("Received: from a by hub.example; x||", 1, 1)]
    [InlineData("Received: from a|\tby HUB.Example (Packetboat) with ESMTP; x||", 1, 1)]
    [InlineData("Received: from a|\tby hub.example|\twith ESMTP; x||", 1, 1)]
    [InlineData("Received: from a|\tby hub.example.org; x||", 1, 0)]
    [InlineData("Received: from nearby hub.example; x||", 1, 0)]
    [InlineData("Received: from hub.example by b; x||", 1, 0)]
    [InlineData("Subject: by hub.example ||", 0, 0)]
    [InlineData("Received: from a by b; x|Subject: x|\tby hub.example ||", 1, 0)]
    [InlineData("Received: a|Received: b|Received: c by hub.example;||Received: d by hub.example;|", 3, 1)]
    [InlineData("no field at all|Received: a by hub.example;|", 0, 0)]
    public void Hops_are_counted_in_the_header_alone(string message, int hops, int own)
    {
        HeaderScanner scanner = Scanned(message);
        Assert.Equal((hops, own), (scanner.ReceivedFields, scanner.OwnReceivedFields));
    }

    [Fact]
    public void A_field_that_names_this_host_twice_is_one_hop() =>
        Assert.Equal(1, Scanned("Received: from a by hub.example;|\tby hub.example;|\tby hub.example;||").OwnReceivedFields);

    [Theory]
    [InlineData("Date: x|Message-ID: <x>|From: a||", true, true, true)]
    [InlineData("date: x|message-id : <x>||From: a|", true, true, false)]
    [InlineData("Resent-Date: x|X-Message-ID: <x>||", false, false, false)]
    [InlineData(" Date: x|Subject: a|\tFrom: b||", false, false, false)]
    public void It_sees_which_fields_are_there(string message, bool date, bool id, bool from)
    {
        HeaderScanner scanner = Scanned(message);
        Assert.Equal((date, id, from), (scanner.HasDate, scanner.HasMessageId, scanner.HasFrom));
    }

    [Theory]
    [InlineData("Sender: a@x|Subject: b||", "Sender= a@x\r\n")]
    [InlineData("resent-from :|\ta@x|Resent-Sender: b@x||", "resent-from=\r\n\ta@x\r\n;Resent-Sender= b@x\r\n")]
    [InlineData("X-Sender: a@x|Subject: a|\tSender: a@x||Sender: b@x|", "")]
    [InlineData("no field at all|Sender: a@x|\t(b)|Subject: x|\tc||Sender: b@x|", "Sender= a@x\r\n\t(b)\r\n")]
    public void It_keeps_what_says_in_whose_name_it_comes(string message, string senders) =>
        Assert.Equal(
            senders,
            string.Join(';', Scanned(message).Senders.Select(field => $"{field.Name}={Encoding.Latin1.GetString(field.Body)}"))
        );

    [Fact]
    public void It_keeps_ten_such_fields_and_no_more_than_16_KiB_of_them()
    {
        Assert.False(Scanned(string.Concat(Enumerable.Repeat("Sender: a@x|", 10)) + "|").HasMoreSenders);
        HeaderScanner many = Scanned(string.Concat(Enumerable.Repeat("Sender: a@x|", 1000)) + "|");
        Assert.Equal((true, 10), (many.HasMoreSenders, many.Senders.Count));
        HeaderScanner large = Scanned("Sender: a@x|" + string.Concat(Enumerable.Repeat($"\t{new string('b', 900)}|", 100)) + "|");
        Assert.True(large.HasMoreSenders);
        Assert.InRange(large.Senders[0].Body.Length, 1, HeaderScanner.MaxFrom);
    }

    [Theory]
    [InlineData("\u00ef\u00bb\u00bfFrom: a@x||")]
    [InlineData("\u00ef\u00bb\u00bffrom : a@x||")]
    public void A_byte_order_mark_does_not_hide_From(string message) => Assert.Equal(1, Scanned(message).FromFields);

    [Theory]
    [InlineData("Content-Type: multipart/report; report-type=delivery-status||", true)]
    [InlineData("content-type:|\tMultipart/Report;||", true)]
    [InlineData("Content-Type: multipart/mixed|\tmultipart/report||", false)]
    [InlineData("Auto-Submitted: auto-replied||", true)]
    [InlineData("Auto-Submitted:|\tauto-generated||", true)]
    [InlineData("Auto-Submitted: no||", false)]
    [InlineData("Auto-Submitted:||", false)]
    [InlineData("Auto-Submitted: (auto)||", false)]
    [InlineData("Subject: x||Auto-Submitted: auto-replied|", false)]
    public void It_sees_whether_a_program_wrote_it(string message, bool isAutomatic) =>
        Assert.Equal(isAutomatic, Scanned(message).IsAutomatic);

    [Theory]
    [InlineData("Subject: a||b|", false, false)]
    [InlineData("Subject: \u00e9||b|", true, true)]
    [InlineData("Subject: a||\u00e9|", true, false)]
    [InlineData("Subject: a||b|c\u00e9|", true, false)]
    public void It_sees_where_octets_above_127_are(string message, bool anywhere, bool inHeader)
    {
        HeaderScanner scanner = Scanned(message);
        Assert.Equal((anywhere, inHeader), (scanner.HasEightBit, scanner.HasEightBitHeader));
        scanner.Reset();
        Assert.Equal((false, false, false), (scanner.HasEightBit, scanner.HasEightBitHeader, scanner.HeaderEnded));
    }

    [Theory]
    [InlineData("TLS-Required: No||", true)]
    [InlineData("tls-required:no||", true)]
    [InlineData("TLS-Required : NO ||", true)]
    [InlineData("TLS-Required:| No||", true)]
    [InlineData("TLS-Required:|\t| no |Subject: x||", true)]
    [InlineData("TLS-Required: No| No||", false)]
    [InlineData("TLS-Required: N|\to||", false)]
    [InlineData("TLS-Required:|X: x| No||", false)]
    [InlineData("TLS-Required: Yes||", false)]
    [InlineData("TLS-Required: Nobody||", false)]
    [InlineData("TLS-Required:||", false)]
    [InlineData("TLS-Required: No|TLS-Required: No||", false)]
    [InlineData("TLS-Required: Yes|TLS-Required: No||", false)]
    [InlineData("X-TLS-Required: No||", false)]
    [InlineData("Subject: x||TLS-Required: No|", false)]
    public void It_sees_that_the_sender_wants_no_policy_of_TLS(string message, bool wants)
    {
        HeaderScanner scanner = Scanned(message);
        Assert.Equal(wants, scanner.HasTlsRequiredNo);
        scanner.Reset();
        Assert.False(scanner.HasTlsRequiredNo);
    }

    /// <summary>Line by line and all lines together: the same is seen.</summary>
    private static HeaderScanner Scanned(string message)
    {
        var scanner = new HeaderScanner("hub.example");
        foreach (string line in message.Split('|').SkipLast(1))
            scanner.Lines(Encoding.Latin1.GetBytes(line + "\r\n"));
        var together = new HeaderScanner("hub.example");
        together.Lines(Encoding.Latin1.GetBytes(message.Replace("|", "\r\n", StringComparison.Ordinal)));
        Assert.Equivalent(scanner, together);
        return scanner;
    }
}
