using System.Net;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Doctor;

/// <summary>Whether the address that receivers see is on a list by which they refuse mail.</summary>
internal sealed class ListingCheck : Check
{
    public const string Id = "listing";

    public override string Name => Id;

    public override string Title => "Block lists";

    public override bool NeedsDns => true;

    public override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        RelaySettings? relay = await facts.SeenRelayAsync();
        if (relay is null && await facts.WhyNotOwnAsync() is { Length: > 0 } why)
            return NotChecked(why);
        IReadOnlyList<IPAddress> leaving = await facts.LeavingFromAsync();
        if (leaving.Count == 0)
            return NotChecked("the address that mail leaves from is not known");

        var entries = await Task.WhenAll(
            leaving.Take(4).SelectMany(address => Blocklist.All.Select(list => list.AskAsync(facts.Resolver, address, ct)))
        );
        BlocklistEntry[] listed = [.. entries.OfType<BlocklistEntry>().Where(entry => entry.Kind != BlocklistAnswer.Unusable)];
        BlocklistEntry[] unusable = [.. entries.OfType<BlocklistEntry>().Where(entry => entry.Kind == BlocklistAnswer.Unusable)];
        string mute = string.Join(
            "; ",
            unusable.Select(entry => $"{entry.List.Name}: {entry.Words}").Distinct(StringComparer.Ordinal)
        );
        if (listed.Length > 0)
            return Listed(relay, listed);
        if (unusable.Length == entries.Length)
            return NotChecked($"{mute}; ask them through a name server of your own");
        string ok =
            $"{string.Join(", ", leaving.Take(4))}: on none of {string.Join(", ", Blocklist.All.Select(list => list.Name))}";
        return Ok(mute.Length == 0 ? ok : $"{ok}, as far as they answer ({mute})");
    }

    private Finding Listed(RelaySettings? relay, BlocklistEntry[] listed)
    {
        string words = string.Join("; ", listed.Select(entry => $"{entry.Address} at {entry.List.Name}: {entry.Words}"));
        BlocklistEntry first = listed[0];
        if (relay is not null)
            return Warning(
                words,
                $"that is an address of {relay.Server}: receivers may refuse what it sends",
                "Tell its operator, who can have it taken off"
            );
        return Array.TrueForAll(listed, entry => entry.Kind == BlocklistAnswer.HomeAddress)
            ? Failure(
                words,
                "it is a home connection, or one like it; most receivers refuse mail from there, whatever else is right",
                $"Send through a relay. With an address of your own that never changes: {first.List.Query}"
            )
            : Failure(
                words,
                "something that uses this address has sent spam, here or before you had it",
                $"Find out what it was and end it, then ask to be taken off: {first.List.Query}"
            );
    }
}
