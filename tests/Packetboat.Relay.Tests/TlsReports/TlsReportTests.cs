using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MimeKit;
using Packetboat.Protocol.Message;
using Packetboat.Relay.TlsReports;

namespace Packetboat.Relay.Tests.TlsReports;

/// <summary>The form of reports.</summary>
public sealed class TlsReportTests
{
    private const string Policy = "sts\nversion: STSv1\nmode: testing\nmx: *.mail.company-y.example\nmax_age: 86400";

    /// <summary>The example of RFC 8460, appendix B, without the members that we do not know.</summary>
    private const string Example = """
        {
          "organization-name": "company-x.example",
          "date-range": {"start-datetime": "2016-04-01T00:00:00Z", "end-datetime": "2016-04-01T23:59:59Z"},
          "contact-info": "sts-reporting@company-x.example",
          "report-id": "ID",
          "policies": [{
            "policy": {
              "policy-type": "sts",
              "policy-string": ["version: STSv1", "mode: testing", "mx: *.mail.company-y.example", "max_age: 86400"],
              "policy-domain": "company-y.example",
              "mx-host": ["*.mail.company-y.example"]
            },
            "summary": {"total-successful-session-count": 5326, "total-failure-session-count": 303},
            "failure-details": [{
              "result-type": "certificate-expired",
              "sending-mta-ip": "2001:db8:abcd:0012::1",
              "receiving-mx-hostname": "mx1.mail.company-y.example",
              "failed-session-count": 100
            }, {
              "result-type": "starttls-not-supported",
              "sending-mta-ip": "2001:db8:abcd:0013::1",
              "receiving-mx-hostname": "mx2.mail.company-y.example",
              "receiving-ip": "203.0.113.56",
              "failed-session-count": 200
            }, {
              "result-type": "validation-failure",
              "sending-mta-ip": "198.51.100.62",
              "receiving-mx-hostname": "mx-backup.mail.company-y.example",
              "receiving-ip": "203.0.113.58",
              "failed-session-count": 3
            }]
          }]
        }
        """;

    private static readonly DateOnly Day = new(2016, 4, 1);

    [Fact]
    public void The_example_of_the_RFC()
    {
        TlsReport report = Report();
        string wanted = Example.Replace("\"ID\"", $"\"{report.Id}\"", StringComparison.Ordinal);
        Assert.Equal(Canonical(Encoding.UTF8.GetBytes(wanted)), Canonical(report.ToJson()));
    }

    [Fact]
    public void As_mail_it_has_the_fields_and_the_parts_that_programs_look_for()
    {
        TlsReport report = Report();
        byte[] mail = TlsReportMail.Of(
            report,
            MailAddress.Parse("tls@company-y.example"),
            new(2016, 4, 2, 3, 0, 0, TimeSpan.Zero)
        );
        using var stream = new MemoryStream(mail);
        MimeMessage message = MimeMessage.Load(stream, TestContext.Current.CancellationToken);
        Assert.Equal(
            $"Report Domain: company-y.example Submitter: company-x.example Report-ID: <{report.Id}@company-x.example>",
            message.Subject
        );
        Assert.Equal("company-y.example", message.Headers["TLS-Report-Domain"]);
        Assert.Equal("company-x.example", message.Headers["TLS-Report-Submitter"]);
        Assert.Equal("No", message.Headers["TLS-Required"]);
        var parts = Assert.IsType<MultipartReport>(message.Body);
        Assert.Equal("tlsrpt", parts.ReportType);
        var attached = Assert.IsType<MimePart>(parts[1]);
        Assert.Equal("application/tlsrpt+gzip", attached.ContentType.MimeType);
        Assert.Equal($"company-x.example!company-y.example!1459468800!1459555199!{report.Id}.json.gz", attached.FileName);
        using var packed = new MemoryStream();
        attached.Content!.DecodeTo(packed, TestContext.Current.CancellationToken);
        packed.Position = 0;
        using var json = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Decompress))
            gzip.CopyTo(json);
        Assert.Equal(report.ToJson(), json.ToArray());
        Assert.DoesNotContain(Encoding.ASCII.GetString(mail).Split("\r\n"), line => line.Length > 200);
    }

    [Fact]
    public void A_report_made_again_is_the_same() => Assert.Equal(Report().Id, Report().Id);

    private static TlsReport Report() =>
        new(
            "company-y.example",
            Day,
            "company-x.example",
            "sts-reporting@company-x.example",
            [
                new TlsCount(new TlsOutcome(Day, "company-y.example", Policy, "", "", "", ""), 5326),
                Failed("certificate-expired", "mx1.mail.company-y.example", "", "2001:db8:abcd:0012::1", 100),
                Failed("starttls-not-supported", "mx2.mail.company-y.example", "203.0.113.56", "2001:db8:abcd:0013::1", 200),
                Failed("validation-failure", "mx-backup.mail.company-y.example", "203.0.113.58", "198.51.100.62", 3),
            ]
        );

    private static TlsCount Failed(string result, string host, string address, string from, int sessions) =>
        new(new TlsOutcome(Day, "company-y.example", Policy, result, host, address, from), sessions);

    private static string Canonical(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            document.RootElement.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
