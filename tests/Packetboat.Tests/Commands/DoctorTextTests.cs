using Packetboat.Commands;
using Packetboat.Relay.Doctor;

namespace Packetboat.Tests.Commands;

/// <summary>How a report looks to a person.</summary>
public sealed class DoctorTextTests
{
    private static readonly DnsRecord Record = DnsRecord.Text("s._domainkey.node.example", $"v=DKIM1; p={new string('x', 390)}");

    private static readonly DnsRecord Voluntary = DnsRecord.Text("_smtp._tls.node.example", "v=TLSRPTv1; rua=mailto:a@b.example");

    private static readonly DoctorReport Report = new(
        new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero),
        "mail.node.example",
        "node.example",
        "/sbbs/ctrl",
        "",
        [
            new Finding(
                "dkim",
                "DKIM",
                CheckVerdict.Failure,
                "s._domainkey.node.example is not published, and so nobody can verify what it signs",
                "mail that it signs is not believed, whatever else is right with it, by those who look",
                "Publish it",
                [Record]
            ),
            new Finding("dns", "DNS", CheckVerdict.Ok, "127.0.0.1 answers", "", "", []),
            new Finding("tls-rpt", "TLS-RPT", CheckVerdict.Ok, "not published", "", "", [Voluntary])
            {
                Page = new WebPage("https://mta-sts.node.example/x", "version: STSv1\nmode: testing\n"),
            },
            new Finding("disk", "Disk", CheckVerdict.Ok, "12 GiB are free", "", "", []),
        ],
        new Advice("Mail should leave.", "packetboat join https://HUB CODE", [])
    );

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    public void No_line_is_longer_than_the_screen_but_a_record_to_paste(int width)
    {
        string[] lines = [.. DoctorText.Lines(Report, width)];

        Assert.Contains($"    publish  {Record.ZoneLine}", lines);
        Assert.Contains($"    optional {Voluntary.ZoneLine}", lines);
        Assert.All(
            lines.Where(line => !line.Contains("IN TXT", StringComparison.Ordinal)),
            line => Assert.True(line.Length <= width, line)
        );
    }

    [Fact]
    public void The_true_cause_stands_first_and_the_way_out_last()
    {
        string[] lines = [.. DoctorText.Lines(Report, 100)];

        Assert.StartsWith(
            "mail.node.example, mail of node.example, settings in /sbbs/ctrl, 2026-11-26 ",
            lines[0],
            StringComparison.Ordinal
        );
        Assert.Equal(["", "FAILURE      DKIM"], lines[1..3]);
        Assert.Equal(
            [
                "",
                "ok           DNS: 127.0.0.1 answers",
                "ok           TLS-RPT: not published",
                $"    optional {Voluntary.ZoneLine}",
                "             at https://mta-sts.node.example/x:",
                "                 version: STSv1",
                "                 mode: testing",
                "ok           Disk: 12 GiB are free",
                "",
                "Mail should leave.",
                "    packetboat join https://HUB CODE",
            ],
            lines[^11..]
        );
    }
}
