using System.Globalization;
using System.Text;

namespace Packetboat.Protocol.SmtpClient;

/// <summary>What the peer offered in its reply to EHLO. RFC 5321 §4.1.1.1. After HELO it is <see cref="None"/>.</summary>
public sealed record PeerExtensions
{
    public static PeerExtensions None { get; } = new();

    /// <summary>RFC 2920.</summary>
    public bool Pipelining { get; init; }

    /// <summary>RFC 3030.</summary>
    public bool Chunking { get; init; }

    /// <summary>RFC 6152.</summary>
    public bool EightBitMime { get; init; }

    /// <summary>RFC 6531.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>RFC 3461.</summary>
    public bool Dsn { get; init; }

    /// <summary>RFC 3207.</summary>
    public bool StartTls { get; init; }

    /// <summary>RFC 8689.</summary>
    public bool RequireTls { get; init; }

    /// <summary>RFC 1870.</summary>
    public bool Size { get; init; }

    /// <summary>Octets; null where the peer names no limit (RFC 1870 §4: none, or zero).</summary>
    public long? SizeLimit { get; init; }

    /// <summary>Recipients in one transaction. RFC 9422 §4.2.</summary>
    public int? RecipientLimit { get; init; }

    /// <summary>Transactions in one connection. RFC 9422 §4.1.</summary>
    public int? MailLimit { get; init; }

    /// <summary>In upper case, in the peer's order. RFC 4954 §3.</summary>
    public IReadOnlyList<string> AuthMechanisms { get; init; } = [];

    /// <param name="lines">The reply's text lines. The first is the peer's name; unknown words, such as a hub's closing <c>OK</c>, say
    /// nothing.</param>
    public static PeerExtensions Parse(IReadOnlyList<string> lines)
    {
        PeerExtensions offered = None;
        for (int i = 1; i < lines.Count; i++)
            offered = offered.With(lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return offered;
    }

    private PeerExtensions With(string[] words) =>
        (words.Length == 0 ? "" : words[0].ToUpperInvariant()) switch
        {
            "PIPELINING" => this with { Pipelining = true },
            "CHUNKING" => this with { Chunking = true },
            "8BITMIME" => this with { EightBitMime = true },
            "SMTPUTF8" => this with { SmtpUtf8 = true },
            "DSN" => this with { Dsn = true },
            "REQUIRETLS" => this with { RequireTls = true },
            "STARTTLS" => this with { StartTls = true },
            "SIZE" => this with { Size = true, SizeLimit = SizeOf(words) },
            "AUTH" => this with { AuthMechanisms = Mechanisms(words.Skip(1)) },
            "LIMITS" => WithLimits(words.Skip(1)),
            _ => WithOldAuth(words),
        };

    private static long? SizeOf(string[] words) =>
        words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long limit) && limit > 0
            ? limit
            : null;

    private string[] Mechanisms(IEnumerable<string> words) =>
        [.. AuthMechanisms.Concat(words.Select(word => word.ToUpperInvariant())).Distinct(StringComparer.Ordinal)];

    private PeerExtensions WithLimits(IEnumerable<string> limits)
    {
        PeerExtensions offered = this;
        foreach (string limit in limits)
        {
            if (LimitOf(limit, "RCPTMAX=") is { } recipients)
                offered = offered with { RecipientLimit = recipients };
            else if (LimitOf(limit, "MAILMAX=") is { } mails)
                offered = offered with { MailLimit = mails };
        }

        return offered;
    }

    private static int? LimitOf(string word, string name) =>
        word.StartsWith(name, StringComparison.OrdinalIgnoreCase)
        && int.TryParse(word.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int limit)
        && limit > 0
            ? limit
            : null;

    /// <summary>Servers older than RFC 2554 wrote <c>AUTH=LOGIN</c>, and some still add that line for old clients.</summary>
    private PeerExtensions WithOldAuth(string[] words) =>
        words.Length > 0 && words[0].StartsWith("AUTH=", StringComparison.OrdinalIgnoreCase) && Ascii.IsValid(words[0])
            ? this with
            {
                AuthMechanisms = Mechanisms(words.Skip(1).Prepend(words[0][5..]).Where(word => word.Length > 0)),
            }
            : this;
}
