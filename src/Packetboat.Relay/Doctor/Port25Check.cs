using System.Net.Sockets;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Doctor;

/// <summary>
/// Whether mail can leave by port 25. Asked of several providers that have nothing to do with one another, and of each version of IP apart.
/// Where a relay carries the mail a closed port is no trouble.
/// </summary>
internal sealed class Port25Check(AddressFamily family) : Check
{
    private bool IsIpv6 => family == AddressFamily.InterNetworkV6;

    public override string Name => IsIpv6 ? "port-25-ipv6" : "port-25-ipv4";

    public override string Title => IsIpv6 ? "Port 25 outwards, IPv6" : "Port 25 outwards, IPv4";

    public override bool NeedsDns => true;

    public override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        if (facts.Subject is { Keeper: { } keeper, DirectRules: [] })
            return NotChecked($"no mail leaves directly, as [{RouteKeys.Prefix}{keeper.Name}] says");
        Reach reach = await facts.ReachAsync(family);
        if (reach.Talks.Count == 0)
            return NotChecked($"nobody could be called ({string.Join("; ", reach.Unknown)})");
        if (!reach.HasWay && IsIpv6)
            return NotChecked("this machine has no way out by IPv6");
        if (reach.IsOpen)
            return await OpenAsync(facts, reach);

        string words = reach.Interceptor is { } interceptor
            ? $"{interceptor} answers in the place of {Names(reach.Talks)}"
            : $"no connection to {Names(reach.Talks)}: {string.Join("; ", reach.Talks.Select(talk => talk.Failure).Distinct(StringComparer.Ordinal))}";
        string[] direct =
        [
            .. facts.Subject.DirectRules.Where(rule => rule.Action == RouteAction.Direct).Select(rule => rule.Name),
        ];
        if (direct.Length > 0 && facts.Subject.HasRelay)
            words += $"; mail of [{RouteKeys.Prefix}{string.Join($"], [{RouteKeys.Prefix}", direct)}] leaves no other way";
        else if (await facts.RelayCarriesAsync())
            return Ok($"{words}. It does not matter: mail goes to the relay");
        else if (facts.Subject.HasRelay)
            return Warning(words, "mail cannot go out directly in the relay's place", "Mend the way to the relay");
        return await DirectAsync(facts, reach, words);
    }

    private async Task<Finding> OpenAsync(Facts facts, Reach reach)
    {
        string[] silent = [.. reach.Talks.Where(talk => !talk.IsConnected).Select(talk => $"{talk.Host}: {talk.Failure}")];
        string words = $"{reach.Connected.Count} of {reach.Talks.Count} large providers can be reached";
        Talk[] refused = [.. reach.Connected.Where(talk => talk.Refusal is { IsPermanent: true })];
        if (refused is not [{ Refusal: { } refusal, Host: var host }, ..])
            return Ok(silent.Length == 0 ? words : $"{words}; not {string.Join("; ", silent)}");

        Cause cause = facts.Subject.Effective.Replies.Classify(new RemoteOutcome(refusal, true, host));
        words = $"{words}, and {refused.Length} turn us away: {host}: {refusal}";
        bool isPassedBy = facts.Subject.UsedRelay is not null || await facts.RelayCarriesAsync();
        return !isPassedBy
            ? Failure(words, cause.Explanation.TrimEnd('.'), cause.Remedy.TrimEnd('.'))
            : Ok($"{words}. It does not matter: mail goes to the relay");
    }

    private async Task<Finding> DirectAsync(Facts facts, Reach reach, string words)
    {
        Reach other = await facts.ReachAsync(IsIpv6 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6);
        if (other.IsOpen)
            return Warning(
                words,
                $"port 25 is open by {(IsIpv6 ? "IPv4" : "IPv6")} alone",
                $"Mail to hosts that have {(IsIpv6 ? "IPv6" : "IPv4")} loses time with each try; have it opened too"
            );
        if (IsIpv6)
            return Warning(words, "it is closed as by IPv4", "");
        if (reach.Interceptor is null && !reach.IsClosed)
            return Warning(words, "too few could be called to say that port 25 is closed", "Run this again later");
        return Failure(
            words,
            "the provider of this connection, or a firewall here, lets nothing out by port 25",
            await facts.RelayAsync() is { Works: true }
                ? "Send through the relay that is written down already"
                : "Ask the provider to open it, or send through a relay: its operator gives out the code for packetboat join"
        );
    }

    private static string Names(IReadOnlyList<Talk> talks) => string.Join(", ", talks.Select(talk => talk.Host));
}
