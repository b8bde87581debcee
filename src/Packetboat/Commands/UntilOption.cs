using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Packetboat.Protocol;
using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Hub;

namespace Packetboat.Commands;

/// <summary><c>--until</c>: a time, or how long from now.</summary>
internal static partial class UntilOption
{
    private const string Remedy =
        "Write how long, such as 2h or 3d, or a time to come, such as 2027-01-31T12:00 or 2027-01-31T12:00Z";

    public static Option<string?> Create() =>
        new("--until")
        {
            Description =
                "When it ends by itself: 2h, 3d, or 2027-01-31T12:00, in this machine's time zone unless it ends in Z or +01:00",
        };

    /// <param name="text">As it was written; null: without an end.</param>
    /// <param name="now">The time, in the zone of this machine.</param>
    /// <param name="until">When; null: without an end.</param>
    /// <param name="refusal">What is wrong.</param>
    public static bool TryRead(
        string? text,
        DateTimeOffset now,
        out DateTimeOffset? until,
        [NotNullWhen(false)] out Refusal? refusal
    )
    {
        (until, refusal) = (null, null);
        if (text is null)
            return true;
        until = TimeIn(text.Trim(), now);
        if (until is null)
            refusal = new Refusal(PrintableText.Of(text, 60), "it is neither a time nor how long", Remedy);
        else if (until <= now)
            refusal = new Refusal(PrintableText.Of(text, 60), $"{Print.MinuteWithZone(until.Value)} is past", Remedy);
        return refusal is null;
    }

    private static DateTimeOffset? TimeIn(string text, DateTimeOffset now)
    {
        if (Duration().IsMatch(text))
            return now + IniDuration.Read(text).Value;
        // A date begins with its year: what begins with a day or a month would mean another day elsewhere.
        return
            Date().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time)
            ? time
            : null;
    }

    [GeneratedRegex("^[0-9]{1,6} ?[smhdwSMHDW]$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Duration();

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Date();
}
