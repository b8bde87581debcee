using System.Globalization;
using System.Text;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// The first line is what a server says; the rest is an operator's <c>replies.ini</c>. What cannot stand is told in printable lines, and
/// whatever is said has a class: the one that the first entry which fits gives it, whoever wrote that.
/// </summary>
internal sealed class DiagnosisTarget : IFuzzTarget
{
    public string Name => "diagnosis";

    public string What => "a remote reply, and a table of what replies mean";

    public IReadOnlyList<string> Words { get; } =
    [
        "550 5.7.1 ",
        "421 4.7.0 ",
        "550-5.7.26 ",
        "spamhaus",
        "greylisted",
        "user unknown",
        "\n[entry]\n",
        "\n[spamhaus]\n",
        "\n[provider google]\n",
        "Hosts = mx.example\n",
        "WarmUp = 50, 100, 250\n",
        "WarmUp = none\n",
        "WarmUpSource = https://a.example/\n",
        "Provider = google\n",
        "Said = us\n",
        "Code = 4xx, 550\n",
        "Enhanced = x.7.1\n",
        "Text = ",
        " | ",
        " * ",
        "Class = no-ptr\n",
        "Explanation = x\n",
        "Remedy = x\n",
        "Source = https://x.example\n",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        if (SettingsTarget.Includes(input))
            return 0;
        int end = input.IndexOf((byte)'\n');
        ReadOnlySpan<byte> said = end < 0 ? input : input[..end];
        byte[] file = end < 0 ? [] : input[(end + 1)..].ToArray();

        var problems = new List<Problem>();
        var table = ReplyTableReader.Read(IniReader.Parse(file, "replies.ini", "/nowhere"), ReplyTable.Shipped, problems);
        foreach (Problem problem in problems)
            Check.IsPrintable(problem.ToString(), "a problem");
        Check.That(table.Rules.Count >= ReplyTable.Shipped.Rules.Count, "a shipped entry is gone without one that replaces it");

        SmtpReply reply = ReplyOf(Encoding.UTF8.GetString(said));
        int kind = HashCode.Combine(Math.Min(problems.Count, 8), table.Rules.Count);
        foreach (bool fromPeer in (ReadOnlySpan<bool>)[true, false])
        {
            var outcome = new RemoteOutcome(reply, fromPeer, "mx.google.com [192.0.2.1]:25");
            Cause cause = table.Classify(outcome);
            IsFirstThatFits(table, outcome, cause);
            Check.Same(cause, table.Recall(cause.Class, cause.Rule, outcome.Host), "what was stored");
            kind = HashCode.Combine(kind, cause.Rule);
        }

        return kind;
    }

    private static void IsFirstThatFits(ReplyTable table, RemoteOutcome outcome, Cause cause)
    {
        string words = ReplyText.Of(outcome.Reply.Text);
        Check.That(words.Length <= ReplyText.MaxLength, "the text of a reply grew");
        Check.Same(words, ReplyText.Of(words), "words that were made fit once");
        MailProvider? provider = table.Providers.FirstOrDefault(one => one.Runs("mx.google.com"));
        ReplyRule? first = table.Rules.FirstOrDefault(rule => rule.Fits(outcome, words, provider));
        Check.Same(first?.Name ?? "", cause.Rule, "the entry that counts");
        Check.That(first is not null || !cause.IsKnown, "a class without an entry");
    }

    private static SmtpReply ReplyOf(string said)
    {
        int code =
            said.Length >= 3 && int.TryParse(said.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? Math.Clamp(number, 400, 599)
                : 550;
        string text = said.Length > 4 ? said[4..] : "";
        return EnhancedStatus.TryParse(text, out EnhancedStatus status, out int length)
            ? new SmtpReply(code, status.ToString(), text[length..])
            : new SmtpReply(code, "", text);
    }
}
