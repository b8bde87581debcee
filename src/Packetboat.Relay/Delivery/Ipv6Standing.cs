using System.Net;
using Packetboat.Protocol;
using Packetboat.Protocol.Dns;
using Packetboat.Protocol.Message;
using Packetboat.Protocol.Spf;
using Packetboat.Relay.Checks;
using Packetboat.Relay.Configuration;

namespace Packetboat.Relay.Delivery;

/// <summary>
/// Whether receivers will take mail from our IPv6 address. There they are stricter than with IPv4: Gmail refuses an address without a name that
/// leads back, and mail that is not authenticated. Many machines have an IPv6 address that nobody has published anything about. Then the
/// same server is called by IPv4.
/// </summary>
internal sealed class Ipv6Standing(IResolver resolver, Func<Settings> settings, TimeProvider time)
{
    private const int MostKnown = 10_000;
    private const int MaxReason = 200;

    /// <summary>The records have times of their own, which the resolver keeps to: this only spares the reckoning.</summary>
    private static readonly TimeSpan Holds = TimeSpan.FromMinutes(10);

    /// <summary>What could not be looked up is looked up again soon; mail goes by IPv4 meanwhile.</summary>
    private static readonly TimeSpan HoldsUnsure = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ReverseCheck _reverse = new(resolver);
    private readonly MailChecks _checks = new(resolver, time);
    private readonly Lock _lock = new();
    private readonly Dictionary<(IPAddress Ours, string Hello, string Domain), (string Why, DateTimeOffset Until)> _known = [];

    /// <summary>What needs no telling each time.</summary>
    public static bool IsNews(string why) => why is not (NotWanted or NoAddress);

    private const string NotWanted = "Ipv6 = never";
    private const string NoAddress = "this machine has no IPv6 address for it";

    public Ipv6Mode Mode => settings().Packetboat.Ipv6;

    /// <summary>Why mail of a sender should not leave from an address of ours; empty: it may.</summary>
    /// <param name="ours">An IPv6 address; null: this machine has none that leads there.</param>
    /// <param name="sender">Of the envelope; null: the null sender, for whom EHLO stands. RFC 7208 §2.4.</param>
    /// <param name="ct">Ends the look-ups.</param>
    public async ValueTask<string> WhyNotAsync(IPAddress? ours, MailAddress? sender, CancellationToken ct)
    {
        if (Mode == Ipv6Mode.Always)
            return "";
        if (Mode == Ipv6Mode.Never)
            return NotWanted;
        if (ours is null)
            return NoAddress;
        string hello = settings().Mail.HostName;
        var key = (ours, hello, sender?.AsciiDomain ?? "");
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
            if (
                _known.TryGetValue(key, out (string Why, DateTimeOffset Until) known)
                && now < known.Until
                && known.Until <= now + Holds
            )
                return known.Why;
        (string why, bool isSure) = await AskAsync(ours, hello, sender, ct);
        why = PrintableText.Of(why, MaxReason);
        lock (_lock)
        {
            if (_known.Count >= MostKnown)
                _known.Clear();
            _known[key] = (why, now + (isSure ? Holds : HoldsUnsure));
        }

        return why;
    }

    private async ValueTask<(string Why, bool IsSure)> AskAsync(
        IPAddress ours,
        string hello,
        MailAddress? sender,
        CancellationToken ct
    )
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            ReverseVerdict reverse = await _reverse.CheckAsync(ours, hello, either.Token);
            if (Words(ours, hello, reverse) is { Length: > 0 } why)
                return (why, reverse.Standing != ReverseStanding.Unsure);
            SpfVerdict spf = await _checks.SpfAsync(new SpfQuestion(ours, sender?.ToString() ?? "", hello), either.Token);
            return spf.Result switch
            {
                SpfResult.Pass => ("", true),
                SpfResult.TempError => ($"SPF of {spf.Domain} could not be looked up: {spf.Reason}", false),
                SpfResult.None => ($"{spf.Domain} has no SPF record that allows {ours}", true),
                _ => ($"SPF of {spf.Domain} does not allow {ours} ({spf.Word})", true),
            };
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return ($"what is published about {ours} could not be looked up within {Patience.TotalSeconds:0} seconds", false);
        }
    }

    private static string Words(IPAddress ours, string hello, ReverseVerdict reverse) =>
        reverse.Standing switch
        {
            ReverseStanding.Fits => "",
            ReverseStanding.HasNone => $"{ours} has no reverse name (PTR)",
            ReverseStanding.LeadsElsewhere => $"{ours} is {reverse.Name}, which is not {ours}",
            ReverseStanding.IsAnother => $"{ours} is {reverse.Name}, and we say EHLO {hello}, which is not {ours}",
            _ => $"the reverse name of {ours} could not be looked up: {reverse.Reason}",
        };
}
