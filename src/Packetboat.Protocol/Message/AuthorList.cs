using System.Diagnostics.CodeAnalysis;

namespace Packetboat.Protocol.Message;

/// <summary>
/// The addresses of a From field: a mailbox-list, RFC 5322 §3.4. Everything that a mail program might take for an author is found, and it is
/// said whether there is another way to read the field. Who decides in whose name an account may write wants one way only: what can be read in
/// two ways is read the other way by somebody. Who asks what a receiver will make of mail takes all that is found.
/// </summary>
public sealed class AuthorList
{
    /// <summary>More are no authors.</summary>
    public const int Max = 20;

    /// <summary>Domains that are asked for. RFC 7489 §6.6.1.</summary>
    public const int MaxDomains = 10;

    private const int MaxField = 16 * 1024;

    private AuthorList(IReadOnlyList<MailAddress> addresses, IReadOnlyList<string> domains, string? fault) =>
        (Addresses, Domains, Fault) = (addresses, domains, fault);

    /// <summary>Those that are addresses by the letter; at least one where there is no fault.</summary>
    public IReadOnlyList<MailAddress> Addresses { get; }

    /// <summary>Of these and of whatever else looks like an address; each once, lower case, A-labels.</summary>
    public IReadOnlyList<string> Domains { get; }

    /// <summary>Why the field can be read in another way, in words that fit behind "From"; null: it cannot.</summary>
    public string? Fault { get; }

    /// <param name="field">The field's body, folded or not.</param>
    public static AuthorList Read(ReadOnlySpan<byte> field)
    {
        var reader = new AuthorListReader(field);
        reader.ReadAll();
        return new AuthorList(reader.Addresses, reader.Domains, reader.Fault);
    }

    /// <summary>The domains of a message's one From. RFC 7489 §6.6.1.</summary>
    /// <param name="header">Complete.</param>
    /// <param name="domains">Each once, lower case, A-labels; at least one.</param>
    /// <param name="fault">Why there is none; printable.</param>
    public static bool TryReadDomains(
        HeaderBlock header,
        [NotNullWhen(true)] out IReadOnlyList<string>? domains,
        [NotNullWhen(false)] out string? fault
    )
    {
        HeaderField[] fields = [.. header.Named("from")];
        domains = fields.Length == 1 && header.Value(fields[0]).Length <= MaxField ? Read(header.Value(fields[0])).Domains : [];
        fault =
            fields.Length == 0 ? "the message has no From"
            : fields.Length > 1 ? $"the message has {fields.Length} From fields"
            : domains.Count == 0 ? "From has no address with a domain"
            : domains.Count > MaxDomains ? $"From names more than {MaxDomains} domains"
            : null;
        return fault is null;
    }
}
