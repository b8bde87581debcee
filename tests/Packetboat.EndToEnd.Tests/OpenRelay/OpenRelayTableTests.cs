using Packetboat.Demo;
using Packetboat.Protocol.Message;

namespace Packetboat.EndToEnd.Tests.OpenRelay;

/// <summary>
/// The table of what has opened relays before, against a whole server on its three listeners, with and without a sign-in. What counts is what
/// the next hop has seen: it takes everything, and nothing comes to it that the table does not name.
/// </summary>
public sealed class OpenRelayTableTests(RelayHarbour harbour) : IClassFixture<RelayHarbour>
{
    private const int Patience = 60_000;

    /// <summary>Domains of the account, and of its own forms of address on the hub.</summary>
    private static readonly string[] OwnDomains = ["bbs.example", "wide.example", "hub.example"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Forms() => [.. RelayRow.All.Select(row => row.Form)];

    [Fact]
    public void The_table_is_long_enough_and_names_each_form_once()
    {
        Assert.True(RelayRow.All.Count >= 60);
        Assert.Equal(RelayRow.All.Count, RelayRow.All.DistinctBy(row => row.Form).Count());
    }

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Forms))]
    public async Task Nothing_is_relayed_that_should_not_be(string form)
    {
        RelayRow row = RelayRow.All.Single(row => row.Form == form);
        var found = new List<string>();
        for (int i = 0; i < RelayDoor.All.Count; i++)
            found.Add(await TryAsync(harbour.Open, RelayDoor.All[i], row));

        Assert.Equal(row.Outcomes, found);
        Assert.Empty(await harbour.UnaskedAsync(harbour.Open, Ct));
        Assert.Empty(harbour.Unmarked());
    }

    /// <summary>As shipped, without <c>ALLOW_RELAY</c>, a sign-in gains nothing on the transfer port: it is not even offered.</summary>
    [Theory(Timeout = Patience)]
    [MemberData(nameof(Forms))]
    public async Task As_shipped_the_transfer_port_treats_everybody_as_a_stranger(string form)
    {
        RelayRow row = RelayRow.All.Single(row => row.Form == form);

        string stranger = await TryAsync(harbour.Shipped, RelayDoor.All[0], row);
        string account = await TryAsync(harbour.Shipped, RelayDoor.All[1], row);

        Assert.Equal((row.WithoutSignIn, row.WithoutSignIn), (stranger, account));
        Assert.Empty(await harbour.UnaskedAsync(harbour.Shipped, Ct));
        Assert.Empty(harbour.Unmarked());
    }

    private async Task<string> TryAsync(DemoNode hub, RelayDoor door, RelayRow row)
    {
        string mark = Guid.NewGuid().ToString("N");
        await using var attempt = new RelayAttempt(hub, door, mark, Ct);
        string outcome;
        try
        {
            outcome = await attempt.HoldAsync(row.Conversation);
        }
        finally
        {
            await hub.Operations.ResumeAsync(RelayHarbour.Account, "", Ct);
            await hub.Operations.ResumeAsync(null, "", Ct);
        }

        foreach (string id in attempt.Taken)
            harbour.Taken(id);
        int messages = attempt.Taken.Count;
        DemoExchange.Letter[] arrived = await harbour.ArrivedAsync(mark, messages, Ct);

        Assert.True(messages == arrived.Length, $"{door}: {messages} taken, {arrived.Length} arrived\n{attempt.Heard}");
        if (messages > 0)
            Assert.Equal(row.Arrives, arrived.SelectMany(letter => letter.Recipients));
        if (attempt.HasSignedIn)
            Assert.All(arrived, letter => AssertOwn(letter.Sender, attempt.Heard));
        return outcome;
    }

    /// <summary>Whatever an account wrote, the world sees no sender of a domain that is not its own.</summary>
    private static void AssertOwn(string sender, string heard)
    {
        if (sender.Length == 0)
            return;
        string domain = MailAddress.Parse(sender).AsciiDomain;
        Assert.True(
            OwnDomains.Any(own => domain == own || domain.EndsWith("." + own, StringComparison.Ordinal)),
            $"{sender} got out\n{heard}"
        );
    }
}
