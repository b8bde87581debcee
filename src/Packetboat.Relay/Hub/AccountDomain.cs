using System.Security.Cryptography;
using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Hub;

/// <summary>A domain that an account may use in its senders' addresses.</summary>
/// <param name="Account">Whose.</param>
/// <param name="Name">Lower case, A-labels; <see cref="Any"/>: every domain, by the operator's grant.</param>
/// <param name="IncludesSubdomains">Whether the domains below it are meant too.</param>
/// <param name="Token">What must stand in the DNS; null: the operator has granted it.</param>
/// <param name="Added">When the operator added it.</param>
/// <param name="Proven">When the token was first found; null: not yet, or the proof was lost.</param>
/// <param name="Checked">When the DNS gave its last answer.</param>
/// <param name="FailingSince">When the token was first missed after it had been found; null: it is there.</param>
public sealed record AccountDomain(
    QwkId Account,
    string Name,
    bool IncludesSubdomains,
    string? Token,
    DateTimeOffset Added,
    DateTimeOffset? Proven = null,
    DateTimeOffset? Checked = null,
    DateTimeOffset? FailingSince = null
)
{
    public const string Any = "*";

    /// <summary>In front of the token, so that the record says what it is for.</summary>
    private const string RecordPrefix = "packetboat=";

    /// <summary>After a proof is missed the domain may be used for so long; the operator is warned at once.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(7);

    public bool IsUsable => Token is null || Proven is not null;

    /// <summary>The name of the TXT record.</summary>
    public string RecordName => "_packetboat." + Name;

    /// <summary>What the TXT record must say.</summary>
    public string RecordText => RecordPrefix + Token;

    public AccountDomainState State =>
        Token is null ? AccountDomainState.Granted
        : Proven is null ? (FailingSince is null ? AccountDomainState.Pending : AccountDomainState.Lost)
        : FailingSince is null ? AccountDomainState.Proven
        : AccountDomainState.Failing;

    /// <param name="domain">Lower case, A-labels.</param>
    public bool Covers(string domain) =>
        Name == Any
        || domain == Name
        || (
            IncludesSubdomains
            && domain.Length > Name.Length
            && domain[^(Name.Length + 1)] == '.'
            && domain.EndsWith(Name, StringComparison.Ordinal)
        );

    /// <summary>A domain as it is kept: lower case, A-labels. What is no domain stays as it is.</summary>
    public static string NameOf(string domain) =>
        MailAddress.TryParse("a@" + domain, out MailAddress? address) ? address.AsciiDomain : domain;

    /// <summary>128 bits, in a form that every DNS editor takes.</summary>
    public static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}

/// <summary>How an account stands to a domain.</summary>
public enum AccountDomainState
{
    /// <summary>By the operator.</summary>
    Granted,

    /// <summary>The token has not been found yet.</summary>
    Pending,

    /// <summary>The token was there at the last look.</summary>
    Proven,

    /// <summary>The token is missed; the domain may be used until the grace is over.</summary>
    Failing,

    /// <summary>It was missed for too long.</summary>
    Lost,
}
