using System.Collections.Concurrent;

namespace Packetboat.Torture.Mail;

/// <summary>What came out at the other end: copies of letters, and reports that say which did not.</summary>
internal sealed class Arrivals
{
    /// <summary>How often each copy has come.</summary>
    public ConcurrentDictionary<(Letter Letter, string Recipient), int> Copies { get; } = new();

    /// <summary>How often the sender was told that a copy did not arrive.</summary>
    public ConcurrentDictionary<(Letter Letter, string Recipient), int> Bounces { get; } = new();

    /// <summary>What was not as it was sent, in words.</summary>
    public ConcurrentQueue<string> Damaged { get; } = new();

    /// <summary>Is told of each copy before the exchange says 250 to it.</summary>
    public Action<Letter, string>? Taking { get; init; }

    public void Take(string sender, IReadOnlyList<string> recipients, byte[] content)
    {
        if (sender.Length == 0)
            TakeReport(content);
        else
            TakeLetter(recipients, content);
    }

    private void TakeLetter(IReadOnlyList<string> recipients, byte[] content)
    {
        if (Letter.Of(content) is not { } letter)
        {
            Damaged.Enqueue($"{content.Length} octets without a mark");
            return;
        }

        if (letter.DifferenceTo(content) is { } difference)
            Damaged.Enqueue($"letter {letter.Number} attempt {letter.Attempt}: {difference}");
        foreach (string recipient in recipients)
        {
            Taking?.Invoke(letter, recipient);
            Copies.AddOrUpdate((letter, recipient), 1, (_, count) => count + 1);
        }
    }

    private void TakeReport(byte[] content)
    {
        if (Letter.Of(content) is not { } letter)
        {
            Damaged.Enqueue("a report about no letter");
            return;
        }

        foreach (string recipient in Report.FailedRecipients(content))
            Bounces.AddOrUpdate((letter, recipient), 1, (_, count) => count + 1);
    }
}
