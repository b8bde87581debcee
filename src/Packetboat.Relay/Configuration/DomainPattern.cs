using Packetboat.Protocol.Message;

namespace Packetboat.Relay.Configuration;

/// <summary>A domain, or with <c>*.</c> in front of it all domains below it.</summary>
/// <param name="Domain">A-labels, lower case.</param>
/// <param name="IsBelow">Those below it, and not it.</param>
public sealed record DomainPattern(string Domain, bool IsBelow)
{
    /// <returns>Null where it is no domain.</returns>
    public static DomainPattern? Parse(string text)
    {
        bool isBelow = text.StartsWith("*.", StringComparison.Ordinal);
        return
            MailAddress.TryParse($"a@{(isBelow ? text[2..] : text)}", out MailAddress? address)
            && address.AsciiDomain is { Length: > 0 } domain
            && domain[0] != '['
            ? new DomainPattern(domain, isBelow)
            : null;
    }

    /// <param name="domain">A-labels, lower case.</param>
    public bool Matches(ReadOnlySpan<char> domain) =>
        IsBelow
            ? domain.Length > Domain.Length + 1
                && domain[^(Domain.Length + 1)] == '.'
                && domain.EndsWith(Domain, StringComparison.Ordinal)
            : domain.SequenceEqual(Domain);

    /// <summary>Whether it matches all that the other does.</summary>
    public bool Covers(DomainPattern other) => this == other || (IsBelow && Matches(other.Domain));

    public override string ToString() => IsBelow ? $"*.{Domain}" : Domain;
}
