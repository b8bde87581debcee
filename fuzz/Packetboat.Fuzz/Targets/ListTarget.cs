using System.Net;
using System.Text;
using Packetboat.Relay.Configuration;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// The first line is asked for; the rest is <c>relay.cfg</c>, a <c>.can</c> file or <c>alias.cfg</c>. A list that grants something grants it
/// to nobody whom no line names.
/// </summary>
internal sealed class ListTarget : IFuzzTarget
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public string Name => "lists";

    public string What => "filter and alias files";

    public IReadOnlyList<string> Words { get; } =
    [
        "192.0.2.10",
        "192.0.2.0/24",
        "2001:db8::/32",
        "*",
        "~",
        "^",
        "!",
        ";",
        "\te=2026-11-23",
        "\te=20261121T000000Z",
        "*@b.example",
        " *@d.example",
        "a@b.example c@d.example",
        "sub:code",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf((byte)'\n');
        if (end < 0)
            return 0;
        string subject = Encoding.UTF8.GetString(input[..end]).TrimEnd('\r');
        byte[] lines = input[(end + 1)..].ToArray();
        var filter = FilterList.Parse(lines);
        string? target = AliasList.Parse(lines).Resolve(subject);
        bool isListed = filter.Matches(subject, Now);
        Check.That(target is not { Length: 0 }, "an alias for nothing");

        bool isNamed = false;
        if (IPAddress.TryParse(subject, out IPAddress? address))
        {
            isNamed = filter.Names(address, hostName: null, Now);
            filter.Matches(address, "host.example", Now);
            bool somebodyMeant = filter.Patterns.Any(pattern =>
                pattern is { IsReversed: false, IsSpecific: true } && !pattern.HasExpired(Now)
            );
            Check.That(!isNamed || somebodyMeant, "a list grants what no line of it says");
        }

        return HashCode.Combine(Math.Min(filter.Patterns.Count, 8), isListed, isNamed, target is not null);
    }
}
