using System.Globalization;

namespace Packetboat.Torture.Powercut;

/// <summary>What had been said to others by each moment of a recording.</summary>
internal sealed class Promises
{
    private readonly List<(int Moment, string Id)> _replies = [];
    private readonly Dictionary<string, int> _deliveries = new(StringComparer.Ordinal);

    public Promises(IEnumerable<RecordedEvent> recording)
    {
        foreach (RecordedEvent happened in recording)
        {
            Moments++;
            string kind = happened.Kind.ToString();
            Counts[kind] = Counts.GetValueOrDefault(kind) + 1;
            switch (happened.Kind)
            {
                case EventKind.Reply:
                    _replies.Add((Moments, happened.Text));
                    break;
                case EventKind.Delivered:
                    _deliveries.TryAdd(happened.Text, Moments);
                    break;
                case EventKind.Write:
                    OctetsWritten += happened.Bytes.Length;
                    break;
            }
        }
    }

    /// <summary>Events in the recording.</summary>
    public int Moments { get; }

    public long OctetsWritten { get; }

    public Dictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>The ids in all 250s until a moment.</summary>
    public IEnumerable<string> Until(int moment) => _replies.TakeWhile(reply => reply.Moment <= moment).Select(reply => reply.Id);

    /// <summary>Whether the exchange had taken a copy by a moment.</summary>
    public bool WasDelivered(int letter, string recipient, int moment) =>
        _deliveries.TryGetValue(CopyOf(letter, recipient), out int at) && at <= moment;

    /// <summary>How a copy is called in a recording.</summary>
    public static string CopyOf(int letter, string recipient) =>
        string.Create(CultureInfo.InvariantCulture, $"{letter} {recipient}");
}
