using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Packetboat.Protocol.Spf;

/// <summary>An SPF record, parsed. RFC 7208 §4.5, §4.6, §12.</summary>
/// <param name="Terms">The mechanisms, in order.</param>
/// <param name="Redirect">Whose record to go on with if nothing matches. RFC 7208 §6.1.</param>
/// <param name="Explanation">Where the domain's words for the refused are. RFC 7208 §6.2.</param>
public sealed record SpfRecord(IReadOnlyList<SpfTerm> Terms, SpfMacro? Redirect, SpfMacro? Explanation)
{
    private const string Version = "v=spf1";

    private static readonly char[] Digits = [.. "0123456789"];

    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>Whether a TXT record is meant to be one. RFC 7208 §4.5.</summary>
    public static bool IsMeant(string text) =>
        text.StartsWith(Version, StringComparison.OrdinalIgnoreCase)
        && (text.Length == Version.Length || text[Version.Length] == ' ');

    /// <param name="text">For which <see cref="IsMeant"/> holds.</param>
    /// <param name="record">Null if it is wrong anywhere. RFC 7208 §4.6.</param>
    /// <param name="fault">The term that is wrong, and why; printable.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SpfRecord? record, [NotNullWhen(false)] out string? fault)
    {
        (record, fault) = (null, null);
        if (!IsMeant(text))
        {
            fault = "it does not begin with v=spf1";
            return false;
        }

        var terms = new List<SpfTerm>();
        SpfMacro? redirect = null;
        SpfMacro? explanation = null;
        foreach (string term in text[Version.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string shown = PrintableText.Ascii(term, 100);
            int name = NameLength(term);
            if (name > 0 && name < term.Length && term[name] == '=')
                fault = Modifier(term, name, ref redirect, ref explanation);
            else if (Mechanism(term, out SpfTerm? parsed))
                terms.Add(parsed);
            else
                fault = "no such mechanism, or not in this form";
            if (fault is null)
                continue;
            fault = $"{shown}: {fault}";
            return false;
        }

        record = new SpfRecord(terms, redirect, explanation);
        return true;
    }

    /// <summary><c>ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )</c></summary>
    private static int NameLength(string term)
    {
        if (!char.IsAsciiLetter(term[0]))
            return 0;
        int length = 1;
        while (length < term.Length && (char.IsAsciiLetterOrDigit(term[length]) || term[length] is '-' or '_' or '.'))
            length++;
        return length;
    }

    private static string? Modifier(string term, int name, ref SpfMacro? redirect, ref SpfMacro? explanation)
    {
        ReadOnlySpan<char> value = term.AsSpan(name + 1);
        switch (term[..name].ToLowerInvariant())
        {
            case "redirect":
                return redirect is not null ? "it may stand once" : Target(value, out redirect);
            case "exp":
                return explanation is not null ? "it may stand once" : Target(value, out explanation);
            default:
                return SpfMacro.IsMacroString(value) ? null : "its value is no macro-string";
        }
    }

    private static string? Target(ReadOnlySpan<char> value, out SpfMacro? target) =>
        SpfMacro.TryParseDomain(value, out target) ? null : "it names no domain";

    private static bool Mechanism(string term, [NotNullWhen(true)] out SpfTerm? parsed)
    {
        parsed = null;
        SpfResult qualifier = term[0] switch
        {
            '-' => SpfResult.Fail,
            '~' => SpfResult.SoftFail,
            '?' => SpfResult.Neutral,
            _ => SpfResult.Pass,
        };
        string rest = term[0] is '+' or '-' or '~' or '?' ? term[1..] : term;
        int end = rest.AsSpan().IndexOfAny(':', '/');
        string name = (end < 0 ? rest : rest[..end]).ToLowerInvariant();
        string arguments = end < 0 ? "" : rest[end..];
        parsed = name switch
        {
            "all" when arguments.Length == 0 => new SpfTerm(qualifier, SpfKind.All, term),
            "include" => WithTarget(new SpfTerm(qualifier, SpfKind.Include, term), arguments),
            "exists" => WithTarget(new SpfTerm(qualifier, SpfKind.Exists, term), arguments),
            "ptr" when arguments.Length == 0 => new SpfTerm(qualifier, SpfKind.Ptr, term),
            "ptr" => WithTarget(new SpfTerm(qualifier, SpfKind.Ptr, term), arguments),
            "a" => WithPrefixes(new SpfTerm(qualifier, SpfKind.A, term), arguments),
            "mx" => WithPrefixes(new SpfTerm(qualifier, SpfKind.Mx, term), arguments),
            "ip4" => WithNetwork(new SpfTerm(qualifier, SpfKind.Ip4, term), arguments, AddressFamily.InterNetwork),
            "ip6" => WithNetwork(new SpfTerm(qualifier, SpfKind.Ip6, term), arguments, AddressFamily.InterNetworkV6),
            _ => null,
        };
        return parsed is not null;
    }

    private static SpfTerm? WithTarget(SpfTerm term, string arguments) =>
        arguments.StartsWith(':') && SpfMacro.TryParseDomain(arguments.AsSpan(1), out SpfMacro? target)
            ? term with
            {
                Target = target,
            }
            : null;

    /// <summary><c>[ ":" domain-spec ] [ "/" bits ] [ "//" bits ]</c>; a domain-spec may have slashes of its own.</summary>
    private static SpfTerm? WithPrefixes(SpfTerm term, string arguments)
    {
        if (!TryCutBits(ref arguments, "//", 128, out int six) || !TryCutBits(ref arguments, "/", 32, out int four))
            return null;
        term = term with { Prefix4 = four, Prefix6 = six };
        return arguments.Length == 0 ? term : WithTarget(term, arguments);
    }

    /// <summary>Takes the slash and the digits off the end, if they are there.</summary>
    private static bool TryCutBits(ref string arguments, string slash, int most, out int bits)
    {
        bits = most;
        string before = arguments.TrimEnd(Digits);
        if (before.Length == arguments.Length || !before.EndsWith(slash, StringComparison.Ordinal))
            return true;
        string digits = arguments[before.Length..];
        arguments = before[..^slash.Length];
        return TryBits(digits, most, out bits);
    }

    private static SpfTerm? WithNetwork(SpfTerm term, string arguments, AddressFamily family)
    {
        int most = family is AddressFamily.InterNetwork ? 32 : 128;
        if (!arguments.StartsWith(':'))
            return null;
        string text = arguments[1..];
        int bits = most;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && !TryBits(text[(slash + 1)..], most, out bits))
            return null;
        string address = slash < 0 ? text : text[..slash];
        if (
            !IsAddress(address, family)
            || !IPAddress.TryParse(address, out IPAddress? network)
            || network.AddressFamily != family
        )
            return null;
        return term with { Network = network, Prefix4 = Math.Min(bits, 32), Prefix6 = bits };
    }

    /// <summary>The platform takes octal parts, short forms, zones and brackets, too.</summary>
    private static bool IsAddress(string text, AddressFamily family)
    {
        if (family is AddressFamily.InterNetworkV6)
            return text.Contains(':', StringComparison.Ordinal) && !text.AsSpan().ContainsAnyExcept(AddressCharacters);
        string[] parts = text.Split('.');
        return parts.Length == 4
            && Array.TrueForAll(
                parts,
                part => part.Length is > 0 and <= 3 && (part.Length == 1 || part[0] != '0') && part.All(char.IsAsciiDigit)
            );
    }

    /// <summary>No sign, no leading zero.</summary>
    private static bool TryBits(string text, int most, out int bits) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bits)
        && bits <= most
        && (text.Length == 1 || text[0] != '0');
}
