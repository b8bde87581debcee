using System.Net;
using System.Text;
using Packetboat.Protocol.Spf;
using Packetboat.Testing;

namespace Packetboat.Fuzz.Targets;

/// <summary>
/// TXT records, one a line: those of the sender's domain, and of a domain that they can include. Whatever they say, the check ends with few
/// questions and a verdict that can be shown.
/// </summary>
internal sealed class SpfTarget : IFuzzTarget
{
    /// <summary>Ten terms with a question and ten more each, the records, and the explanation with the host's names.</summary>
    private const int MostQuestions = 150;

    public string Name => "spf";

    public string What => "SPF records";

    public IReadOnlyList<string> Words { get; } =
    [
        "v=spf1 ",
        "include:d.example",
        "include:b.example",
        "redirect=b.example",
        "exp=d.example",
        "a:h.example/24//64",
        "mx",
        "ptr",
        "exists:%{ir}.%{v}.%{l1r-+}.%{d2}",
        "%{p}",
        "%{S}",
        "%%%_%-",
        "ip4:192.0.2.0/24",
        "ip6:2001:db8::/32",
        "-all",
        "~all",
        "?all",
        "\n",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        string[] lines = Encoding.UTF8.GetString(input).Split('\n');
        var zone = new ZoneResolver("h.example A 192.0.2.1", "192.0.2.1 PTR h.example", "d.example MX 10 h.example");
        for (int i = 0; i < Math.Min(lines.Length, 8); i++)
            zone.Add($"{(i % 2 == 0 ? "d" : "b")}.example TXT {lines[i]}");
        var evaluator = new SpfEvaluator(zone, TimeProvider.System, "hub.example");
        var question = new SpfQuestion(IPAddress.Parse("192.0.2.1"), "strong-bad@d.example", "h.example");
        Task<SpfVerdict> check = evaluator.EvaluateAsync(question, CancellationToken.None).AsTask();
        Check.That(check.IsCompleted, "the check waits for nothing");
        SpfVerdict verdict = check.GetAwaiter().GetResult();

        Check.IsPrintable(verdict.Reason, "a reason");
        Check.IsPrintable(verdict.Mechanism ?? "", "a mechanism");
        Check.IsPrintable(verdict.Explanation ?? "", "an explanation");
        Check.That(verdict.Reason.Length > 0, "no reason");
        Check.That(zone.Asked.Count <= MostQuestions, $"{zone.Asked.Count} questions");
        return HashCode.Combine(verdict.Result, verdict.Mechanism?.Length / 4, verdict.Explanation is not null, zone.Asked.Count);
    }
}
