using MimeKit;
using Packetboat.Commands;

namespace Packetboat.Fuzz.Targets;

/// <summary>A message for <c>sendmail -t</c>. Whoever is a blind copy gets the message, and the others do not read of it.</summary>
internal sealed class RecipientsTarget : IFuzzTarget
{
    public string Name => "recipients";

    public string What => "a message's recipients, and the message without its blind copies";

    public IReadOnlyList<string> Words { get; } =
    [
        "To: ",
        "Cc: ",
        "Bcc: ",
        "Bcc :",
        "bcc:\t",
        "a@b.example",
        "\"x\" <c@d.example>",
        "group: a@b.example;",
        "(remark)",
        "\n ",
        "\n\n",
        "Subject: x\n",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        byte[] message = input.ToArray();
        IReadOnlyList<string> recipients = HeaderRecipients.Of(message);
        using MemoryStream kept = HeaderRecipients.WithoutBcc(message);
        Check.That(kept.Length <= message.Length, "the message has grown");
        kept.Position = 0;
        string[] still = [.. HeaderRecipients.Of(kept.ToArray())];
        Check.That(still.Length <= recipients.Count, "recipients were added");
        Check.That(!HasBcc(kept), "a blind copy is left in the header");
        return HashCode.Combine(Math.Min(recipients.Count, 8), Math.Min(still.Length, 8));
    }

    private static bool HasBcc(Stream message)
    {
        try
        {
            return HeaderList.Load(message).Any(header => header.Id == HeaderId.Bcc);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
