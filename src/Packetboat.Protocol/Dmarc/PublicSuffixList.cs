using System.Text;

namespace Packetboat.Protocol.Dmarc;

/// <summary>
/// Under which names the public registers domains, and so which domain an organization begins with. RFC 7489 §3.2. The list is part of the
/// program: its source, licence and how it is renewed are in <c>docs/design</c>.
/// </summary>
public sealed class PublicSuffixList
{
    private const int MaxName = 253;

    private static readonly Lazy<PublicSuffixList> List = new(Read);

    private readonly byte[] _rules;

    /// <param name="rules">Lines, sorted by octets, A-labels, each with its LF; comments at the front only.</param>
    internal PublicSuffixList(ReadOnlySpan<byte> rules)
    {
        while (rules.StartsWith("//"u8))
            rules = rules[(rules.IndexOf((byte)'\n') + 1)..];
        _rules = rules.ToArray();
    }

    public static PublicSuffixList Embedded => List.Value;

    /// <summary>The organizational domain; a public suffix is its own.</summary>
    /// <param name="domain">A-labels, in any case.</param>
    public string OrganizationalDomain(string domain)
    {
        domain = domain.TrimEnd('.').ToLowerInvariant();
        if (domain.Length is 0 or > MaxName)
            return domain;
        int above = 0; // where the name one label longer begins
        for (int at = 0; ; )
        {
            string name = domain[at..];
            int dot = name.IndexOf('.', StringComparison.Ordinal);
            if (Has("!", name))
                return name; // an exception's suffix is one label shorter, so it is the domain itself
            if (Has("", name) || (dot >= 0 && Has("*", name[dot..])) || dot < 0)
                return domain[above..];
            above = at;
            at += dot + 1;
        }
    }

    /// <summary>Whether the list names it: below it anybody may have a domain. A top label that the list does not know is not meant.</summary>
    /// <param name="name">A-labels, lower case.</param>
    public bool IsSuffix(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return name.Length <= MaxName && !Has("!", name) && (Has("", name) || (dot >= 0 && Has("*", name[dot..])));
    }

    private static PublicSuffixList Read()
    {
        using Stream stream =
            typeof(PublicSuffixList).Assembly.GetManifestResourceStream("public-suffixes.txt")
            ?? throw new InvalidOperationException("the public suffix list is not in the program");
        byte[] rules = new byte[stream.Length];
        stream.ReadExactly(rules);
        return new PublicSuffixList(rules);
    }

    private bool Has(string mark, string name)
    {
        Span<byte> rule = stackalloc byte[MaxName + 2];
        if (!Encoding.UTF8.TryGetBytes(mark, rule, out int length))
            return false;
        if (!Encoding.UTF8.TryGetBytes(name, rule[length..], out int rest))
            return false;
        return Has(rule[..(length + rest)]);
    }

    private bool Has(ReadOnlySpan<byte> rule)
    {
        ReadOnlySpan<byte> left = _rules;
        while (!left.IsEmpty)
        {
            int middle = left.Length / 2;
            int start = left[..middle].LastIndexOf((byte)'\n') + 1;
            int end = start + left[start..].IndexOf((byte)'\n');
            int order = rule.SequenceCompareTo(left[start..end]);
            if (order == 0)
                return true;
            left = order < 0 ? left[..start] : left[(end + 1)..];
        }

        return false;
    }
}
