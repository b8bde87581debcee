using System.Net;
using System.Net.Sockets;
using Packetboat.Relay.Checks;
using Packetboat.Relay.Resolver;

namespace Packetboat.Relay.Doctor;

/// <summary>
/// Whether our address has a name that leads back to it (RFC 1912 §2.1), and is the one that we say in EHLO. Most large receivers refuse mail
/// without. Asked where mail leaves from here: a relay's name is its operator's affair.
/// </summary>
internal sealed class PtrCheck : Check
{
    public const string Id = "ptr";

    public override string Name => Id;

    public override string Title => "Reverse name";

    public override bool NeedsDns => true;

    public override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        if (await facts.WhyNotOwnAsync() is { Length: > 0 } why)
            return NotChecked(why);
        IReadOnlyList<OwnAddress> own = await facts.OwnAsync();
        if (own.Count == 0)
            return NotChecked("our address is not known");
        Finding[] found = await Task.WhenAll(own.Select(one => ExamineAsync(facts, one.Address, ct)));
        return found.MaxBy(finding => finding.Verdict)!;
    }

    private async Task<Finding> ExamineAsync(Facts facts, IPAddress address, CancellationToken ct)
    {
        string hello = facts.Subject.HostName;
        var wanted = new DnsRecord(CachingResolver.ReverseName(address), "PTR", $"{hello}.");
        ReverseVerdict found = await new ReverseCheck(facts.Resolver).CheckAsync(address, hello, ct);
        string name = found.Name;
        return found.Standing switch
        {
            ReverseStanding.Unsure => NotChecked($"{address}: {found.Reason}"),
            ReverseStanding.Fits => Ok($"{address} is {name}, and {name} is {address}"),
            ReverseStanding.HasNone => Failure(
                $"{address} has no name",
                "Gmail, Microsoft and most others take no mail from an address without one",
                $"Ask whoever gave you the address to enter {hello} as its reverse name",
                wanted
            ),
            ReverseStanding.IsAnother => Warning(
                $"{address} is {name}, and we say EHLO {hello}, which is not {address}",
                "some receivers hold it against us that both differ",
                $"Write HostName = {name} in [Mail] of sbbs.ini, or publish an address for {hello}",
                RecordOf(hello, address)
            ),
            _ => Failure(
                $"{address} is {name}, and {name} is not {address}",
                "whoever owns an address can give it any name: receivers believe one that leads back",
                $"Publish the address of {name}, or ask whoever gave you the address to enter {hello} as its reverse name",
                RecordOf(name, address)
            ),
        };
    }

    private static DnsRecord RecordOf(string name, IPAddress address) =>
        new(name, address.AddressFamily == AddressFamily.InterNetwork ? "A" : "AAAA", address.ToString());
}
