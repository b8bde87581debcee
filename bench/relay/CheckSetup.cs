namespace Packetboat.Bench.Relay;

/// <summary>Which of the hub's checks are on in a turn.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Words">As in the table.</param>
internal sealed record CheckSetup(string Name, string Words)
{
    /// <summary>The account may send as its domains only, and its limits are counted.</summary>
    public bool Account { get; init; }

    /// <summary>SPF, DKIM and DMARC before the 250; what would not pass is refused.</summary>
    public bool Arrival { get; init; }

    /// <summary>The hub signs for the account's domain with this selector's keys.</summary>
    public IReadOnlyList<string> Selectors { get; init; } = [];

    public static CheckSetup Off { get; } = new("off", "all off");

    public static IReadOnlyList<CheckSetup> All { get; } =
    [
        Off,
        new("account", "sender rules and limits alone") { Account = true },
        new("arrival", "SPF, DKIM and DMARC before the 250 alone") { Arrival = true },
        new("rsa", "a signature by RSA alone") { Selectors = [CheckedHub.RsaSelector] },
        new("ed25519", "a signature by Ed25519 alone") { Selectors = [CheckedHub.EdSelector] },
        new("on", "all on, signed with both keys")
        {
            Account = true,
            Arrival = true,
            Selectors = [CheckedHub.RsaSelector, CheckedHub.EdSelector],
        },
    ];
}
