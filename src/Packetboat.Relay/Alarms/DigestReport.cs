using System.Globalization;
using System.Text;
using Packetboat.Protocol;
using Packetboat.Relay.Diagnosis;
using Packetboat.Relay.Operations;

namespace Packetboat.Relay.Alarms;

/// <summary>What an operator reads once a day.</summary>
/// <param name="From">Of the time that it is about.</param>
/// <param name="Until">Its end.</param>
/// <param name="Done">What became of mail in that time.</param>
/// <param name="Status">How it is now.</param>
/// <param name="Accounts">All of them, with their limits.</param>
public sealed record DigestReport(
    DateTimeOffset From,
    DateTimeOffset Until,
    DoneMail Done,
    StatusReport Status,
    IReadOnlyList<AccountRow> Accounts
)
{
    /// <summary>A text that is longer is in <c>packetboat status</c>.</summary>
    private const int MaxText = 900;

    /// <summary>Of a limit, from where on an account is near it.</summary>
    private const double Near = 0.8;

    /// <summary>Nothing was sent, nothing failed, nothing waits, nobody has to act.</summary>
    public bool IsEmpty =>
        Done.Delivered + Done.FailedInAll + Done.Dropped + Status.Waiting + Status.Sending + Status.Held == 0
        && Status.Alarms.Count == 0;

    /// <summary>
    /// The whole message, US-ASCII, lines with LF. Auto-Submitted (RFC 3834 §5.2) keeps vacation programs quiet; the null sender that it is
    /// sent with keeps servers so.
    /// </summary>
    /// <param name="to">An address.</param>
    /// <param name="domain">That we write from.</param>
    public string Compose(string to, string domain)
    {
        var text = new StringBuilder();
        text.Append(Invariant($"From: Packetboat <postmaster@{domain}>\nTo: <{to}>\n"));
        text.Append(Invariant($"Subject: {Status.HostName}: {Done.Delivered} sent, {Done.FailedInAll} failed, "));
        text.Append(Invariant($"{Status.Waiting + Status.Sending} waiting, {Count(Status.Alarms.Count, "alarm")}\n"));
        text.Append("Auto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\n");
        text.Append(Invariant($"{Status.HostName}, {Minute(From)} to {Minute(Until)}\n\n"));
        Alarms(text);
        Mail(text);
        Limits(text);
        return text.ToString();
    }

    private void Alarms(StringBuilder text)
    {
        if (Status.Alarms.Count == 0)
            text.Append("No alarm is open.\n\n");
        foreach (AlarmRow alarm in Status.Alarms)
        {
            text.Append(Invariant($"ALARM ({AlarmNotice.WordOf(alarm.Severity)}) since {Minute(alarm.Raised)}:\n"));
            text.Append(Invariant($"  {Line(alarm.Text)}\n  {Line(alarm.Remedy)}.\n\n"));
        }
    }

    private void Mail(StringBuilder text)
    {
        text.Append(Invariant($"Recipients of messages that were done in this time:\n  sent     {Done.Delivered}\n"));
        text.Append(Invariant($"  failed   {Done.FailedInAll}\n"));
        foreach ((FailureClass why, long count) in Done.Failed)
            text.Append(
                Invariant($"           {count} {(why is FailureClass.Unknown ? "for a reason nobody knows" : why.Word())}\n")
            );
        text.Append(Invariant($"  dropped  {Done.Dropped}\n\nThe queue now:\n  waiting  {Status.Waiting + Status.Sending}\n"));
        text.Append(Invariant($"  held     {Status.Held}\n"));
        if (Status.Oldest is { } oldest)
            text.Append(Invariant($"  oldest   of {Minute(oldest)}\n"));
        if (Done.Destinations.Count > 0)
            text.Append("\nMost was sent to:\n");
        foreach ((string domain, long count) in Done.Destinations)
            text.Append(Invariant($"  {count, 7}  {Line(domain)}\n"));
    }

    private void Limits(StringBuilder text)
    {
        string[] near = [.. Accounts.SelectMany(NearLimits)];
        if (near.Length > 0)
            text.Append("\nAccounts near their limits:\n");
        foreach (string line in near)
            text.Append(Invariant($"  {line}\n"));
        foreach (AccountRow account in Accounts.Where(account => account.Suspended is not null))
            text.Append(
                Invariant(
                    $"\nAccount {account.Id} is suspended since {Minute(account.Suspended!.Value)}: {Line(account.Reason)}\n"
                )
            );
    }

    private static IEnumerable<string> NearLimits(AccountRow account) =>
        from limit in account.Limits ?? []
        where limit is { Value: > 0, Used: not null } && limit.Used >= Near * limit.Value
        select Invariant($"{account.Id}: {limit.Name} {limit.Used} of {limit.Value}");

    /// <summary>No line may be longer than 998 octets (RFC 5322 §2.1.1), and strangers' words may be in it.</summary>
    private static string Line(string words) => PrintableText.Ascii(words, MaxText).TrimEnd('.', ' ');

    private static string Count(int number, string word) => Invariant($"{number} {word}{(number == 1 ? "" : "s")}");

    private static string Minute(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
