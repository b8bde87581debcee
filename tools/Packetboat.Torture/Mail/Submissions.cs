using System.Collections.Concurrent;

namespace Packetboat.Torture.Mail;

/// <summary>What a client knows of an attempt to hand in a letter.</summary>
internal enum Outcome
{
    /// <summary>The message was not sent whole: nobody can have it.</summary>
    NotSent,

    /// <summary>It was sent whole, and no reply came.</summary>
    Unknown,

    /// <summary>4xx or 5xx.</summary>
    Refused,

    /// <summary>250: it is not the client's any more.</summary>
    Accepted,
}

/// <summary>Every attempt of every client.</summary>
internal sealed class Submissions
{
    private int _number;
    private int _accepted;

    public ConcurrentDictionary<Letter, (Outcome Outcome, IReadOnlyList<string> Recipients)> All { get; } = new();

    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>The last words of a refusal, by the words.</summary>
    public ConcurrentDictionary<string, int> Refusals { get; } = new(StringComparer.Ordinal);

    public int NextNumber() => Interlocked.Increment(ref _number);

    public void Note(Letter letter, Outcome outcome, IReadOnlyList<string> recipients)
    {
        All[letter] = (outcome, recipients);
        if (outcome == Outcome.Accepted)
            Interlocked.Increment(ref _accepted);
    }
}
