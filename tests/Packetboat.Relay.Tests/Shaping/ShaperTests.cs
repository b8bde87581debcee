using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Shaping;

namespace Packetboat.Relay.Tests.Shaping;

public sealed class ShaperTests
{
    private const string Outlook = "far-example.mail.protection.outlook.com";
    private readonly Shaper _shaper = new(() => ReplyTable.Shipped, new FakeTimeProvider());

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_hosts_of_a_provider_count_together()
    {
        for (int i = 0; i < 4; i++)
            await EnterAsync(i % 2 == 0 ? "aspmx.l.google.com" : "alt1.gmail-smtp-in.l.google.com");
        Assert.False(_shaper.EnterAsync("alt2.aspmx.l.google.com", Ct).AsTask().IsCompleted);
        await EnterAsync("mta7.am0.yahoodns.net");
    }

    [Fact]
    public async Task Hosts_of_nobody_known_count_by_their_organization()
    {
        for (int i = 0; i < 4; i++)
            await EnterAsync($"mx{i}.far.co.uk");
        Assert.False(_shaper.EnterAsync("mx9.FAR.co.uk", Ct).AsTask().IsCompleted);
        await EnterAsync("mx.other.co.uk");
    }

    [Theory]
    [InlineData("mx.orange.fr", 100)]
    [InlineData("mta5.am0.yahoodns.net", 20)]
    [InlineData("mx01.mail.icloud.com", 5)]
    [InlineData("mx.nobody.example", 100)]
    public async Task A_connection_carries_what_the_table_says(string host, int most) =>
        Assert.Equal(most, (await EnterAsync(host)).Most);

    [Theory]
    [InlineData(451, "4.7.500", "Server busy. Please try again later from [192.0.2.1]. (AS77712344)", false, 2, true)]
    [InlineData(421, "4.3.2", "closing, you were idle", false, 4, false)]
    [InlineData(421, "4.3.2", "busy", true, 2, false)]
    [InlineData(451, "4.3.0", "cannot look that up", true, 4, false)]
    [InlineData(550, "5.1.1", "no such user", true, 4, false)]
    [InlineData(450, "4.2.1", "The user you are trying to contact is receiving mail too quickly.", true, 4, false)]
    [InlineData(452, "4.5.3", "Too many recipients", true, 4, false)]
    [InlineData(450, "4.7.1", "Error: too many recipients from 192.0.2.1", true, 2, true)]
    [InlineData(421, "4.7.0", "[TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume", true, 2, true)]
    [InlineData(450, "4.7.1", "Client host [192.0.2.1] blocked using zen.spamhaus.org", false, 2, true)]
    [InlineData(554, "5.7.1", "Client host [192.0.2.1] blocked using zen.spamhaus.org", false, 4, false)]
    public async Task What_a_failure_says_about_the_pace(
        int code,
        string enhanced,
        string text,
        bool isFresh,
        int window,
        bool isPause
    )
    {
        PacedConnection connection = await EnterAsync(Outlook);
        var outcome = new RemoteOutcome(new SmtpReply(code, enhanced, text), FromPeer: true, Outlook);

        _shaper.Note(connection, outcome with { FromPeer = false }, isFresh);
        Assert.Null(await connection.PlaceAsync(Ct));
        _shaper.Note(connection, outcome, isFresh);

        Assert.Equal(isPause, await connection.PlaceAsync(Ct) is not null);
        if (isPause)
            return;
        for (int i = 1; i < window; i++)
            await EnterAsync(Outlook);
        Assert.False(_shaper.EnterAsync(Outlook, Ct).AsTask().IsCompleted);
    }

    private async Task<PacedConnection> EnterAsync(string host) =>
        Assert.IsType<Turn.Mine>(await _shaper.EnterAsync(host, Ct)).Connection;
}
