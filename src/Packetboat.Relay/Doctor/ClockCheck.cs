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
        List<(string Host, TimeSpan Ahead)> told = [];
        if (await facts.RelayTalkAsync() is { } relay)
            Add(told, relay);
        foreach (AddressFamily family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        foreach (Talk talk in (await facts.ReachAsync(family)).Talks)
            Add(told, talk);
        if (told.Count == 0)
            return NotChecked("nobody told the time in his greeting");

        // One of them may be wrong himself.
        (string host, TimeSpan ahead) = told.OrderBy(one => one.Ahead).ElementAt(told.Count / 2);
        string words = string.Create(
            CultureInfo.InvariantCulture,
            $"{ahead.Duration().TotalSeconds:0} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} that of {host}"
        );
        return ahead.Duration() < ClockComparison.TooMuch
            ? Ok(words)
            : Failure(
                words,
                "certificates look as if they were expired or not yet valid, and signatures too",
                "Set the clock, and let a time service keep it: timedatectl set-ntp true"
            );
    }

    private static void Add(List<(string, TimeSpan)> told, Talk talk)
    {
        if (talk.Greeting is { } greeting && GreetingTime.In(greeting.Text) is { } theirs)
            told.Add((talk.Host, talk.GreetedAt - theirs));
    }
}
