using System.Globalization;
using System.Text;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Tests.Diagnosis;

/// <summary>The shipped table against what real servers have said.</summary>
public sealed class KnownRepliesTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_known_reply_has_the_class_that_it_is_known_for()
    {
        var judged = KnownReply.All.Select(known => (Known: known, Cause: ReplyTable.Shipped.Classify(known.Outcome))).ToList();
        var wrong = judged.Where(one => one.Cause.Class != one.Known.Class).ToList();
        string table = Confusion(judged);
        output.WriteLine(table);
        Assert.True(wrong.Count == 0, table);
    }

    [Fact]
    public void There_are_at_least_150_of_them_and_each_says_where_it_is_from()
    {
        Assert.True(KnownReply.All.Count >= 150);
        Assert.All(KnownReply.All, known => Assert.StartsWith("http", known.Source, StringComparison.Ordinal));
        Assert.Equal(KnownReply.All.Count, KnownReply.All.DistinctBy(known => known.Text).Count());
    }

    [Theory]
    [InlineData("gmail-smtp-in.l.google.com", "Gmail")]
    [InlineData("outlook-com.olc.protection.outlook.com", "Outlook.com or Microsoft 365")]
    [InlineData("mx1.hotmail.com", "Outlook.com or Microsoft 365")]
    [InlineData("mta7.am0.yahoodns.net", "Yahoo")]
    [InlineData("mx01.mail.icloud.com", "iCloud")]
    [InlineData("mx00.emig.gmx.net", "GMX, WEB.DE or IONOS")]
    [InlineData("mx-ha03.web.de", "GMX, WEB.DE or IONOS")]
    [InlineData("mail.protonmail.ch", "Proton Mail")]
    [InlineData("notgoogle.com", "")]
    [InlineData("google.com.example.org", "")]
    public void The_provider_is_told_by_the_end_of_the_host_name(string host, string provider)
    {
        KnownReply any = KnownReply.All[0];
        Assert.Equal(provider, ReplyTable.Shipped.Classify(any.Outcome with { Host = $"{host} [192.0.2.1]:25" }).Provider);
    }

    /// <summary>Mode Auto would send them once more, around us, and move all mail of the provider.</summary>
    [Theory]
    [InlineData("554 5.7.1 This message contains a URL that is listed on URIBL (http://lookup.uribl.com)", "content-refused")]
    [InlineData("550 5.7.1 Spam detected, score 12 (RDNS_NONE, SPF_FAIL)", "content-refused")]
    [InlineData("554 5.7.1 This message was identified as spam by Cloudmark", "content-refused")]
    [InlineData("554 5.7.1 Message rejected: the body contains a link blacklisted by SURBL", "content-refused")]
    [InlineData("554 5.7.1 Content rejected: URL in body found in dnsbl multi.surbl.org", "content-refused")]
    [InlineData("550 5.7.1 Rejected: message body contains URL listed by Spamhaus", "content-refused")]
    [InlineData("550 5.7.1 It contains a link to a domain on the Spamhaus ZRD", "content-refused")]
    [InlineData("550 5.7.1 Virus found in attachment; access denied. ip logged", "content-refused")]
    [InlineData("554 5.7.1 message content blocked using virus scanner", "content-refused")]
    [InlineData("550 5.7.1 banned file attachment (dialup.exe)", "content-refused")]
    [InlineData("550 5.7.1 SPF check passed, but message is spam", "content-refused")]
    [InlineData("550 5.1.1 No such user here. Please contact the designated postmaster", "recipient-unknown")]
    [InlineData("550 5.1.1 unknown user (SPF: pass, DKIM: pass)", "recipient-unknown")]
    [InlineData("550 5.1.1 sorry, no mailbox here by that name. rDNS of your host is mail.x.example", "recipient-unknown")]
    [InlineData("550 5.2.2 mailbox full, user is over quota (dmarc=pass)", "mailbox-full")]
    public void What_is_wrong_with_message_or_recipient_is_not_held_against_us(string reply, string wanted)
    {
        string[] words = reply.Split(' ', 3);
        var outcome = new RemoteOutcome(
            new SmtpReply(int.Parse(words[0], CultureInfo.InvariantCulture), words[1], words[2]),
            FromPeer: true,
            "mx.far.example"
        );

        Assert.Equal(wanted, ReplyTable.Shipped.Classify(outcome).Class.Word());
    }

    /// <summary>Mode Auto would return it, though the relay could deliver it.</summary>
    [Theory]
    [InlineData("554 5.7.1 Your address 192.0.2.1 appears to be infected, see https://cbl.abuseat.org/lookup")]
    [InlineData("550 5.7.1 Refused: your IP is spamming, see https://www.spamhaus.org/sbl/query")]
    [InlineData("550 5.7.1 The IP was identified as spam source and is listed on bl.far.example")]
    public void What_is_held_against_us_is_not_taken_for_the_message(string reply)
    {
        string[] words = reply.Split(' ', 3);
        var outcome = new RemoteOutcome(
            new SmtpReply(int.Parse(words[0], CultureInfo.InvariantCulture), words[1], words[2]),
            FromPeer: true,
            "mx.far.example"
        );

        Assert.Equal("address-reputation", ReplyTable.Shipped.Classify(outcome).Class.Word());
    }

    [Theory]
    [InlineData("upper case")]
    [InlineData("blanks")]
    [InlineData("addresses")]
    public void What_a_reply_is_written_with_does_not_change_its_class(string change)
    {
        Assert.All(
            KnownReply.All,
            known =>
            {
                RemoteOutcome outcome = known.Outcome;
                string text = change switch
                {
                    "upper case" => outcome.Reply.Text.ToUpperInvariant(),
                    "blanks" => outcome.Reply.Text.Replace(" ", "\t  \r\n", StringComparison.Ordinal),
                    _ => "<spamhaus.user-unknown.greylisted@quota-exceeded.example> " + outcome.Reply.Text,
                };
                FailureClass changed = ReplyTable
                    .Shipped.Classify(outcome with { Reply = outcome.Reply with { Lines = [text] } })
                    .Class;
                Assert.True(known.Class == changed, $"{known.Class} became {changed}: {known.Text}");
            }
        );
    }

    /// <summary>Rows are what they are known for, columns what the table says; then each that is wrong.</summary>
    private static string Confusion(List<(KnownReply Known, Cause Cause)> judged)
    {
        var text = new StringBuilder("known for \\ judged as\n");
        foreach (
            IGrouping<FailureClass, (KnownReply Known, Cause Cause)> row in judged
                .GroupBy(one => one.Known.Class)
                .OrderBy(g => g.Key)
        )
        {
            IEnumerable<string> cells = row.GroupBy(one => one.Cause.Class)
                .OrderByDescending(cell => cell.Count())
                .Select(cell => $"{cell.Key.Word()} {cell.Count()}");
            text.Append(CultureInfo.InvariantCulture, $"{row.Key.Word(), -24}{string.Join(", ", cells)}\n");
        }

        foreach ((KnownReply known, Cause cause) in judged.Where(one => one.Cause.Class != one.Known.Class))
            text.Append(
                CultureInfo.InvariantCulture,
                $"{known.Class.Word()}, not {cause.Class.Word()} ({cause.Rule}): {known.Text} <{known.Source}>\n"
            );
        return text.ToString();
    }
}
