using Packetboat.Protocol.SmtpClient;

namespace Packetboat.Protocol.Tests.SmtpClient;

public sealed class PeerExtensionsTests
{
    [Fact]
    public void A_hub_offers_what_it_lists_and_its_closing_OK_is_nothing()
    {
        PeerExtensions hub = Parse(
            "mail.hub.example",
            "AUTH PLAIN LOGIN CRAM-MD5",
            "SEND",
            "8BITMIME",
            "STARTTLS",
            "SIZE 20971520",
            "OK"
        );

        Assert.Equal(["PLAIN", "LOGIN", "CRAM-MD5"], hub.AuthMechanisms);
        Assert.True(
            hub is { EightBitMime: true, StartTls: true, Size: true, SizeLimit: 20971520, Pipelining: false, Dsn: false }
        );
    }

    [Theory]
    [InlineData("SIZE", null)]
    [InlineData("SIZE 0", null)]
    [InlineData("SIZE many", null)]
    [InlineData("size 1000", 1000L)]
    [InlineData("SIZE 99999999999999999999", null)]
    public void A_size_without_a_number_is_no_limit(string line, long? limit)
    {
        PeerExtensions peer = Parse("mx", line);

        Assert.True(peer.Size);
        Assert.Equal(limit, peer.SizeLimit);
    }

    [Theory]
    [InlineData("LIMITS RCPTMAX=50 MAILMAX=5", 50, 5)]
    [InlineData("LIMITS MAILMAX=5 OTHER=1 RCPTMAX=x", null, 5)]
    [InlineData("LIMITS RCPTMAX=0", null, null)]
    public void Limits_are_read_one_by_one(string line, int? recipients, int? mails)
    {
        PeerExtensions peer = Parse("mx", line);

        Assert.Equal((recipients, mails), (peer.RecipientLimit, peer.MailLimit));
    }

    [Fact]
    public void The_name_of_the_peer_is_no_extension() => Assert.False(Parse("PIPELINING").Pipelining);

    [Fact]
    public void The_old_way_to_offer_logins_counts_and_repeats_nothing() =>
        Assert.Equal(["LOGIN", "PLAIN"], Parse("mx", "AUTH=LOGIN", "AUTH PLAIN LOGIN").AuthMechanisms);

    [Fact]
    public void An_empty_line_is_no_extension() => Assert.Equal(PeerExtensions.None, Parse("mx", "", "XEMPTY"));

    private static PeerExtensions Parse(params string[] lines) => PeerExtensions.Parse(lines);
}
