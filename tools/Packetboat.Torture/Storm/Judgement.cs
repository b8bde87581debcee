using System.Diagnostics;
using Packetboat.Torture.Mail;
using Packetboat.Torture.Wire;
using Packetboat.Torture.World;

namespace Packetboat.Torture.Storm;

/// <summary>Holds what was promised against what arrived, and finds out who doubled what came twice.</summary>
internal sealed class Judgement
{
    /// <summary>The outcome of an attempt is on the disk so soon after it, if the disk is good and the machine not overloaded.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly Harbour _harbour;
    private readonly Submissions _submissions;

    /// <param name="harbour">What arrived.</param>
    /// <param name="submissions">What was promised.</param>
    /// <param name="isOver">Nothing is under way any more.</param>
    public Judgement(Harbour harbour, Submissions submissions, bool isOver)
    {
        (_harbour, _submissions) = (harbour, submissions);
        JudgePromises(isOver);
        JudgeDuplicates("spoke", harbour.Spoke);
        JudgeDuplicates("hub", harbour.Hub);
        foreach (string damaged in harbour.Exchange.Arrivals.Damaged)
            Problems.Add(damaged);
    }

    public int Promised { get; private set; }

    public int Delivered { get; private set; }

    public int Bounced { get; private set; }

    /// <summary>Delivered and bounced.</summary>
    public List<string> Both { get; } = [];

    public int DeliveredThoughRefused { get; private set; }

    public Dictionary<string, int> Duplicates { get; } = new(StringComparer.Ordinal);

    public TimeSpan LongestWindow { get; private set; }

    public List<string> Lost { get; } = [];

    public List<string> Problems { get; } = [];

    private void JudgePromises(bool isOver)
    {
        Arrivals arrivals = _harbour.Exchange.Arrivals;
        foreach ((Letter letter, (Outcome outcome, IReadOnlyList<string> recipients)) in _submissions.All)
        foreach (string recipient in recipients)
        {
            bool isDelivered = arrivals.Copies.ContainsKey((letter, recipient));
            bool isBounced = arrivals.Bounces.ContainsKey((letter, recipient));
            if (outcome == Outcome.Refused && isDelivered)
                DeliveredThoughRefused++;
            if (outcome == Outcome.NotSent && (isDelivered || isBounced))
                Problems.Add($"letter {letter.Number} attempt {letter.Attempt} was never sent whole, and went on");
            if (outcome != Outcome.Accepted)
                continue;
            Promised++;
            Delivered += isDelivered ? 1 : 0;
            Bounced += isBounced ? 1 : 0;
            string name = $"letter {letter.Number} attempt {letter.Attempt} to {recipient}";
            if (isDelivered && isBounced)
                Both.Add(name);
            if (isOver && !isDelivered && !isBounced)
                Lost.Add(name);
        }
    }

    /// <summary>A copy that an installation sent twice: it could not know, or it was killed before it had written down that it did.</summary>
    private void JudgeDuplicates(string hop, Boat sender)
    {
        foreach (IGrouping<(string Id, string Recipient), Handover> copy in _harbour.Handovers[hop].ByCopy())
        {
            Handover[] times = [.. copy.OrderBy(handover => handover.At)];
            for (int i = 1; i < times.Length; i++)
            {
                string cause = CauseOf(times[i - 1], times[i], sender);
                if (cause == "unexplained")
                    Problems.Add($"{hop}: {copy.Key.Id} to {copy.Key.Recipient} was sent again without a cause");
                string name = $"{hop} {cause}";
                Duplicates[name] = Duplicates.GetValueOrDefault(name) + 1;
            }
        }
    }

    private string CauseOf(Handover first, Handover second, Boat sender)
    {
        if (first.ReplyPassed == 0)
            return "reply lost";
        // What a process has sent goes on when it is dead already, and a reply can be written to its connection: of all that is known of
        // the first time, only that it lived when it connected tells which kill was its own.
        if (sender.KillAfter(first.Connected) is not { } kill || kill > second.At)
            return "unexplained";
        if (sender.HadBadDisk(first.Connected, kill))
            return "killed with a bad disk";
        TimeSpan window = kill > first.ReplyPassed ? Stopwatch.GetElapsedTime(first.ReplyPassed, kill) : TimeSpan.Zero;
        if (window > LongestWindow)
            LongestWindow = window;
        return window <= Window ? "killed before the commit" : "unexplained";
    }
}
