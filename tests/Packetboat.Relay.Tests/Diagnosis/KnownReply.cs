using System.Text.RegularExpressions;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Diagnosis;

namespace Packetboat.Relay.Tests.Diagnosis;

/// <summary>A line of <c>known-replies.tsv</c>: what a real server has said.</summary>
/// <param name="Class">What it means.</param>
/// <param name="Host">Who said it.</param>
/// <param name="Source">Where it was published.</param>
/// <param name="Text">With its codes, the lines of one reply joined by blanks.</param>
internal sealed partial record KnownReply(FailureClass Class, string Host, string Source, string Text)
{
    public static IReadOnlyList<KnownReply> All { get; } =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Diagnosis", "known-replies.tsv"))
            .Where(line => !line.StartsWith('#'))
            .Select(Read),
    ];

    public RemoteOutcome Outcome
    {
        get
        {
            Match codes = Codes().Match(Text);
            int code = int.Parse(codes.Groups["code"].Value, System.Globalization.CultureInfo.InvariantCulture);
            return new RemoteOutcome(new SmtpReply(code, codes.Groups["enhanced"].Value, codes.Groups["text"].Value), true, Host);
        }
    }

    private static KnownReply Read(string line)
    {
        string[] fields = line.Split('\t');
        Assert.Equal(4, fields.Length);
        Assert.True(FailureClasses.TryParse(fields[0], out FailureClass kind), $"no such class: {fields[0]}");
        return new KnownReply(kind, fields[1], fields[2], fields[3]);
    }

    [GeneratedRegex(
        "^(?<code>[45][0-9]{2})[ -]((?<enhanced>[45][.][0-9]{1,3}[.][0-9]{1,3})(?=[ :]) ?)?(?<text>.*)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000
    )]
    private static partial Regex Codes();
}
