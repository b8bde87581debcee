using System.Globalization;
using System.Net.Sockets;
using Packetboat.Relay.Alarms;
using Packetboat.Relay.Delivery;

namespace Packetboat.Relay.Doctor;

/// <summary>Our clock against those of others, who tell the time in their greetings. A wrong one makes certificates and signatures fail.</summary>
internal sealed class ClockCheck : Check
{
    public override string Name => "clock";

    public override string Title => "Clock";

    public override async Task<Finding> ExamineAsync(Facts facts, CancellationToken ct)
    {
        (string Host, TimeSpan Ahead)? relay = await facts.RelayTalkAsync() is { } talk ? Told(talk) : null;
        List<(string Host, TimeSpan Ahead)> told = [];
        foreach (AddressFamily family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
            told.AddRange(WitnessesIn(await facts.ReachAsync(family)));
        if (relay is null && told.Count == 0)
            return NotChecked("nobody told the time in his greeting");

        // One of them may be wrong himself; the relay is the one that we have to agree with.
        (string host, TimeSpan ahead) = relay ?? told.OrderBy(one => one.Ahead).ElementAt(told.Count / 2);
        string words = string.Create(
            CultureInfo.InvariantCulture,
            $"{ahead.Duration().TotalSeconds:0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} that of {host}"
        );
        if (IsNear(ahead))
            return Ok(words);
        string[] withUs = [.. told.Where(one => IsNear(one.Ahead)).Select(one => one.Host)];
        if (withUs.Length > 0)
            return Warning(
                $"{words}, and near that of {string.Join(", ", withUs)}",
                "they disagree, and one of them is wrong",
                "Compare ours with a time service: timedatectl timesync-status"
            );
        bool isAlone = relay is null && told.Count(one => IsNear(one.Ahead - ahead)) < 2;
        const string Remedy = "Set the clock, and let a time service keep it: timedatectl set-ntp true";
        return isAlone
            ? Warning($"{words}, and nobody bears that out", "one of the two is wrong", Remedy)
            : Failure(words, "certificates look as if they were expired or not yet valid, and signatures too", Remedy);
    }

    private static bool IsNear(TimeSpan difference) => difference.Duration() < ClockComparison.TooMuch;

    /// <summary>Who answers in the place of all the others is one, and none of those whom we know.</summary>
    private static IEnumerable<(string Host, TimeSpan Ahead)> WitnessesIn(Reach reach) =>
        reach.Interceptor is null ? reach.Talks.Select(Told).OfType<(string, TimeSpan)>() : [];

    private static (string Host, TimeSpan Ahead)? Told(Talk talk) =>
        talk.Greeting is { } greeting && GreetingTime.In(greeting.Text) is { } theirs
            ? (talk.Host, talk.GreetedAt - theirs)
            : null;
}
