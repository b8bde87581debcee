using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Arrival;
using Packetboat.Relay.Signing;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Arrival;

/// <summary>The checks over a DNS of text, with a clock that stands still.</summary>
internal sealed class ArrivalRig : ISigningKeys
{
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    public ZoneResolver Dns { get; } = new();

    public List<DkimSigningKey> Keys { get; } = [];

    public ArrivalSettings Settings { get; set; } =
        new(
            "hub.example",
            ArrivalPolicy.Warn,
            [IPAddress.Parse("192.0.2.1")],
            TimeSpan.FromSeconds(3),
            LeavesByRelay: false,
            "hub.example",
            TimeSpan.FromDays(21)
        );

    public bool AreAny => Keys.Count > 0;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public IReadOnlyList<DkimSigningKey> For(HeaderBlock header) => Keys;

    public async Task<ArrivalFinding> CheckAsync(string sender, string content, CancellationToken? ct = null)
    {
        using DkimMessage message = Read(content);
        return await Check().CheckAsync(sender.Length == 0 ? null : MailAddress.Parse(sender), message, ct ?? Ct);
    }

    public ArrivalCheck Check() => new(Dns, new SendingAddresses(Dns, () => Settings), this, () => Settings, Time);

    public static DkimMessage Read(string content)
    {
        var message = new DkimMessage();
        message.Append(Encoding.ASCII.GetBytes(content));
        message.Complete();
        return message;
    }
}
