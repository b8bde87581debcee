using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.TransportSecurity;

/// <summary>A domain's policy as it lies on its web server. RFC 8461 §3.2.</summary>
/// <param name="Mode"><c>mode</c></param>
/// <param name="MaxAge"><c>max_age</c>: how long it holds, counted from when it was fetched.</param>
/// <param name="Patterns"><c>mx</c>: host names, lower case, the first label may be <c>*</c>.</param>
public sealed record MtaStsPolicy(MtaStsMode Mode, TimeSpan MaxAge, IReadOnlyList<string> Patterns)
{
    /// <summary>Octets that are read of one. RFC 8461 §3.3.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>A year. RFC 8461 §3.2.</summary>
    private const long LongestSeconds = 31_557_600;

    private const int MaxDigits = 20;

    /// <summary>Such as <c>testing</c>.</summary>
    public string ModeWord => Mode.ToString().ToLowerInvariant();

    /// <summary>As it lies on the web server. RFC 8461 §3.2 has CRLF or LF at the end of a line.</summary>
    public string Text =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"version: STSv1\nmode: {ModeWord}\n{string.Concat(Patterns.Select(pattern => $"mx: {pattern}\n"))}max_age: {MaxAge.TotalSeconds:0}\n"
        );

    /// <summary>Whether a host may get the domain's mail. The asterisk stands for one label. RFC 8461 §4.1.</summary>
    /// <param name="host">A-labels.</param>
    public bool Covers(string host)
    {
        host = host.TrimEnd('.');
        int dot = host.IndexOf('.', StringComparison.Ordinal);
        string under = dot < 0 ? "" : host[dot..];
        return Patterns.Any(pattern =>
            pattern.StartsWith("*.", StringComparison.Ordinal)
                ? dot > 0 && under.Equals(pattern[1..], StringComparison.OrdinalIgnoreCase)
                : host.Equals(pattern, StringComparison.OrdinalIgnoreCase)
        );
    }

    /// <summary>What we do not know is passed over; of what may stand once the first counts. RFC 8461 §3.2.</summary>
    /// <param name="text">The file.</param>
    /// <param name="policy">Null if it is none.</param>
    /// <param name="fault">What is wrong; printable.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out MtaStsPolicy? policy, [NotNullWhen(false)] out string? fault)
    {
        policy = null;
        var single = new Dictionary<string, string>(StringComparer.Ordinal);
        var patterns = new List<string>();
        foreach (string line in text.Split('\n'))
        {
            if (line.AsSpan().Trim(" \t\r").IsEmpty)
                continue;
            if (!TryField(line, out string name, out string value))
            {
                fault = $"'{PrintableText.Ascii(line.TrimEnd('\r'), 60)}' is no field";
                return false;
            }

            if (name == "mx")
                patterns.Add((value.EndsWith('.') ? value[..^1] : value).ToLowerInvariant());
            else
                single.TryAdd(name, value);
        }

        fault = FaultOf(single, patterns, out MtaStsMode mode, out long seconds);
        if (fault is null)
            policy = new MtaStsPolicy(mode, TimeSpan.FromSeconds(seconds), patterns);
        return fault is null;
    }

    private static bool TryField(string line, out string name, out string value)
    {
        string[] parts = line.Split(':', 2);
        (name, value) = parts.Length == 2 ? (parts[0], parts[1].Trim(' ', '\t', '\r')) : ("", "");
        return name.Length is > 0 and <= 32 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
    }

    private static string? FaultOf(
        Dictionary<string, string> single,
        List<string> patterns,
        out MtaStsMode mode,
        out long seconds
    )
    {
        (mode, seconds) = (default, 0);
        if (single.GetValueOrDefault("version") != "STSv1")
            return "version is not STSv1";
        (mode, bool isMode) = single.GetValueOrDefault("mode") switch
        {
            "none" => (MtaStsMode.None, true),
            "testing" => (MtaStsMode.Testing, true),
            "enforce" => (MtaStsMode.Enforce, true),
            _ => (MtaStsMode.None, false),
        };
        if (!isMode)
            return "mode is none of enforce, testing and none";
        string age = single.GetValueOrDefault("max_age") ?? "";
        if (age.Length is 0 or > MaxDigits || !age.All(char.IsAsciiDigit))
            return "max_age is no number of seconds";
        // More than the standard allows is as long as it allows: thrown away, the domain would have no protection at all.
        seconds = (long)Math.Min(decimal.Parse(age, NumberStyles.None, CultureInfo.InvariantCulture), LongestSeconds);
        if (mode != MtaStsMode.None && patterns.Count == 0)
            return "no mx is named";
        string? wrong = patterns.Find(pattern => !IsPattern(pattern));
        return wrong is null ? null : $"mx '{PrintableText.Ascii(wrong, 60)}' is no host name";
    }

    private static bool IsPattern(string pattern)
    {
        string name = pattern.StartsWith("*.", StringComparison.Ordinal) ? pattern[2..] : pattern;
        return Ascii(name) && name.Length > 0 && name[0] != '[' && MailAddress.IsDomain(name);
    }

    private static bool Ascii(string text) => System.Text.Ascii.IsValid(text);
}
