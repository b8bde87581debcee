using CsCheck;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Delivery;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Tests.Diagnosis;

public sealed class ReplyTableTests
{
    private static readonly ReplyTable Table = ReplyTable.Shipped;

    [Fact]
    public void The_shipped_table_has_no_fault()
    {
        ShippedReplies.Parse(out IReadOnlyList<Problem> problems);
        Assert.Empty(problems);
    }

    [Fact]
    public void The_shipped_table_has_at_least_80_entries_and_every_class_is_among_them()
    {
        Assert.True(Table.Rules.Count >= 80);
        Assert.Equal(
            FailureClasses.All.Where(kind => kind != FailureClass.Unknown),
            Table.Rules.Select(rule => rule.Class).Distinct().Order()
        );
    }

    [Fact]
    public void Every_shipped_entry_says_what_it_means_what_is_to_be_done_and_where_that_can_be_read() =>
        Assert.All(
            Table.Rules,
            rule =>
            {
                Assert.NotEmpty(rule.Explanation);
                Assert.NotEmpty(rule.Remedy);
                Assert.NotEmpty(rule.Source);
            }
        );

    /// <summary>What a node's sysop reads when his hub does not know his domain: the recipient's administrator cannot help him.</summary>
    [Fact]
    public void A_hub_that_does_not_know_the_senders_domain_is_told_from_any_other_policy()
    {
        var account = new Relay.Hub.AuthenticatedAccount(
            Relay.Hub.QwkId.Parse("MYBBS"),
            Suspension: null,
            [],
            By: null!,
            Relay.Hub.SignInRule.Any
        );
        string words = Relay.Hub.SenderRules.Refusal(
            account,
            Protocol.Message.MailAddress.Parse("a@bbs.example"),
            "hub.example"
        )!;

        Cause cause = Table.Classify(KnownReply.All[0].Outcome with { Reply = new SmtpReply(550, "5.7.1", words) });

        Assert.Equal(FailureClass.SenderRefused, cause.Class);
        Assert.Contains("hub's operator", cause.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FailureClass.Unknown, "unknown")]
    [InlineData(FailureClass.RecipientUnknown, "recipient-unknown")]
    [InlineData(FailureClass.MailboxFull, "mailbox-full")]
    [InlineData(FailureClass.Greylisted, "greylisted")]
    [InlineData(FailureClass.RateLimited, "rate-limited")]
    [InlineData(FailureClass.Port25Blocked, "port-25-blocked")]
    [InlineData(FailureClass.HostDown, "host-down")]
    [InlineData(FailureClass.Dns, "dns")]
    [InlineData(FailureClass.TlsPolicy, "tls-policy")]
    [InlineData(FailureClass.AddressReputation, "address-reputation")]
    [InlineData(FailureClass.NoPtr, "no-ptr")]
    [InlineData(FailureClass.AuthenticationMissing, "authentication-missing")]
    [InlineData(FailureClass.ContentRefused, "content-refused")]
    [InlineData(FailureClass.MessageTooLarge, "message-too-large")]
    [InlineData(FailureClass.SenderRefused, "sender-refused")]
    [InlineData(FailureClass.Account, "account")]
    [InlineData(FailureClass.Policy, "policy")]
    public void A_class_and_its_word_are_the_same_thing(FailureClass kind, string word)
    {
        Assert.Equal(word, kind.Word());
        Assert.True(FailureClasses.TryParse(word.ToUpperInvariant(), out FailureClass parsed));
        Assert.Equal(kind, parsed);
    }

    [Theory]
    [InlineData(550, "", "Zorgle.")]
    [InlineData(554, "5.0.0", "")]
    [InlineData(450, "", "Not today")]
    public void A_reply_that_nobody_knows_is_unknown(int code, string enhanced, string text)
    {
        Cause cause = Table.Classify(new RemoteOutcome(new SmtpReply(code, enhanced, text), FromPeer: true, "mx.example"));
        Assert.Equal(Cause.None, cause);
        Assert.Equal("", cause.ToString());
    }

