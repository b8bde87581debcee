using System.Security.Cryptography;
using System.Text;
using Packetboat.Protocol;

namespace Packetboat.Relay.Hub;

/// <summary>What a hub's operator asks of those who join. Its version is what a node says that it has accepted.</summary>
public sealed class EnrolmentTerms
{
    /// <summary>Octets. What nobody reads nobody accepts.</summary>
    public const int MaxLength = 16 * 1024;

    private const int MaxLine = 1000;
    private const int VersionDigits = 16;

    private EnrolmentTerms(string text)
    {
        Text = text;
        Version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..VersionDigits];
    }

    /// <summary>Where the operator has written none.</summary>
    public static EnrolmentTerms BuiltIn { get; } =
        new(
            """
            1. Mail that you relay through this hub is not private. Its operator can read it, and may look at it when he has a reason to.
            2. Spam ends all access, at once and for good: unsolicited bulk mail, purchased lists, false senders. That you did not know of
               it, because a password was stolen or a machine was taken over, makes no difference to those who received it.
            3. You send only from domains and addresses that are yours, and you answer for everyone who sends through your system.
            4. Nothing is promised: mail may be late, may be lost, and the hub may stop one account or all of them at any time.
            5. You keep the password to yourself, and tell the operator when somebody else may have it.

            """.ReplaceLineEndings("\n")
        );

    public string Text { get; }

    public string Version { get; }

    /// <summary>From the operator's file; an empty one is none. What a terminal must not see is left out.</summary>
    public static EnrolmentTerms Parse(ReadOnlyMemory<byte> octets)
    {
        string text = Encoding.UTF8.GetString(octets.Span[..Math.Min(octets.Length, MaxLength)]).TrimStart('\uFEFF');
        IEnumerable<string> lines = text.ReplaceLineEndings("\n").Replace('\t', ' ').TrimEnd().Split('\n');
        return text.AsSpan().Trim().Length == 0
            ? BuiltIn
            : new EnrolmentTerms(string.Join('\n', lines.Select(line => PrintableText.Of(line, MaxLine))) + "\n");
    }
}
