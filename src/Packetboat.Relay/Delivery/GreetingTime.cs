using System.Globalization;
using System.Text.RegularExpressions;

namespace Packetboat.Relay.Delivery;

/// <summary>What time it is at a server that says so in its greeting, as we do, and Sendmail, Exim and Exchange.</summary>
internal static partial class GreetingTime
{
    private const int Patience = 200;

    /// <summary>The date in a greeting's text, as RFC 5322 §3.3 has it; null: it says none.</summary>
    public static DateTimeOffset? In(string greeting)
    {
        Match match;
        try
        {
            match = Date().Match(greeting);
        }
        catch (RegexMatchTimeoutException)
        {
            // The machine stood still for a moment. The time then is wrong anyway.
            return null;
        }

        string zone = match.Groups["zone"].Value;
        return
            match.Success
            && DateTimeOffset.TryParseExact(
                $"{match.Groups["time"].Value} {zone[..3]}:{zone[3..]}",
                "d MMM yyyy HH:mm:ss zzz",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out DateTimeOffset time
            )
            ? time
            : null;
    }

    [GeneratedRegex(
        @"\b(?<time>[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}) (?<zone>[+-][0-9]{4})\b",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        Patience
    )]
    private static partial Regex Date();
}