    [Fact]
    public void What_we_say_ourselves_is_known_by_its_code()
    {
        Assert.Equal(FailureClass.HostDown, Ours(DeliveryReplies.CannotConnect("no answer within 30 seconds")));
        Assert.Equal(FailureClass.HostDown, Ours(DeliveryReplies.CannotConnect("connection refused")));
        Assert.Equal(FailureClass.Port25Blocked, Ours(DeliveryReplies.CannotConnect("Permission denied")));
        Assert.Equal(FailureClass.HostDown, Ours(DeliveryReplies.Broken("the peer ended the session")));
        Assert.Equal(FailureClass.TlsPolicy, Ours(DeliveryReplies.Broken("the TLS handshake failed")));
        Assert.Equal(FailureClass.Dns, Ours(DeliveryReplies.DnsTrouble("example.com", "SERVFAIL")));
        Assert.Equal(FailureClass.Dns, Ours(DeliveryReplies.NoAddress("mx.example.com")));
        Assert.Equal(FailureClass.Dns, Ours(DeliveryReplies.PrivateOnly("mx.example.com")));
        Assert.Equal(FailureClass.Dns, Ours(DeliveryReplies.Loop("example.com")));
        Assert.Equal(FailureClass.RecipientUnknown, Ours(DeliveryReplies.NoSuchDomain("example.com")));
        Assert.Equal(FailureClass.RecipientUnknown, Ours(DeliveryReplies.NoMailHost("example.com")));
        Assert.Equal(FailureClass.RecipientUnknown, Ours(DeliveryReplies.NullMx("example.com")));
    }

    [Fact]
    public void A_peer_cannot_speak_in_our_name()
    {
        SmtpReply ours = DeliveryReplies.DnsTrouble("example.com", "SERVFAIL");
        Assert.Equal("own-dns-trouble", Table.Classify(new RemoteOutcome(ours, FromPeer: false, "")).Rule);
        Assert.NotEqual("own-dns-trouble", Table.Classify(new RemoteOutcome(ours, FromPeer: true, "")).Rule);
    }

    [Fact]
    public void The_lines_of_a_reply_are_read_as_one_text_without_their_codes()
    {
        var reply = new SmtpReply(
            550,
            "5.7.1",
            [
                "[192.0.2.1 18] Our system has detected that",
                "550-5.7.1 this message is likely suspicious due to the very low",
                "reputation of the sending IP address.",
            ]
        );
        Assert.Equal("google-low-reputation-ip", Table.Classify(new RemoteOutcome(reply, FromPeer: true, "")).Rule);
    }

    [Fact]
    public void What_was_stored_is_recalled_in_the_words_of_the_table()
    {
        Cause cause = Table.Recall(FailureClass.NoPtr, "google-no-ptr", "gmail-smtp-in.l.google.com [192.0.2.1]:25");
        Assert.Equal("Gmail", cause.Provider);
        Assert.StartsWith("no-ptr: Gmail takes no mail", cause.ToString(), StringComparison.Ordinal);
        Assert.Contains("Remedy: Ask who gave you the address", cause.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_class_outlives_its_entry()
    {
        Assert.Equal(FailureClass.NoPtr, Table.Recall(FailureClass.NoPtr, "an-entry-that-is-gone", "").Class);
        Cause changed = Table.Recall(FailureClass.Policy, "google-no-ptr", "");
        Assert.Equal((FailureClass.Policy, ""), (changed.Class, changed.Explanation));
    }

    [Fact]
    public void Whatever_a_peer_says_is_classified_in_bounded_time_and_words()
    {
        Gen<string> piece = Gen.OneOf(
            Gen.String[0, 40],
            OneOf([.. KnownReply.All.Select(known => known.Text)]),
            OneOf("*", "|", "550-5.7.1", "@", "spamhaus ", "spamhaus", "\r\n", "\u2019", "x.7.25")
        );
        Gen.Select(Gen.Int[400, 599], OneOf("", "5.7.1", "4.4.1", "5.7.25"), piece.Array[0, 30], Gen.Bool)
            .Sample(
                (code, enhanced, pieces, fromPeer) =>
                {
                    var reply = new SmtpReply(code, enhanced, string.Concat(pieces));
                    Cause cause = Table.Classify(new RemoteOutcome(reply, fromPeer, "mx.example"));
                    Assert.True(cause.IsKnown || cause == Cause.None);
                    Assert.True(ReplyText.Of(reply.Text).Length <= ReplyText.MaxLength);
                },
                iter: 2000
            );
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static FailureClass Ours(SmtpReply reply) => Table.Classify(new RemoteOutcome(reply, FromPeer: false, "")).Class;
}
